"""What lesson 13 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.cluster.groups import Group
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.course.a_group_shares_the_work.one_too_many import OneTooMany, asked, right
from lessons.course.a_group_shares_the_work.taken import ALL, BECAUSE, NONE, Taken
from lessons.course.a_group_shares_the_work.what_it_costs import WhatItCosts
from lessons.course.evidence import SnapshotEvidence

SEED = "a seat"
EARLY, LATE, LATER = (f"2026-05-04T10:0{minute}:00+00:00" for minute in range(3))


def sharing(*shares: list[int], protocol: str = "classic"):
    return {"group": "invoices", "protocol": protocol, "shares": sorted(shares)}


def seen(*sharings: dict, typed: object):
    return {"partitions": 3, "topic_id": "x", "unprefixed": {}, "sharings": list(sharings), "typed": typed}


NUMBERS = list(right(SEED))


@pytest.mark.parametrize(
    ("sharings", "state", "misconception"),
    [
        ([sharing([0], [1], [2], [])], "done", ""),
        ([sharing([0], [1], [2], [], [])], "done", ""),
        ([sharing([0], [1], [2], []), sharing([0, 1, 2])], "done", ""),  # what was there once was there
        ([sharing([0, 1], [2], [])], "not_yet", "all-busy"),  # one that has just joined, or that reads something else
        ([sharing([0], [1], [2])], "not_yet", "all-busy"),
        ([], "not_yet", "no-group"),
    ],
)
def test_a_member_is_one_too_many_when_each_partition_has_an_owner_of_its_own(sharings, state, misconception):
    verdict = OneTooMany().judge(seen(*sharings, typed=NUMBERS), SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)


@pytest.mark.parametrize("exercise", [OneTooMany(), WhatItCosts()], ids=lambda exercise: exercise.id)
@pytest.mark.parametrize(("typed", "is_begun"), [(NUMBERS, True), (None, False)])
def test_in_the_middle_of_a_rebalance_nothing_is_held_against_anybody(exercise, typed, is_begun):
    verdict = exercise.judge({**seen(typed=typed), "moving": ["invoices"]}, SEED)
    assert (verdict.state, verdict.is_begun) == ("could_not_check", is_begun)
    shared = exercise.judge({**seen(sharing([0], [1], [2]), typed=typed), "moving": ["invoices"]}, SEED)
    assert shared.state == "not_yet"


class Moving(SnapshotEvidence):
    """A seat with one group, in this state."""

    state = ""

    @property
    def groups(self):
        return (Group("invoices", self.state, (), (), "classic"),)

    def topic(self, name):
        return Topic(name, "x", internal=False, partitions=())


@pytest.mark.parametrize(
    ("state", "moving"),
    [("Stable", []), ("Empty", []), ("PreparingRebalance", ["invoices"]), ("Assigning or Reconciling", ["invoices"])],
)
def test_a_group_that_is_not_at_rest_is_noted(state, moving):
    evidence = Moving(Namespace("t", "ALICE"), lambda kind: ())
    type(evidence).state = state
    assert OneTooMany().observe(evidence)["moving"] == moving


def test_with_another_number_of_partitions_it_is_said_that_the_topic_is_another_one():
    observation = {**seen(sharing([0], []), typed=NUMBERS), "partitions": 1}
    assert OneTooMany().judge(observation, SEED).misconception == "other-partitions"


def test_the_numbers_are_those_of_dealing_out_cards():
    for number in range(50):
        partitions, members, many = asked(str(number))
        hands = [len(range(member, partitions, members)) for member in range(members)]
        idle = sum(not range(member, partitions, many) for member in range(many))
        assert right(str(number)) == (max(hands), idle)


@pytest.mark.parametrize(
    ("sharings", "misconception"),
    [
        ([sharing([0], [1, 2]), sharing([0, 1, 2], [], protocol="consumer")], "one-protocol"),
        ([sharing([0, 1, 2], protocol="consumer")], "alone"),
        ([sharing([0], [1, 2], protocol="other")], "one-protocol"),
    ],
)
def test_two_members_have_to_share_by_each_protocol(sharings, misconception):
    assert WhatItCosts().judge(seen(*sharings, typed=None), SEED).misconception == misconception


@pytest.mark.parametrize(
    ("runs", "foretold", "was_seen", "state"),
    [
        ([LATE], None, False, "done"),
        ([EARLY, LATER], None, True, "done"),  # once more, after the prediction
        ([EARLY], None, True, "not_yet"),
        ([], NONE, True, "done"),
        ([], None, True, "not_yet"),
        ([], None, False, "not_yet"),
    ],
)
def test_a_prediction_has_to_come_before_a_second_member(runs, foretold, was_seen, state):
    made = {"at": "2026-05-04T10:00:30+00:00", "answer": NONE}
    observation = {"predictions": [made], "sharings": [], "foretold": foretold, "was_seen": was_seen, "runs": runs}
    verdict = Taken().judge(observation, SEED)
    assert verdict.state == state
    assert (BECAUSE in verdict.seen) == (state == "done")  # the truth is told after the fact alone
    assert ALL not in f"{verdict.seen} {verdict.why}" or state == "done"
