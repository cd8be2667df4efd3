"""What lesson 22 makes of evidence, and that its judges answer whatever was observed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from lessons.cluster.limits import MAX_PARTITIONS
from lessons.course.design_it.brief import DAY_MS, brief_of
from lessons.course.design_it.disk import Disk, load_of, one_copy_gb
from lessons.course.design_it.ride_events import RideEvents
from lessons.course.design_it.station_list import StationList, closed_asked
from lessons.course.exercise import Exercise
from tests.course.total import always_answers

SEATS = [f"seat {number}" for number in range(200)]
BRIEF, CLOSED = brief_of("seat"), closed_asked("seat")


def test_seats_get_briefs_of_their_own_that_fit_a_class():
    briefs = {brief_of(seat) for seat in SEATS}
    assert len(briefs) > 50
    assert {each.partitions for each in briefs} == {4, 5, 6, 7, 8}
    assert max(each.partitions for each in briefs) < MAX_PARTITIONS
    assert len({load_of(seat) for seat in SEATS}) > 30


@pytest.mark.parametrize(
    ("factor", "state", "misconception"),
    [
        (3, "done", ""),
        (3 * 1.04, "done", ""),
        (3 * 1.07, "not_yet", ""),
        (1, "not_yet", "copies-forgotten"),
        (3000, "not_yet", "unit"),
    ],
)
def test_the_disk_is_three_times_what_one_copy_needs(factor, state, misconception):
    verdict = Disk().judge({"gb": round(factor * one_copy_gb("seat"))}, "seat")
    assert (verdict.state, verdict.misconception) == (state, misconception)


def events(**change: Any) -> dict[str, Any]:
    settings = {
        "cleanup.policy": "delete", "min.insync.replicas": "2", "retention.ms": str(BRIEF.days * DAY_MS),
        "segment.ms": str(7 * DAY_MS), **change.pop("settings", {}),
    }  # fmt: skip
    return {
        "partitions": BRIEF.partitions, "copies": 3, "brokers": 3, "settings": settings, "unprefixed": {},
        "keys": ["bike-17", "bike-23"], **change,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "misconception"),
    [
        ({}, ""),
        ({"partitions": 12}, ""),
        ({"brokers": 2, "copies": 2}, ""),  # more copies than brokers there are not
        ({"partitions": 1}, "too-few-partitions"),
        ({"copies": 1}, "one-copy"),
        ({"copies": 2}, "two-copies"),
        ({"settings": {"min.insync.replicas": "1"}}, "acknowledged-by-one"),
        ({"settings": {"min.insync.replicas": "3"}}, "no-copy-may-be-away"),
        ({"settings": {"retention.ms": str((BRIEF.most_days - 7) * DAY_MS)}}, ""),
        ({"settings": {"retention.ms": str((BRIEF.most_days - 7) * DAY_MS + 1)}}, "segment-counts"),
        ({"settings": {"retention.ms": str((BRIEF.most_days - 1) * DAY_MS), "segment.ms": str(DAY_MS)}}, ""),
        ({"settings": {"retention.ms": "-1"}}, "too-long"),
        ({"keys": ["bike-17", None]}, "no-key"),
        ({"keys": ["bike-17", "unlock"]}, "other-key"),
        ({"keys": []}, "not-sent"),
    ],
)
def test_a_design_is_read_against_the_brief(change, misconception):
    verdict = RideEvents().judge(events(**change), "seat")
    assert verdict.misconception == misconception
    assert (verdict.state == "done") == (not misconception)


@pytest.mark.parametrize(
    ("newest", "misconception"),
    [
        ({"a": "x", "b": "y", CLOSED: None}, ""),
        ({"a": "x", CLOSED: None}, "not-sent"),
        ({"a": "x", "b": "y"}, "not-closed"),
        ({"a": "x", "b": "y", CLOSED: "closed"}, "not-closed"),
        ({"a": "x", "b": "y", CLOSED: ""}, "empty-is-not-null"),
    ],
)
def test_a_list_of_stations_has_a_tombstone_for_one_that_is_closed(newest, misconception):
    seen = {**events(settings={"cleanup.policy": "compact"}), "newest": newest}
    verdict = StationList().judge(seen, "seat")
    assert verdict.misconception == misconception
    assert (verdict.state == "done") == (not misconception)


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
keys = st.none() | st.sampled_from(["bike-17", "bike-23", "unlock", "", CLOSED, "station-4"])
numbers = st.sampled_from(["", "-1", "1", "2", "3", str(DAY_MS), str(BRIEF.days * DAY_MS), "604800000"])
design: dict[str, st.SearchStrategy[Any]] = {
    "partitions": st.none() | st.integers(1, 12), "copies": st.integers(0, 4), "brokers": st.integers(0, 4),
    "settings": st.fixed_dictionaries({
        "cleanup.policy": st.sampled_from(["delete", "compact", "compact,delete", ""]), "min.insync.replicas": numbers,
        "retention.ms": numbers, "segment.ms": numbers,
    }),
    "unprefixed": st.just({}) | st.just({"ride-events": "kafka.7KQ4.ride-events"}),
}  # fmt: skip
SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (Disk(), {"gb": anything}),
    (RideEvents(), {**design, "keys": st.lists(keys, max_size=3)}),
    (StationList(), {**design, "newest": st.dictionaries(keys.filter(bool), st.none() | st.sampled_from(["", "x"]))}),
]


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet"))
