"""What is downloaded runs: each lesson's notebook in a real kernel on the real brokers, a session's script in sh."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from uuid import uuid4

import nbformat
import pytest
from django.test import Client
from django.urls import reverse
from nbclient import NotebookClient

from lessons.classroom.checks.attempts import check, check_lesson
from lessons.classroom.exports.notebook import as_ipynb, lesson_cells
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Act
from lessons.classroom.perform import perform
from lessons.cluster import groups, records, topics
from lessons.cluster.namespace import Namespace
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.base import Action, Where
from lessons.course.acts.consume import Consume
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.delete_topic import DeleteTopic
from lessons.course.acts.produce import Produce
from lessons.course.loader import PARTS, get_lesson, lessons
from tests.course.seat import Seat
from tests.course.test_any_honest_way import ONLY_ACTS
from tests.kafka_tools import write_tools
from tests.signing_in import browser_of

SLUGS = [lesson.slug for lesson in lessons()]
# For groups, half a minute each; `test_any_honest_way` runs the same Python.
WAIT_MUCH = {"a-group-shares-the-work", "commit-crash-read-again", "queues-share-groups"}
BASICS = [lesson.slug for lesson in lessons() if lesson.part == PARTS[0]]  # they share topics
ON_PURPOSE = "INVALID_RECORD"  # what a lesson lets Kafka refuse, so that the reason can be read
ONE_TO_NINE = "\n".join(map(str, range(1, 10)))


@pytest.fixture
def place(kafka: str) -> Where:
    """A fresh seat."""
    return Where(namespace=Namespace(f"t{secrets.token_hex(4)}", "7KQ4"), bootstrap_servers=kafka)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a notebook from top to bottom, as "Run all" does, and returns what each code cell printed.

    Raises nbclient's CellExecutionError where a cell raises."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")

    def run_all(text: str) -> list[str]:
        notebook = nbformat.reads(text, as_version=4)
        NotebookClient(notebook, timeout=90, kernel_name="python3").execute()
        return ["".join(out.get("text", "") for out in cell.outputs) for cell in code_cells(notebook)]

    return run_all


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def notebook_of(slug: str, place: Where) -> str:
    return as_ipynb(lesson_cells(get_lesson(slug), place, page_url="http://127.0.0.1:8000/the-lesson/"))


def do(member, action: Action) -> Act:
    return perform(member, action, act_id=uuid4())


def names(place: Where) -> set[str]:
    owned = (topic.name for topic in topics.list_topics() if place.namespace.owns(topic.name))
    return {place.namespace.short(name) for name in owned}


def ends(place: Where, topic: str) -> dict[int, int]:
    return {partition: end for partition, (_, end) in records.offsets(place.full(topic)).items()}


# --- a lesson's notebook ---


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lessons_download_is_a_valid_notebook_with_its_text_its_code_and_real_names(slug, alice, alice_client, kafka):
    answer = alice_client.get(reverse("notebook", args=[alice.klass.slug, slug]))
    lesson = get_lesson(slug)
    assert answer.headers["Content-Type"] == "application/x-ipynb+json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{lesson.number:02}-{slug}.ipynb"'
    notebook = nbformat.reads(answer.content.decode(), as_version=4)
    nbformat.validate(notebook)
    assert "pip install confluent-kafka" in notebook.cells[0].source
    assert "class's machine" in notebook.cells[0].source
    written = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert all(block.markdown in written for block in lesson.notebook if block.kind == "text")
    assert all(exercise.title in "".join(written) for exercise in lesson.exercises)
    code = [cell.source for cell in code_cells(notebook)]
    assert len(code) == sum(block.kind in ("act", "stream", "cell") for block in lesson.notebook)
    assert all(kafka.partition(",")[0] in cell for cell in code)
    assert all(alice.namespace.prefix in cell for cell in code if '"test' in cell)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_makes_every_topic_that_its_cells_use(slug):
    made = set()
    for block in get_lesson(slug).notebook:
        if block.kind in ("act", "stream", "cell"):
            used = block.fields.get("topic") or block.fields.get("name")
            made |= {used} if block.name == "create-topic" else set(block.fields.get("names", "").split())
            assert not used or used in made, f"lesson.md needs a `::: cell create-topic` for {used}"


def test_cells_for_the_notebook_alone_are_not_on_the_page(alice, alice_client, kafka):
    assert [block.name for block in get_lesson("consuming").notebook if block.kind == "cell"] == ["create-topic"]
    page = alice_client.get(reverse("lesson", args=[alice.klass.slug, "consuming"])).content.decode()
    assert ">Create topic</button>" not in page
    assert reverse("notebook", args=[alice.klass.slug, "consuming"]) in page


@pytest.mark.parametrize(
    "slug", [pytest.param(slug, marks=pytest.mark.every_way if slug in (*WAIT_MUCH, *BASICS) else ()) for slug in SLUGS]
)
def test_a_lessons_notebook_runs_from_top_to_bottom_in_a_fresh_seat(slug, place, run):
    printed = run(notebook_of(slug, place))
    assert all(printed[index] for index, cell in enumerate(_code_of(slug, place)) if not cell.startswith("# Fill in"))
    unwanted = [text for text in printed if "refused" in text or "failed" in text or "nothing came" in text]
    assert [text for text in unwanted if ON_PURPOSE not in text] == []


def _code_of(slug: str, place: Where) -> list[str]:
    return [cell.source for cell in code_cells(nbformat.reads(notebook_of(slug, place), as_version=4))]


@pytest.mark.every_way  # those of the basics finish them in the next test
def test_the_notebooks_run_in_the_order_of_the_lessons_in_one_seat_and_leave_what_the_lessons_leave(place, run):
    printed = {}
    for slug in BASICS:
        printed[slug] = run(notebook_of(slug, place))
        if slug == "creating-topics":
            assert names(place) == {"test1p", "test2p", "test2die", "test3r"}
            first_life = topics.describe_topic(place.namespace, "test2die").topic_id
        if slug == "deleting-a-topic":
            assert topics.describe_topic(place.namespace, "test2die").topic_id != first_life
    assert names(place) >= {"test1p", "test2p", "test2die", "test3r", "docks"}
    assert ends(place, "test1p") == {0: 9 + 12 + 1}
    assert len(ends(place, "test2p")) == 2
    assert sum(ends(place, "test2p").values()) == 6 + 9 + 9
    committed = [lag.committed for group in groups.describe_groups(place.namespace) for lag in group.lags]
    assert 4 in committed
    # What is there already is said, and stops nothing.
    assert "already exists" in printed["producing"][0]
    assert printed["consuming"][1].count("\n") == 4
    # The consumer ended by itself, with all that was there.
    assert any(text.count("\n") == 6 + 9 + 1 for text in printed["what-do-you-notice"])


@pytest.mark.long
def test_all_notebooks_of_the_basics_one_after_the_other_finish_them(alice, kafka, run):
    """What is predicted and typed is typed in the page; all that is done to the cluster, Python did natively: the notebooks,
    and where an exercise asks for a number of the seat's own, the cell that is shown for it, with that number."""
    seat, place = Seat(alice, kafka), Where(alice.namespace, kafka)
    basics = [lesson for lesson in lessons() if lesson.slug in BASICS]
    for lesson in basics:
        for each in basics:
            check_lesson(alice, each)  # as when a page is opened
        for exercise in lesson.exercises:
            if exercise.guess:
                seat.answer(exercise.id, **{exercise.guess.field: exercise.guess.choices[0]})
        run(notebook_of(lesson.slug, place))
        for exercise in lesson.exercises:
            if exercise.id not in ONLY_ACTS and check(alice, exercise).state != "done":
                seat.solve_by_shown_code(exercise)
    done = {exercise for exercise, standing in standings_of(alice).items() if standing.state == "done"}
    assert {each.id for lesson in basics for each in lesson.exercises} - done == ONLY_ACTS
    assert set(alice.acts.values_list("kind", flat=True)) == {"submit-answers"}


