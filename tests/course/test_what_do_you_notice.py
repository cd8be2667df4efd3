"""Lesson 8's checks where learners do things in another order, or more than once."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest

from lessons.classroom.checks.attempts import check, evidence_of, seed_of
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.exercise import submit
from lessons.course.what_do_you_notice.checks import ALWAYS, NONE, WITHIN, Prediction
from lessons.course.what_do_you_notice.order import Order
from lessons.course.what_do_you_notice.sent import CREATE, WANTED, pairs_asked, seeded_value, send_until, sent_nine
from lessons.course.what_do_you_notice.where import Where


@pytest.fixture
def do(alice, kafka):
    def steps(*steps):
        for step in steps:
            perform(alice, ACTIONS[step.kind].model_validate(step.fields), act_id=uuid4())

    return steps


def answered(member, exercise, **answers):
    perform(member, ACTIONS["submit-answers"](exercise=exercise.id, answers=answers), act_id=uuid4())
    return check(member, exercise)


def observation(predictions: dict[int, str], sends: list[int]) -> dict[str, object]:
    """Of seconds."""

    def at(second: int) -> str:
        return f"2026-01-01T00:00:{second:02}+00:00"

    return {
        "predictions": [{"at": at(second), "order": order} for second, order in predictions.items()],
        "sends": [{"at": at(second), "act": "x"} for second in sends],
    }


@pytest.mark.parametrize(
    ("predictions", "sends", "state", "said"),
    [
        ({1: ALWAYS}, [2], "done", "as long as all nine are in one partition"),
        ({1: WITHIN}, [2], "done", "And so it is."),
        ({1: NONE}, [2], "done", "There is an order"),
        ({1: ALWAYS, 3: WITHIN}, [2], "done", ALWAYS),  # a look afterwards stores the answer anew
        ({1: ALWAYS, 2: WITHIN}, [3], "done", WITHIN),  # who thinks again before sending may
        ({2: WITHIN}, [1, 3], "done", WITHIN),
        ({2: WITHIN}, [1], "not_yet", "younger"),
        ({1: "whatever"}, [2], "not_yet", "Nothing was predicted"),
        ({}, [1], "not_yet", "Nothing was predicted"),
    ],
)
def test_a_prediction_counts_when_it_is_older_than_records(predictions, sends, state, said):
    verdict = Prediction().judge(observation(predictions, sends), "any seed")
    assert verdict.state == state
    assert said in verdict.seen


def test_every_seat_is_asked_about_pairs_of_both_kinds():
    chance = random.Random(8)
    for seat in range(200):
        places = {value: [chance.choice((0, 1)), offset] for offset, value in enumerate(WANTED)}
        if len({partition for partition, _ in places.values()}) == 2:
            pairs = pairs_asked(places, f"seat {seat}")
            assert len(pairs) == 5
            assert set(pairs.values()) == {True, False}
            assert pairs == pairs_asked(places, f"seat {seat}")
    assert {seeded_value(f"seat {seat}") for seat in range(200)} == set(WANTED)


@pytest.mark.parametrize("answers", [{}, {"partition": "0", "offset": None}, {"ordered": "all"}, {"ordered": None}])
def test_an_answer_of_another_shape_is_no_answer(alice, do, answers):
    for step in send_until(evidence_of(alice)):
        do(step)
    for exercise in (Prediction(), Where(), Order()):
        assert answered(alice, exercise, **answers).state == "not_yet"


def test_what_was_typed_about_earlier_records_is_not_held_against_later_ones(alice, do):
    for step in send_until(evidence_of(alice)):
        do(step)
    assert answered(alice, Where(), partition=0, offset=999).verdict["misconception"] == "no-record"
    assert answered(alice, Order(), ordered=[]).verdict["misconception"] == "no-order"
    for step in send_until(evidence_of(alice)):
        do(step)
    assert check(alice, Where()).verdict["seen"] == "Nothing was typed since you sent."
    assert check(alice, Order()).verdict["seen"] == "Nothing was marked since you sent."


def test_records_of_a_deleted_topic_are_said_to_be_gone(alice, do):
    for step in send_until(evidence_of(alice)):
        do(step)
    partition, offset = sent_nine(evidence_of(alice))["places"][seeded_value(seed_of(alice, Where()))]
    perform(alice, ACTIONS["delete-topic"](name="test2p"), act_id=uuid4())
    assert check(alice, Where()).verdict["misconception"] == "no-topic"
    do(CREATE, submit(Where.id, partition=partition, offset=offset))
    assert check(alice, Where()).verdict["misconception"] == "gone"


def test_records_sent_afterwards_do_not_hide_the_nine(alice, do):
    for step in send_until(evidence_of(alice)):
        do(step)
    perform(alice, ACTIONS["produce"](topic="test2p", values="10"), act_id=uuid4())
    place = sent_nine(evidence_of(alice))["places"][seeded_value(seed_of(alice, Where()))]
    assert answered(alice, Where(), partition=place[0], offset=place[1]).state == "done"
