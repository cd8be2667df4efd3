"""What lesson 18 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.course.what_delivered_means.checks import NotReadableYet, TwoOfThree, WhatItTakes
from lessons.course.what_delivered_means.steps import receipt_asked
from lessons.course.what_delivered_means.what_it_takes import asked

SEED = "a seat"
RECEIPT = receipt_asked(SEED)
COPIES, DEMANDED = asked(SEED)


def state(in_sync: int = 3, *, receipts: int = 0, demanded: str = "2", end: int = 3, reported: int | None = None):
    return {
        "topic_id": "x", "leader": 1, "replicas": [1, 2, 3], "in_sync": in_sync, "end": end, "demanded": demanded,
        "values": {RECEIPT: receipts, "receipt no. 1": 3}, "reported": {} if reported is None else {RECEIPT: reported},
    }  # fmt: skip


def judged(exercise, *states):
    verdict = exercise.judge({"states": list(states), "unprefixed": {}}, SEED)
    return verdict.state, verdict.misconception


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([state(), state(2), state(2, receipts=1)], ("done", "")),
        ([state(2, receipts=1), state(3, receipts=1)], ("done", "")),
        ([state(receipts=1), state(2, receipts=1)], ("not_yet", "all-in-sync")),
        ([state(), state(2, receipts=1, demanded="1")], ("not_yet", "other-demand")),
        ([state(receipts=1), state(2, receipts=2)], ("done", "")),
        ([state(), state(2)], ("not_yet", "not-sent")),
    ],
)  # fmt: skip
def test_a_receipt_has_to_be_taken_by_two_of_three(states, found):
    assert judged(TwoOfThree(), *states) == found


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([state(), state(2, reported=3), state(3, reported=3, receipts=1, end=4)], ("done", "")),
        ([state(2, reported=3)], ("not_yet", "behind")),
        ([state(2, reported=0, end=0)], ("not_yet", "behind")),  # the first one of all
        ([state(3, reported=3)], ("not_yet", "not-sent")),  # all copies are there, and will have it in a moment
        ([state(3, reported=2, receipts=1)], ("not_yet", "readable-at-once")),
        ([state(2, reported=3), state(3, reported=3, end=4)], ("not_yet", "behind")),  # the leader was lost, and it with it
        ([state()], ("not_yet", "not-sent")),
    ],
)  # fmt: skip
def test_a_receipt_has_to_be_acknowledged_behind_the_end(states, found):
    assert judged(NotReadableYet(), *states) == found


@pytest.mark.parametrize(
    ("was_refused", "typed", "found"),
    [
        (True, [COPIES - DEMANDED, DEMANDED - 1], ("done", "")),
        (True, [COPIES - 1, DEMANDED - 1], ("not_yet", "one-is-enough")),
        (True, [COPIES - DEMANDED, COPIES - 1], ("not_yet", "all-have-it")),
        (True, ["x", 1], ("not_yet", "")),
        (False, [COPIES - DEMANDED, DEMANDED - 1], ("not_yet", "never-refused")),
    ],
)  # fmt: skip
def test_with_so_many_demanded_the_rest_may_be_away_and_all_but_one_of_them_may_be_lost(was_refused, typed, found):
    verdict = WhatItTakes().judge({"was_refused": was_refused, "typed": typed}, SEED)
    assert (verdict.state, verdict.misconception) == found
