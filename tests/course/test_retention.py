"""What lesson 19 makes of evidence, and that its judges answer whatever was observed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st

from lessons.classroom.checks.attempts import check_seat, evidence_of, seed_of
from lessons.classroom.checks.relevance import EVERYTHING, Memory, changed_by_act
from lessons.classroom.models import Attempt
from lessons.classroom.perform import perform
from lessons.cluster import records, topics
from lessons.course.acts import ACTIONS
from lessons.course.evidence import Part, Read
from lessons.course.exercise import Exercise
from lessons.course.loader import get_lesson
from lessons.course.retention.forget_a_rider import ASKED, ForgetARider, bike_asked
from lessons.course.retention.how_old import AT_ONCE, CHOICES, NOT_WHILE, HowOld
from lessons.course.retention.steps import KEYS, PINGS, TOPIC, begins_at, create, last_ping
from lessons.course.retention.window import CHECK_S, Window, allowed_asked, needed_asked
from tests.course.total import always_answers
from tests.waiting import wait_for

SEATS = [f"seat {number}" for number in range(200)]


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}+00:00"


def test_the_page_sends_the_pings_that_the_check_knows():
    [sent] = [
        each for each in get_lesson("retention").blocks if each.name == "produce" and "\n" in each.fields["values"]
    ]
    assert (sent.fields["key"], sent.fields["values"]) == ("\n".join(KEYS), "\n".join(PINGS))


def test_seats_are_asked_for_different_bikes_and_behind_each_there_are_others():
    assert {bike_asked(seat) for seat in SEATS} == set(ASKED)
    lasts = [last_ping(bike) for bike in ASKED]
    assert len(set(lasts)) == len(ASKED)
    assert all(1 < last < len(PINGS) - 1 for last in lasts)


def left(*numbers: int, first: int = 0) -> list[list[Any]]:
    return [[first + number - 1, KEYS[number - 1], PINGS[number - 1]] for number in numbers]


SEED = next(seat for seat in SEATS if bike_asked(seat) == "bike-23")  # its last ping is the seventh


@pytest.mark.parametrize(
    ("found", "state", "misconception"),
    [
        ({"left": left(*range(8, 13)), "earliest": 7}, "done", ""),
        ({"left": left(*range(8, 13), first=12), "earliest": 19}, "done", ""),  # sent twice, cut in the second batch
        ({"left": [*left(*range(8, 13)), *left(*range(1, 13), first=12)], "earliest": 7}, "not_yet", "too-little"),
        ({"left": left(*range(7, 13)), "earliest": 6}, "not_yet", "before-is-not-with"),
        ({"left": left(*range(9, 13)), "earliest": 8}, "not_yet", "too-much"),
        ({"left": [], "earliest": 12}, "not_yet", "all-gone"),
        ({"left": [[5, None, "hello"]], "earliest": 5}, "not_yet", "other-records"),
        ({"left": [[5, None, None]], "earliest": 5}, "not_yet", "other-records"),
        ({"partitions": 2}, "not_yet", "more-partitions"),
    ],
)
def test_a_cut_is_right_behind_the_last_ping_of_the_bike(found, state, misconception):
    seen = {"partitions": 1, "earliest": 0, "end": 12, "left": left(*range(1, 13)), "unprefixed": {}, **found}
    verdict = ForgetARider().judge(seen, SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)


@pytest.mark.parametrize(
    ("predicted", "overdue", "state", "said"),
    [
        ({1: AT_ONCE}, [11], "done", "still there"),
        ({1: NOT_WHILE}, [11], "done", "And so it is"),
        ({12: NOT_WHILE}, [11, 13], "done", "And so it is"),  # one that became too old after it counts
        ({12: NOT_WHILE}, [11], "not_yet", "before your prediction"),
        ({1: NOT_WHILE}, [], "not_yet", "is stored"),
        ({1: "whatever"}, [11], "not_yet", "Nothing was predicted"),
        ({}, [11], "not_yet", "Nothing was predicted"),
    ],
)
def test_a_prediction_counts_for_a_ping_that_became_too_old_after_it(predicted, overdue, state, said):
    given = [{"at": at(second), "answer": answer} for second, answer in predicted.items()]
    verdict = HowOld().judge({"predictions": given, "overdue": [at(second) for second in overdue]}, "seed")
    assert verdict.state == state
    assert said in verdict.seen


def test_every_seat_can_keep_what_the_map_needs_and_the_city_allows():
    assert len({(needed_asked(seat), allowed_asked(seat)) for seat in SEATS}) > 10
    assert all(allowed_asked(seat) - needed_asked(seat) > CHECK_S + 1 for seat in SEATS)


def windowed(retention_ms: int, segment_ms: int, **found: Any) -> dict[str, Any]:
    settings = {"cleanup.policy": "delete", "retention.ms": str(retention_ms), "segment.ms": str(segment_ms)}
    return {"topic_id": "x", "settings": settings, "begins": {"0": 3}, "by_hand": {}, "unprefixed": {}, **found}


def test_what_is_left_over_of_the_time_may_be_shared_out_in_any_way():
    needed, allowed = needed_asked("seat"), allowed_asked("seat")
    left_ms = (allowed - CHECK_S - needed) * 1000
    for more_ms in (0, 500, left_ms - 1000):
        assert Window().judge(windowed(needed * 1000 + more_ms, left_ms - more_ms), "seat").state == "done"
    verdict = Window().judge(windowed(needed * 1000, left_ms + 1), "seat")
    assert (verdict.state, verdict.misconception, verdict.is_begun) == ("not_yet", "segment-counts", True)


@pytest.mark.parametrize(
    ("segment_ms", "is_begun"), [(7 * 86_400_000, False), (60_000, True)], ids=["as the brokers have it", "changed"]
)
def test_nothing_is_said_before_segments_are_another_matter_than_before(segment_ms, is_begun):
    """The page has had retention.ms set by then, for the experiment."""
    verdict = Window().judge(windowed(10_000, segment_ms), "seat")
    assert (verdict.state, verdict.is_begun) == ("not_yet", is_begun)


@pytest.mark.parametrize(
    ("begins", "by_hand", "misconception"),
    [
        ({"0": 0}, {}, "still-there"),
        ({"0": 3}, {"0": 3}, "by-hand"),
        ({"0": 4}, {"0": 3}, ""),
        ({"0": 3, "1": 1}, {"0": 3}, ""),
    ],
)
def test_something_has_to_be_gone_that_nobody_has_cut_off(begins, by_hand, misconception):
    verdict = Window().judge(windowed(needed_asked("seat") * 1000, 1000, begins=begins, by_hand=by_hand), "seat")
    assert verdict.misconception == misconception
    assert (verdict.state == "done") == (not misconception)


small = st.integers(0, 12)
texts = st.none() | st.sampled_from([*KEYS, *PINGS, "", "x"])
anything = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2)
moments = st.integers(0, 59).map(at)
answers = st.sampled_from(CHOICES) | anything
milliseconds = st.sampled_from(["", "-1", "soon", "1000", "5000", "9000", "60000", "604800000"])
places = st.dictionaries(st.sampled_from(["0", "1"]), small)
unprefixed = st.just({}) | st.just({"positions": "kafka.7KQ4.positions"})

SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (
        ForgetARider(),
        {
            "partitions": st.none() | small, "earliest": small, "end": small, "unprefixed": unprefixed,
            "left": st.lists(st.tuples(small, texts, texts).map(list), max_size=4),
        },
    ),
    (
        HowOld(),
        {
            "predictions": st.lists(st.fixed_dictionaries({"at": moments, "answer": answers}), max_size=3),
            "overdue": st.lists(moments, max_size=3).map(sorted),
        },
    ),
    (
        Window(),
        {
            "topic_id": st.none() | st.just("x"), "begins": places, "by_hand": places, "unprefixed": unprefixed,
            "settings": st.fixed_dictionaries({
                "cleanup.policy": st.sampled_from(["delete", "compact", "compact,delete", ""]),
                "retention.ms": milliseconds, "segment.ms": milliseconds,
            }),
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet"))


@pytest.mark.usefixtures("kafka")
def test_what_a_program_has_set_and_brokers_have_deleted_is_heard_of_when_the_student_looks(alice):
    """Of neither a snapshot tells: a check that something else has led to reads settings anew, and a look reads records."""
    memory, seed = Memory(), seed_of(alice, Window())

    def verdict(changed: frozenset[Read]) -> str:
        check_seat(alice, [get_lesson("retention")], begun={"retention"}, changed=changed, memory=memory)
        latest = alice.attempts.filter(exercise=Window.id).order_by("-pk").first()
        return latest.verdict["misconception"] if latest.state == Attempt.State.NOT_YET else "done"

    step = create(retention_ms=needed_asked(seed) * 1000, segment_ms=60_000)
    perform(alice, ACTIONS[step.kind].model_validate(step.fields), act_id=uuid4())
    assert verdict(EVERYTHING) == "segment-counts"
    topics.alter_config(alice.namespace, TOPIC, "segment.ms", "1000")
    records.produce(alice.namespace, TOPIC, [records.Message(value=b"ping")])
    assert verdict(frozenset({Read(Part.RECORDS, TOPIC)})) == "still-there"
    wait_for(lambda: begins_at(evidence_of(alice)) > 0)
    assert verdict(frozenset({Read(Part.ACTS, "create-topics")})) == "still-there"
    assert verdict(changed_by_act("list-offsets", snapshots_show_more=True)) == "done"
