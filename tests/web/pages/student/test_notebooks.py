"""The pages of notebooks: reading, saving, taking along, bringing one's own."""

from __future__ import annotations

import html
import json
import re

import nbformat
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lessons.classroom.models import Notebook
from lessons.classroom.notebooks import storing
from lessons.classroom.notebooks.work import CellWork, StreamOutput
from lessons.course.notebook import original
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
EDITED = {"source": "print(7)", "number": 2, "outputs": [{"output_type": "stream", "name": "stdout", "text": "7\n"}]}


@pytest.fixture
def page(alice, alice_client):
    def get(name: str = "original-notebook") -> str:
        return alice_client.get(reverse(name, args=[alice.klass.slug])).content.decode()

    return get


@pytest.fixture
def save(alice, alice_client):
    def post(name: str = "original", *, version: int = 0, client: Client | None = None, **cells):
        url = reverse("notebook-save", args=[alice.klass.slug, name])
        body = {"version": version, "cells": {key.replace("_", "-"): work for key, work in cells.items()}}
        return (client or alice_client).post(url, json.dumps(body), content_type="application/json")

    return post


@pytest.fixture
def upload(alice, alice_client):
    def post(file: bytes, name: str = "mine.ipynb", *, follow: bool = True):
        url = reverse("own-notebook", args=[alice.klass.slug])
        return alice_client.post(url, {"file": SimpleUploadedFile(name, file)}, follow=follow)

    return post


def notebook(*cells, **metadata) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}).encode()


def code(source: str) -> dict:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, "execution_count": None}


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script id="cells-data" type="application/json">(.*?)</script>', page)[1])


def code_of(page: str) -> list[str]:
    return [
        html.unescape(re.sub("<[^>]*>", "", shown))
        for shown in re.findall(r"<pre data-source.*?>(<code>.*?)</pre>", page, re.DOTALL)
    ]


def test_the_page_has_all_cells_byte_for_byte_and_the_story_between_them(page):
    shown = page()
    assert code_of(shown) == [cell.source + "\n" for cell in original().cells if cell.kind == "code"]
    assert "What do you notice?" in shown
    assert data_of(shown)["work"] == {}


def test_every_page_of_the_course_leads_there(page, alice, alice_client):
    url = reverse("original-notebook", args=[alice.klass.slug])
    lesson = alice_client.get(reverse("lesson", args=[alice.klass.slug, "producing"])).content.decode()
    assert f'href="{url}"' in lesson
    assert f'href="{url}"' in page("lessons")


def test_what_was_saved_is_there_in_any_browser(save, alice, page):
    assert save(cell_2=EDITED).json() == {"version": 1}
    other = browser_of(alice)
    data = data_of(other.get(reverse("original-notebook", args=[alice.klass.slug])).content.decode())
    assert data["version"] == 1
    assert {**data["work"]["cell-2"], "html": ""} == {**EDITED, "html": ""}
    assert 'class="nb">print' in data["work"]["cell-2"]["html"]


def test_an_older_page_is_told_and_gets_what_the_other_one_saved(save):
    save(cell_1=EDITED)
    refused = save(cell_1={"source": "mine"})
    assert refused.status_code == 409
    assert refused.json()["version"] == 1
    assert refused.json()["work"]["cell-1"]["source"] == "print(7)"
    assert save(version=1, cell_1={"source": "mine"}).json() == {"version": 2}


def test_a_lessons_cells_are_saved_for_a_lesson_that_the_seat_has(save, alice, alice_client):
    assert save("producing", produce_1={"source": "print(8)"}).status_code == 200
    lesson = alice_client.get(reverse("lesson", args=[alice.klass.slug, "producing"])).content.decode()
    assert data_of(lesson)["work"]["produce-1"]["source"] == "print(8)"
    assert 'data-cell="produce-1"' in lesson
    assert save("no-such-lesson", a={}).status_code == 404


def test_a_lessons_cells_have_ids_that_a_new_paragraph_does_not_change(alice, alice_client):
    lesson = alice_client.get(reverse("lesson", args=[alice.klass.slug, "what-do-you-notice"])).content.decode()
    assert re.findall(r'data-cell="([\w-]+)"', lesson) == ["produce-1", "consume-1", "produce-2"]


