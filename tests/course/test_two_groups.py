"""What lesson 12 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.course.two_groups_two_places.both_at_the_end import BothAtTheEnd, asked
from lessons.course.two_groups_two_places.missed import Missed
from lessons.course.two_groups_two_places.where_next import WhereNext, lag_asked

SEED = "a seat"
RECORDS, GROUPS = asked(SEED)
RIGHT = [RECORDS * GROUPS, RECORDS]
LAG = lag_asked(SEED)


def place(group: str, committed: int, *, partition: int = 0):
    return {"group": group, "partition": partition, "committed": committed}


def seen(*places: dict, typed: object, spans: tuple[tuple[int, int], ...] = ((0, 9),), again: tuple[str, ...] = ()):
    return {
        "topic_id": "x", "spans": {str(partition): list(span) for partition, span in enumerate(spans)},
        "places": list(places), "again": list(again), "typed": typed, "unprefixed": {},
    }  # fmt: skip


BILLING, REPAIR = place("billing", 9), place("repair", 9)
TWO = ((0, 5), (0, 4))


@pytest.mark.parametrize(
    ("observation", "state", "misconception"),
    [
        (seen(BILLING, REPAIR, typed=RIGHT), "done", ""),
        (seen(BILLING, place("map", 3), REPAIR, typed=RIGHT), "done", ""),
        (seen(place("a", 5), place("a", 4, partition=1), place("b", 5), place("b", 4, partition=1), spans=TWO, typed=RIGHT), "done", ""),
        (seen(place("a", 5), place("b", 5), place("b", 4, partition=1), spans=TWO, typed=RIGHT), "not_yet", "behind"),
        (seen(place("a", 5), place("b", 5), spans=((0, 5), (0, 0)), typed=RIGHT), "done", ""),  # nothing was ever in the other
        (seen(BILLING, REPAIR, typed=None), "not_yet", ""),
        (seen(BILLING, REPAIR, typed=["x", True]), "not_yet", ""),
        (seen(BILLING, place("repair", 8), typed=RIGHT), "not_yet", "behind"),
        (seen(BILLING, typed=RIGHT), "not_yet", "missing"),
        (seen(BILLING, again=("billing",), typed=RIGHT), "not_yet", "same-group"),
        (seen(BILLING, REPAIR, spans=((2, 9),), typed=RIGHT), "not_yet", "records-deleted"),
    ],
)  # fmt: skip
def test_two_groups_have_to_be_at_the_end_of_all_that_was_ever_there(observation, state, misconception):
    verdict = BothAtTheEnd().judge(observation, SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)


@pytest.mark.parametrize(
    ("observation", "state", "misconception"),
    [
        (seen(place("a", 9 - LAG), typed=[9 - LAG, 0, 9]), "done", ""),
        (seen(place("a", 9 - LAG), place("b", 9), typed=[9 - LAG, 0, 9]), "done", ""),  # another one has read on
        (seen(place("a", 9 - LAG), spans=((3, 9),), typed=[9 - LAG, 3, 9]), "done", ""),  # what was deleted is not the earliest
        (seen(place("a", 9 - LAG, partition=1), spans=((0, 4), (0, 9)), typed=[9 - LAG, 0, 9]), "done", ""),
        (seen(place("a", 0), spans=((0, LAG + 1),), typed=None), "not_yet", "other-lag"),  # it has read nothing
        (seen(place("a", 999), typed=None), "not_yet", "too-far"),
        (seen(place("a", 9 - LAG), typed=[9, 0, 9]), "not_yet", "latest-wins"),
        (seen(place("a", 9 - LAG), typed=["x"]), "not_yet", ""),
    ],
)  # fmt: skip
def test_a_group_has_the_lag_and_the_offsets_are_those_of_its_partition(observation, state, misconception):
    verdict = WhereNext().judge(observation, SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_no_offset_that_is_asked_for_is_told_before_all_three_are_right():
    for typed in (None, [1, 0, 9], [9, 0, 9]):
        verdict = WhereNext().judge(seen(place("a", 9 - LAG), spans=((0, 9),), typed=typed), SEED)
        assert str(9 - LAG) not in f"{verdict.seen} {verdict.why}".replace(f"lag of {LAG}", "")


def test_what_the_lesson_has_done_by_its_own_forms_is_no_first_try():
    billing, repair = place("billing", 4), place("repair", 6)
    for observation in (seen(billing, typed=None), seen(billing, repair, typed=None, spans=((0, 6),))):
        assert not BothAtTheEnd().judge(observation, SEED).is_begun
        assert not WhereNext().judge(observation, SEED).is_begun
    assert BothAtTheEnd().judge(seen(billing, repair, typed=RIGHT), SEED).is_begun
    assert WhereNext().judge(seen(billing, repair, typed=[1, 2, 3]), SEED).is_begun


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}+00:00"


@pytest.mark.parametrize(
    ("sent", "passed", "state", "misconception"),
    [
        ([at(1), at(3)], [at(1), at(3)], "done", ""),
        ([at(1), at(3)], [at(1)], "not_yet", "behind"),
        ([at(1)], [at(1)], "not_yet", "not-sent"),
        ([], [], "not_yet", "not-sent"),
    ],
)
def test_a_prediction_is_older_than_records_that_a_group_has_gone_past(sent, passed, state, misconception):
    predicted = [{"at": at(2), "answer": "all three"}]
    verdict = Missed().judge({"predictions": predicted, "sent": sent, "passed": passed}, SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)
    assert state == "done" or "none" not in f"{verdict.seen} {verdict.why}"