def test_a_lessons_notebook_says_the_refusals_when_it_is_run_again(place, run):
    again = run(notebook_of("adding-partitions", place)) and run(notebook_of("adding-partitions", place))
    assert again[0].endswith("test2p already exists\n")
    assert again[2].startswith("Kafka refused: ")
    assert len(ends(place, "test2p")) == 2


def test_a_consumers_cell_at_the_end_of_its_topic_ends_at_once(place, run):
    topics.create_topic(place.namespace, "empty", partitions=3, replicas=1)
    cell = Consume(topic="empty", group_id="readers", auto_offset_reset="latest").cell(place)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    assert run(nbformat.writes(notebook)) == ["at the end of 3 partition(s)\n"]


# --- what a person did ---


@pytest.fixture
def session(classroom, kafka):
    """Alice did this; Bob, beside her, that."""
    for action in (
        CreateTopic(name="test1p"),
        CreateTopic(name="test1p"),  # refused
        Produce(topic="test1p", values=ONE_TO_NINE),
        Consume(topic="test1p", group_id="readers"),
    ):
        do(classroom.alice, action)
    do(classroom.bob, CreateTopic(name="bobs-own"))
    return classroom


def downloads(member, of=None) -> list[str]:
    urls = [reverse(name, args=[(of or member).klass.slug]) for name in ("session", "session-script")]
    return [browser_of(member).get(url).content.decode() for url in urls]


