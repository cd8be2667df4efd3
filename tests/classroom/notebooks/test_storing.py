"""Rows of edits and outputs: saved in turn, bounded, reset and brought back."""

from __future__ import annotations

import pytest

from lessons.classroom.models import Notebook
from lessons.classroom.notebooks import storing
from lessons.classroom.notebooks.work import CellWork, ErrorOutput, ResultOutput, StreamOutput

pytestmark = pytest.mark.django_db
PRINTED = CellWork(
    source="print(1)",
    number=3,
    outputs=(
        StreamOutput(name="stdout", text="1\n"),
        StreamOutput(name="stderr", text="% delivered\n"),
        ResultOutput(text="0"),
        ErrorOutput(name="ValueError", message="no", traceback="Traceback …"),
    ),
)


def test_what_was_saved_comes_back_and_each_save_has_a_version(alice):
    assert storing.save(alice, "original", {"cell-1": PRINTED}, version=0).version == 1
    assert storing.save(alice, "original", {"cell-2": CellWork(source="b")}, version=1).version == 2
    stored = storing.notebook_of(alice, "original")
    assert CellWork.model_validate(stored.work["cell-1"]) == PRINTED
    assert set(stored.work) == {"cell-1", "cell-2"}


def test_two_seats_have_notebooks_of_their_own(classroom):
    storing.save(classroom.alice, "original", {"cell-1": PRINTED}, version=0)
    assert storing.notebook_of(classroom.bob, "original").work == {}


def test_a_cell_that_is_as_it_came_takes_no_room(alice):
    storing.save(alice, "original", {"cell-1": PRINTED, "cell-2": PRINTED}, version=0)
    storing.save(alice, "original", {"cell-1": CellWork()}, version=1)
    assert set(storing.notebook_of(alice, "original").work) == {"cell-2"}


def test_who_knew_an_older_version_saves_nothing_and_gets_the_newer_one(alice):
    storing.save(alice, "original", {"cell-1": CellWork(source="first")}, version=0)
    with pytest.raises(storing.NotNewest) as caught:
        storing.save(alice, "original", {"cell-1": CellWork(source="second")}, version=0)
    assert caught.value.notebook.work == {"cell-1": {"source": "first"}}
    assert storing.notebook_of(alice, "original").work == {"cell-1": {"source": "first"}}


def test_more_than_there_is_room_for_is_refused_and_what_was_there_stays(alice):
    storing.save(alice, "original", {"cell-1": CellWork(source="small")}, version=0)
    with pytest.raises(storing.TooLarge, match="1 MB"):
        storing.save(alice, "original", {"cell-2": CellWork(source="ä" * 600_000)}, version=1)
    stored = storing.notebook_of(alice, "original")
    assert (stored.version, stored.work) == (1, {"cell-1": {"source": "small"}})


def test_what_no_database_takes_is_written_out(alice):
    storing.save(
        alice, "original", {"cell-1": CellWork(outputs=(StreamOutput(name="stdout", text="a\0b"),))}, version=0
    )
    assert storing.notebook_of(alice, "original").work["cell-1"]["outputs"][0]["text"] == "a\\x00b"


def test_a_reset_can_be_undone_and_done_again(alice):
    storing.save(alice, "original", {"cell-1": PRINTED}, version=0)
    before = storing.notebook_of(alice, "original").work
    assert storing.reset(alice, "original").work == {}
    assert storing.bring_back(alice, "original").work == before
    assert storing.bring_back(alice, "original").work == {}


def test_after_a_reset_an_older_page_is_told(alice):
    storing.save(alice, "original", {"cell-1": PRINTED}, version=0)
    storing.reset(alice, "original")
    with pytest.raises(storing.NotNewest):
        storing.save(alice, "original", {"cell-1": PRINTED}, version=1)


def test_there_is_nothing_to_bring_back_at_first(alice):
    assert storing.bring_back(alice, "original").version == 0
    assert Notebook.objects.get(member=alice).before == {}


def test_an_uploaded_notebook_takes_the_place_of_the_one_before_which_can_come_back(alice):
    for title in ("first", "second"):
        cell = {"kind": "code", "id": "cell-1", "source": title}
        storing.put(alice, "own", title=title, cells=[cell], work={})
    brought = storing.bring_back(alice, "own")
    assert (brought.title, brought.cells[0]["source"]) == ("first", "first")
