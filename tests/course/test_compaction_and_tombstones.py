"""What lesson 20 makes of evidence, and that its judges answer whatever was observed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st

from lessons.classroom.checks.attempts import evidence_of
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.compaction_and_tombstones.newest_and_none import BIKES, STATES, NewestAndNone, asked
from lessons.course.compaction_and_tombstones.states import REPORTS, TOPIC, topic_now
from lessons.course.compaction_and_tombstones.steps import CREATE, SEND, cleaned_until, tombstone
from lessons.course.compaction_and_tombstones.what_is_left import ALL, CHOICES, SAME, WhatIsLeft
from lessons.course.compaction_and_tombstones.without_a_trace import WithoutATrace, _by_acts
from lessons.course.exercise import Exercise, Step
from lessons.course.loader import get_lesson
from tests.course.total import always_answers

SEATS = [f"seat {number}" for number in range(200)]
BIKE, STATE, SCRAPPED = asked("seat")


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}+00:00"


def test_the_page_sends_the_reports_that_the_check_knows():
    [sent] = [
        block
        for block in get_lesson("compaction-and-tombstones").blocks
        if (block.fields or {}).get("key", "").count("\n")
    ]
    assert list(zip(sent.fields["key"].split("\n"), sent.fields["values"].split("\n"), strict=True)) == list(REPORTS)


def test_seats_are_asked_for_different_bikes_and_states():
    drawn = {asked(seat) for seat in SEATS}
    assert {bike for bike, _, _ in drawn} == set(BIKES)
    assert {state for _, state, _ in drawn} == set(STATES)
    assert all(bike != scrapped for bike, _, scrapped in drawn)


@pytest.mark.usefixtures("kafka")
def test_the_topic_is_told_before_and_after_the_cleaner(alice):
    """On the real cluster: nine records in a segment that is active, then a tombstone, and gaps where the cleaner has been."""

    def do(step):
        return perform(alice, ACTIONS[step.kind].model_validate(step.fields), act_id=uuid4())

    assert topic_now(evidence_of(alice))["topic_id"] is None
    do(CREATE)
    do(SEND)
    now = topic_now(evidence_of(alice))
    assert now["newest"] == {"bike-42": "in repair", "bike-17": "free", "bike-23": "rented"}
    assert now["counts"] == {"bike-42": 2, "bike-17": 5, "bike-23": 2}
    assert (now["policy"], now["behind_gaps"]) == ("compact", [])
    do(tombstone("bike-23"))
    for step in cleaned_until(lambda: topic_now(evidence_of(alice))["counts"]["bike-17"] == 1):
        do(step)
    now = topic_now(evidence_of(alice))
    assert (now["newest"]["bike-42"], now["newest"]["bike-17"], now["newest"]["bike-23"]) == ("in repair", "free", None)
    assert len(now["behind_gaps"]) >= 2  # a third one if the cleaner has not seen the tombstone yet


@pytest.mark.parametrize("again", [{"kind": "create-topic", "name": TOPIC}, {"kind": "create-topics", "names": TOPIC}])
@pytest.mark.usefixtures("kafka")
def test_what_was_sent_to_an_earlier_topic_of_the_name_does_not_count_however_the_new_one_was_made(alice, again):
    fields = {"partitions": 1, "replicas": 1, **again}
    for step in (CREATE, tombstone("bike-17"), Step("delete-topic", {"name": TOPIC}), Step(fields.pop("kind"), fields)):
        perform(alice, ACTIONS[step.kind].model_validate(step.fields), act_id=uuid4())
        sent = _by_acts(evidence_of(alice))
        assert sent == ({"bike-17"} if step.kind in ("produce", "delete-topic") else set())


def test_a_record_without_a_key_is_refused_by_a_compacted_topic(alice, kafka):
    perform(alice, ACTIONS[CREATE.kind].model_validate(CREATE.fields), act_id=uuid4())
    act = perform(alice, ACTIONS["produce"](topic="bike-state", values="free"), act_id=uuid4())
    assert act.state == "refused"
    assert act.answer["data"]["deliveries"][0]["error"] == "INVALID_RECORD"
    assert "needs a key" in act.answer["why"]


def held(newest: dict[str, str | None], **found: Any) -> dict[str, Any]:
    return {
        "topic_id": "x", "policy": "compact", "delete_retention_ms": "0", "newest": newest,
        "counts": dict.fromkeys(newest, 1), "behind_gaps": [], "unprefixed": {}, **found,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("predicted", "gaps", "state", "said"),
    [
        ({1: SAME}, [2], "done", "And so it is"),
        ({1: ALL}, [2], "done", "of each bike only the newest"),
        ({3: SAME}, [2, 4], "done", "And so it is"),  # sent once more after the prediction, and cleaned
        ({3: SAME}, [2], "not_yet", "older than your prediction"),
        ({3: SAME}, [], "not_yet", "is stored"),
        ({3: "whatever"}, [4], "not_yet", "Nothing was predicted"),
    ],
)
def test_a_prediction_counts_for_records_that_came_after_it_and_were_cleaned(predicted, gaps, state, said):
    given = [{"at": at(second), "answer": answer} for second, answer in predicted.items()]
    seen = {"predictions": given, **held({"bike-17": "free"}, behind_gaps=[at(second) for second in gaps])}
    verdict = WhatIsLeft().judge(seen, "seed")
    assert verdict.state == state
    assert said in verdict.seen


@pytest.mark.parametrize(
    ("newest", "state", "misconception", "is_begun"),
    [
        ({BIKE: STATE, SCRAPPED: None}, "done", "", True),
        ({BIKE: f" {STATE} ", SCRAPPED: None}, "done", "", True),
        ({BIKE: "free", SCRAPPED: "free"}, "not_yet", "still-there", False),
        ({BIKE: "free", SCRAPPED: None}, "not_yet", "other-state", True),
        ({BIKE: STATE, SCRAPPED: ""}, "not_yet", "empty-is-not-null", True),
        ({BIKE: STATE, SCRAPPED: "NULL"}, "not_yet", "word-is-not-null", True),
        ({BIKE: STATE, SCRAPPED: "scrapped"}, "not_yet", "still-there", True),
        ({BIKE: None, SCRAPPED: STATE}, "not_yet", "wrong-bike", True),
        ({BIKE: STATE}, "not_yet", "missing", False),
    ],
)
def test_a_tombstone_is_no_value_at_all(newest, state, misconception, is_begun):
    verdict = NewestAndNone().judge(held(newest), "seat")
    assert (verdict.state, verdict.misconception, verdict.is_begun) == (state, misconception, is_begun)


@pytest.mark.parametrize(
    ("found", "state", "misconception", "is_begun"),
    [
        ({"newest": {"bike-17": "free"}}, "done", "", True),
        ({"newest": {}}, "not_yet", "all-gone", True),
        ({"tombstones": []}, "not_yet", "missing", False),
        ({"counts": {"bike-17": 1, "bike-23": 3}}, "not_yet", "not-cleaned", True),
        ({}, "not_yet", "tombstone-stays", True),
        ({"delete_retention_ms": "86400000"}, "not_yet", "tombstone-stays", False),
        ({"newest": {"bike-17": "free", "bike-23": "free"}}, "not_yet", "written-again", True),
        ({"policy": "delete"}, "not_yet", "not-compacted", True),
        ({"topic_id": None}, "not_yet", "no-topic", False),
    ],
)
def test_without_a_trace_is_without_the_tombstone_too(found, state, misconception, is_begun):
    seen = {"newest": {"bike-17": "free", "bike-23": None}, "tombstones": ["bike-23"], **found}
    verdict = WithoutATrace().judge(held(**seen), "seat")
    assert (verdict.state, verdict.misconception, verdict.is_begun) == (state, misconception, is_begun)


keys = st.sampled_from(["bike-17", "bike-23", "bike-42"])
values = st.none() | st.sampled_from(["", "free", "NULL", *STATES])
anything = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2)
moments = st.integers(0, 59).map(at)
predicted = st.fixed_dictionaries({"at": moments, "answer": st.sampled_from(CHOICES) | anything})
found = {
    "topic_id": st.none() | st.just("x"), "policy": st.sampled_from(["compact", "delete", "compact,delete", ""]),
    "delete_retention_ms": st.sampled_from(["0", "86400000", "", "-1"]), "newest": st.dictionaries(keys, values),
    "counts": st.dictionaries(keys, st.integers(1, 3)), "behind_gaps": st.lists(moments, max_size=2).map(sorted),
    "unprefixed": st.just({}) | st.just({"bike-state": "kafka.7KQ4.bike-state"}),
}  # fmt: skip
SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (WhatIsLeft(), {**found, "predictions": st.lists(predicted, max_size=3)}),
    (NewestAndNone(), found),
    (WithoutATrace(), {**found, "tombstones": st.lists(keys, max_size=2)}),
]


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet"))