def test_a_session_holds_what_was_done_oldest_first_and_nothing_of_a_neighbour(session):
    alice, bob = session.alice, session.bob
    for text in downloads(alice):
        told = ["created test1p", "was refused: creating test1p", "already exists", "sent 9 records", "consumed test1p"]
        position = 0
        for words in told:  # shown code may have such words, too
            position = text.index(words, position)
        assert f"{alice.namespace.prefix}test1p" in text
        assert bob.namespace.prefix not in text
        assert "bobs-own" not in text
    for text in downloads(bob):
        assert "created bobs-own" in text
        assert alice.namespace.prefix not in text
    for text in downloads(session.ines):
        assert "test1p" not in text


def test_a_stranger_gets_404_for_every_download(session):
    alice = session.alice
    urls = [reverse(name, args=[alice.klass.slug]) for name in ("session", "session-script")]
    for url in [*urls, reverse("notebook", args=[alice.klass.slug, "producing"])]:
        assert browser_of(alice).get(url).status_code == 200
        assert browser_of(session.charlie).get(url).status_code == 404
        assert Client().get(url).status_code == 404
    missing = reverse("notebook", args=[alice.klass.slug, "no-such-lesson"])
    assert browser_of(alice).get(missing).status_code == 404


def test_a_session_as_a_notebook_is_valid_and_runs_again(session, run):
    alice = session.alice
    answer = browser_of(alice).get(reverse("session", args=[alice.klass.slug]))
    assert f'filename="session-{alice.klass.slug}-{alice.slug}.ipynb"' in answer.headers["Content-Disposition"]
    nbformat.validate(json.loads(answer.content))
    created, refused, sent, read = run(answer.content.decode())
    assert created == f"{alice.namespace.prefix}test1p already exists\n"
    assert refused == ""
    assert f"{alice.namespace.prefix}test1p [0] @ 9\n" in sent
    assert read.count("\n") == 9 + 1  # the group goes on where it left off


@pytest.mark.long
def test_a_session_as_a_script_runs_in_sh(session, tmp_path):
    write_tools(tmp_path)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["sh"], input=downloads(session.alice)[1], env=environment, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert "already exists" in ran.stdout + ran.stderr
    assert "Processed a total of 9 messages" in ran.stdout + ran.stderr
    assert [lag.committed for lag in groups.describe_group(session.alice.namespace, "readers").lags] == [18]


def test_acts_that_are_described_in_another_way_by_now_are_left_out_with_a_comment(session):
    alice = session.alice
    alice.acts.filter(kind="produce").update(fields={"subject": "test1p"})
    alice.acts.filter(kind="consume").update(kind="kafkaesque")
    for text in downloads(alice):
        assert text.count("Left out: ") == 2
        assert "created test1p" in text
        assert "producer.produce" not in text
        assert "console-producer" not in text


def test_what_was_typed_never_becomes_code(alice, kafka, run):
    for name in ("a\nprint('oh')", "b\r\nprint('oh')", "c\rprint('oh')", "d\x0c\nprint('oh')", "e'; echo oh; '"):
        for action in (CreateTopic(name=name), DeleteTopic(name=name), AddPartitions(topic=name, total=2)):
            do(alice, action)
    do(alice, CreateTopic(name="test1p"))
    do(alice, Produce(topic="test1p", values="'; echo oh; '\n$(echo oh)\n`echo oh`", headers="h='; echo oh; '"))
    notebook, script = downloads(alice)
    assert not any("oh\n" in printed for printed in run(notebook))
    tools = "create() { :; }\nsend() { cat >/dev/null; }\n"  # silent ones: what is said now, the shell says
    silent = script.replace("kafka-topics.sh", "create").replace("kafka-console-producer.sh", "send")
    ran = subprocess.run(["sh"], input=tools + silent, capture_output=True, text=True, timeout=30, check=False)
    assert (ran.stdout, ran.stderr) == ("", "")


def test_the_list_of_lessons_links_to_the_session(alice, alice_client, kafka):
    page = alice_client.get(reverse("lessons", args=[alice.klass.slug])).content.decode()
    assert all(reverse(name, args=[alice.klass.slug]) in page for name in ("session", "session-script"))