@pytest.mark.parametrize(
    "body",
    [
        "", "no JSON", "[]", '{"version": -1, "cells": {}}', '{"version": 0, "cells": {"a b": {}}}',
        '{"version": 0, "cells": {"a": {"outputs": [{"output_type": "html", "text": "<script>"}]}}}',
        '{"version": 0, "cells": {"a": {"more": 1}}}', '{"version": 0, "cells": {"a": {"number": 1e99}}}',
        "[" * 10_000,
    ],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused_in_words(alice, alice_client, body):
    url = reverse("notebook-save", args=[alice.klass.slug, "original"])
    refused = alice_client.post(url, body, content_type="application/json")
    assert refused.status_code == 422
    assert "Reload" in refused.json()["words"]


def test_too_much_is_refused_in_words(save):
    refused = save(cell_1={"source": "x" * 1_100_000})
    assert refused.status_code == 413
    assert "1 MB" in refused.json()["words"]
    assert save(cell_1={"source": "x" * 2_200_000}).status_code == 413


def test_the_file_has_edits_and_outputs_and_jupyter_reads_it(save, alice, alice_client):
    save(cell_2=EDITED)
    answer = alice_client.get(reverse("notebook-file", args=[alice.klass.slug, "original"]))
    read = nbformat.reads(answer.content.decode(), as_version=4)
    nbformat.validate(read)
    cells = [cell for cell in read.cells if cell.cell_type == "code"]
    assert cells[0].source == next(cell.source for cell in original().cells if cell.kind == "code")
    assert (cells[1].source, cells[1].execution_count) == ("print(7)", 2)
    assert cells[1].outputs[0].text == "7\n"


def test_a_reset_is_undone_by_a_button(save, alice, alice_client, page):
    save(cell_1=EDITED)
    url = reverse("notebook-reset", args=[alice.klass.slug, "original"])
    assert "Undo the last reset" not in page()
    alice_client.post(url, {"do": "reset"})
    assert data_of(page())["work"] == {}
    assert "Undo the last reset" in page()
    alice_client.post(url, {"do": "bring-back"})
    assert "cell-1" in data_of(page())["work"]


def test_a_notebook_of_ones_own_gets_a_page_that_only_its_seat_sees(upload, page, classroom):
    shown = upload(notebook({"cell_type": "markdown", "source": "# Mine"}, code("print('hello')"))).content.decode()
    assert code_of(shown) == ["print('hello')\n"]
    assert "mine" in shown
    assert reverse("own-notebook", args=[classroom.klass.slug]) in page()
    bob = browser_of(classroom.bob)
    assert "hello" not in bob.get(reverse("own-notebook", args=[classroom.klass.slug])).content.decode()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"print(1)", "This file is not a notebook"),
        (b"", "This file is not a notebook"),
        (b"x" * (10 * 1024 * 1024), "larger than 2 MB"),
        (notebook(code("1"), language_info={"name": "R"}), "Only Python runs here"),
    ],
    ids=["a program", "empty", "10 MB", "R"],
)
def test_a_file_that_cannot_be_shown_gets_a_sentence_and_what_was_there_stays(upload, file, words):
    upload(notebook(code("print('first')")))
    refused = upload(file)
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert code_of(refused.content.decode()) == ["print('first')\n"]


def test_cells_with_commands_of_jupyter_are_named(upload):
    shown = upload(notebook(code("1"), code("!pip install x"), code("%%bash\nls"))).content.decode()
    assert "Cells 2, 3 have commands of Jupyter" in html.unescape(shown)


def test_an_uploaded_text_brings_no_markup_and_no_script(upload):
    source = "<script>alert(1)</script> [a](javascript:alert(1)) ![](https://example.org/a.png)"
    shown = upload(notebook({"cell_type": "markdown", "source": source}, code("</script><b>"))).content.decode()
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown
    assert "</script><b>" not in shown


def test_an_upload_that_takes_the_place_of_another_can_be_undone(upload, alice, alice_client, page):
    for name in ("first", "second"):
        upload(notebook(code(name)))
    alice_client.post(reverse("notebook-reset", args=[alice.klass.slug, "own"]), {"do": "bring-back"})
    assert code_of(page("own-notebook")) == ["first\n"]


def test_staff_who_read_a_students_lesson_get_no_cells(classroom, alice):
    storing.save(
        alice, "producing", {"produce-1": CellWork(outputs=(StreamOutput(name="stdout", text="secret"),))}, version=0
    )
    ines = browser_of(classroom.ines)
    shown = ines.get(reverse("seat-lesson", args=[alice.klass.slug, alice.slug, "producing"])).content.decode()
    assert "data-cell=" not in shown
    assert "cells-data" not in shown
    assert Notebook.objects.filter(member=alice).exists()
