"""Lesson 8's checks where learners do things in another order, or more than once."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest

from lessons.classroom.checks.attempts import check, evidence_in, evidence_of, seed_of
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.what_do_you_notice.order import Order, in_order, pairs_asked
from lessons.course.what_do_you_notice.prediction import ALWAYS, NONE, WITHIN, Prediction
from lessons.course.what_do_you_notice.sent import WANTED, places_of, send_until
from lessons.course.what_do_you_notice.where import ASKED, Where, value_asked


def answered(member, exercise, **answers):
    perform(member, ACTIONS["submit-answers"](exercise=exercise.id, answers=answers), act_id=uuid4())
    return check(member, exercise)


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}+00:00"


@pytest.mark.parametrize(
    ("predicted", "sent", "state", "said"),
    [
        ({1: ALWAYS}, [2], "done", "as long as all nine are in one partition"),
        ({1: WITHIN}, [2], "done", "And so it is."),
        ({1: NONE}, [2], "done", "There is an order"),
        ({1: ALWAYS, 3: WITHIN}, [2], "done", ALWAYS),  # a look afterwards stores the answer anew
        ({1: ALWAYS, 2: WITHIN}, [3], "done", WITHIN),  # who thinks again before sending may
        ({2: WITHIN}, [1, 3], "done", WITHIN),
        ({2: WITHIN}, [1], "not_yet", "older than your prediction"),
        ({1: "whatever"}, [2], "not_yet", "Nothing was predicted"),
        ({}, [1], "not_yet", "Nothing was predicted"),
    ],
)
def test_a_prediction_counts_when_it_is_older_than_records(predicted, sent, state, said):
    given = [{"at": at(second), "answer": order} for second, order in predicted.items()]
    verdict = Prediction().judge({"predictions": given, "sent": [at(second) for second in sent]}, "any seed")
    assert verdict.state == state
    assert said in verdict.seen


def test_seats_are_asked_for_different_pairs_and_values_and_always_the_same():
    drawn = {tuple(pairs_asked(f"seat {seat}", "")) for seat in range(200)}
    assert len(drawn) > 190
    assert all(len(set(pairs)) == 5 for pairs in drawn)
    assert pairs_asked("seat 1", "") == pairs_asked("seat 1", "")
    assert pairs_asked("seat 1", "") != pairs_asked("seat 1", "the id of an answer")
    assert {value_asked(f"seat {seat}") for seat in range(200)} == set(ASKED)


def test_two_records_have_an_order_in_one_partition_alone():
    places = {"1": [0, 0], "2": [1, 0], "3": [0, 1], "4": [1, 7]}
    assert [in_order(pair, places) for pair in ("1 before 3", "1 before 2", "2 before 4", "3 before 1")] == [
        True, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("answers", [{}, {"partition": "0", "offset": None}, {"ordered": "all"}, {"ordered": None}])
def test_an_answer_of_another_shape_is_no_answer(alice, do, answers):
    for step in send_until(evidence_of(alice)):
        do(step)
    for exercise in (Prediction(), Where(), Order()):
        assert answered(alice, exercise, **answers).state == "not_yet"


def marks(member) -> tuple[list[str], list[str]]:
    """The pairs that the page asks for now, and which of them to mark."""
    order, seed = Order(), seed_of(member, Order())
    questions = order.questions(evidence_in(None, member), seed)
    pairs = questions.model_json_schema()["properties"]["ordered"]["items"]["enum"]
    places = places_of(evidence_of(member))
    return pairs, [pair for pair in pairs if in_order(pair, places)]


def test_after_a_miss_other_pairs_are_asked_and_after_a_hit_none(alice, do):
    first = pairs_asked(seed_of(alice, Order()), "")
    for step in send_until(evidence_of(alice), lambda places: 0 < sum(in_order(pair, places) for pair in first) < 3):
        do(step)
    pairs, ordered = marks(alice)
    assert pairs == first
    missed = [pair for pair in pairs if pair not in ordered]
    assert answered(alice, Order(), ordered=missed).state == "not_yet"
    again, ordered = marks(alice)
    assert again != pairs
    assert answered(alice, Order(), ordered=missed).verdict["seen"] == "Nothing was marked yet."  # of the earlier pairs
    _, ordered = marks(alice)
    assert answered(alice, Order(), ordered=ordered).state == "done"
    assert Order().questions(evidence_in(None, alice), seed_of(alice, Order())) is None


def test_the_newest_record_of_a_value_is_the_one_that_counts(alice, do):
    for step in send_until(evidence_of(alice)):
        do(step)
    value = value_asked(seed_of(alice, Where()))
    partition, offset = places_of(evidence_of(alice))[value]
    perform(alice, ACTIONS["produce"](topic="test2p", values=f"10\n{value}\nanother"), act_id=uuid4())
    assert answered(alice, Where(), partition=partition, offset=offset).verdict["misconception"] == "earlier-batch"
    partition, offset = places_of(evidence_of(alice))[value]
    assert answered(alice, Where(), partition=partition, offset=offset).state == "done"


def test_what_was_typed_is_read_beside_what_the_topic_holds_now(alice, do):
    for step in send_until(evidence_of(alice)):
        do(step)
    place = places_of(evidence_of(alice))[value_asked(seed_of(alice, Where()))]
    perform(alice, ACTIONS["delete-topic"](name="test2p"), act_id=uuid4())
    assert answered(alice, Where(), partition=place[0], offset=place[1]).verdict["misconception"] == "no-topic"
    perform(alice, ACTIONS["create-topic"](name="test2p", partitions=2), act_id=uuid4())
    assert check(alice, Where()).verdict["misconception"] == "not-sent"


def test_some_of_the_nine_are_not_enough(alice, do):
    perform(alice, ACTIONS["create-topic"](name="test2p", partitions=2), act_id=uuid4())
    perform(alice, ACTIONS["produce"](topic="test2p", values="\n".join(random.sample(WANTED, 8))), act_id=uuid4())
    assert places_of(evidence_of(alice)) == {}
    assert check(alice, Where()).verdict["misconception"] == "not-sent"
