"""Text for the curious: a folded block of a lesson, and Markdown in its notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.urls import reverse

from lessons.classroom.exports.notebook import lesson_cells
from lessons.classroom.models import Attempt
from lessons.cluster.namespace import Namespace
from lessons.course import loader
from lessons.course.acts.base import Where
from lessons.course.loader import Block, get_lesson

LESSON = """Before.

::: aside Why is it “so”?
It is **so**. <b>raw</b>

- a list
:::

After.

::: act create-topic
name = "test1p"
:::
"""


def blocks(body: str) -> list[Block]:
    return list(loader._blocks(body))


def test_an_aside_has_a_title_in_words_and_markdown_inside():
    before, aside, after, act = blocks(LESSON)
    assert [before.kind, aside.kind, after.kind, act.kind] == ["text", "aside", "text", "act"]
    assert aside.name == "Why is it “so”?"
    assert "<strong>so</strong>" in aside.html
    assert "<b>" not in aside.html
    assert aside.markdown.startswith("It is **so**.")
    assert act.fields == {"name": "test1p"}


def test_another_block_takes_no_title_in_words():
    [text] = blocks("::: act create a topic\n:::\n")
    assert text.kind == "text"


@pytest.mark.usefixtures("kafka")
def test_it_is_folded_on_the_page(alice, alice_client):
    page = alice_client.get(reverse("lesson", args=[alice.klass.slug, "kafka-and-its-cluster"])).content.decode()
    fold = page[page.index('<details class="aside">') :]
    assert "Who keeps the brokers together" in fold[: fold.index("</summary>")]
    assert "KRaft" in fold[: fold.index("</details>")]
    assert "<details open" not in page


def test_in_the_notebook_it_is_text_under_its_title(kafka: str):
    place = Where(namespace=Namespace("class", "7KQ4"), bootstrap_servers=kafka)
    cells = lesson_cells(get_lesson("kafka-and-its-cluster"), place, page_url="http://here/")
    [aside] = [cell for cell in cells if "Who keeps the brokers together" in cell.source]
    assert aside.kind == "markdown"
    assert "**controllers**" in aside.source
    assert ":::" not in aside.source


TOLD = "The first one lost all that it had"


@pytest.mark.usefixtures("kafka")
def test_what_would_give_a_prediction_away_is_folded_until_it_is_done(alice, alice_client):
    def fold() -> str:
        page = alice_client.get(reverse("lesson", args=[alice.klass.slug, "a-group-shares-the-work"])).content.decode()
        return page[page.rindex("<details", 0, page.index(TOLD)) : page.index(TOLD)]

    assert 'data-after="exercise-a-group-shares-the-work-taken">' in fold()
    Attempt.objects.create(member=alice, exercise="a-group-shares-the-work.taken", state=Attempt.State.DONE)
    assert 'data-after="exercise-a-group-shares-the-work-taken" open>' in fold()


def test_text_for_after_an_exercise_names_one_of_the_lesson(tmp_path):
    source = Path(loader.__file__).parent / "deleting_a_topic"
    folder = tmp_path / "deleting_a_topic"
    shutil.copytree(source, folder)
    body = (folder / "lesson.md").read_text()
    (folder / "lesson.md").write_text(body.replace("::: afterwards when-again", "::: afterwards nothing"))
    with pytest.raises(ValueError, match="nothing"):
        loader.load(folder)


@pytest.mark.parametrize("lesson", loader.lessons(), ids=lambda each: each.slug)
def test_at_most_120_words_stand_before_the_first_action(lesson):
    first = next(index for index, block in enumerate(lesson.blocks) if block.kind not in ("text", "figure", "aside"))
    words = sum(len(block.markdown.split()) for block in lesson.blocks[:first])
    assert 0 < words <= 120


def test_every_figure_of_a_lesson_is_there():
    templates = Path(loader.HERE).parents[1] / "templates" / "figures"
    for lesson in loader.lessons():
        for block in lesson.blocks:
            assert block.kind != "figure" or (templates / f"{block.name}.html").is_file()
