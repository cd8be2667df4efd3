"""What the checks of lessons 1 and 2 say, without a cluster."""

from __future__ import annotations

import pytest

from lessons.cluster.entry_points import NOBODY
from lessons.course.kafka_and_its_cluster.entry_points import EntryPoints, asked_broker
from lessons.course.kafka_and_its_cluster.one_is_dead import OneIsDead
from lessons.course.looking_around.checks import A_NEIGHBOUR, NOT_KAFKAS, ONE_UNDERSCORE, InternalTopics
from lessons.course.seeded import seeded_choice

ADDRESSES = {"1": "10.0.0.1:9092", "2": "10.0.0.2:9092", "3": "10.0.0.3:9094"}
SEEN = {"addresses": ADDRESSES, "counts": [3], "bootstrap_servers": 5}
BROKER, ADDRESS = asked_broker(ADDRESSES, "seed")
ANOTHER = next(int(each) for each in ADDRESSES if int(each) != BROKER)


def judge_typed(brokers: object, broker: object = BROKER, **seen):
    return EntryPoints().judge({**SEEN, **seen, "answers": {"brokers": brokers, "broker": broker}}, "seed")


def test_the_right_count_and_the_broker_at_the_address_of_this_seat_are_done():
    assert judge_typed(3).state == "done"
    assert ADDRESS in judge_typed(3).seen


def test_seats_are_asked_for_different_brokers():
    assert {asked_broker(ADDRESSES, f"seat {number}")[0] for number in range(50)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("brokers", "broker", "misconception"),
    [(2, BROKER, "bootstrap-count"), (5, BROKER, "bootstrap-count"), (7, BROKER, ""), (None, None, ""),
     (3, ANOTHER, "another-broker"), (3, int(ADDRESS.rpartition(":")[2]), "port-for-id"), (3, 77, ""), (3, "x", ""), (3, None, "")],
)  # fmt: skip
def test_what_is_typed_wrongly_is_named_and_the_right_answer_is_not_given_away(brokers, broker, misconception):
    verdict = judge_typed(brokers, broker)
    assert (verdict.state, verdict.misconception) == ("not_yet", misconception)
    told = f"{verdict.expected} {verdict.why}"
    assert "3" not in told
    assert str(BROKER) not in told


def test_a_broker_that_went_after_the_student_asked_makes_no_answer_wrong():
    left = {broker: address for broker, address in ADDRESSES.items() if broker != str(ANOTHER)}
    assert judge_typed(3, addresses=left, counts=[2, 3]).state == "done"
    assert judge_typed(2, addresses=left, counts=[2, 3]).state == "done"


def test_a_choice_stays_while_it_is_among_the_options_whatever_goes():
    options = range(20)
    chosen = seeded_choice(options, "seed")
    assert seeded_choice([each for each in options if each % 2 or each == chosen], "seed") == chosen


def judge_asked(*asked: tuple[str, list[str], list[str]]):
    acts = [
        {
            "act": "a", "state": state, "code": NOBODY if state == "refused" else "",
            "began_at": began, "silent": silent, "brokers": 3,
        }
        for state, began, silent in asked
    ]  # fmt: skip
    return OneIsDead().judge({"asked": acts}, "seed")


DEAD, ALIVE, OTHER = "h:1", "h:9092", "h:9093"


@pytest.mark.parametrize(
    ("asked", "state", "misconception", "is_begun"),
    [
        ([], "not_yet", "", False),
        ([("done", [ALIVE, OTHER], [])], "not_yet", "none-dead", False),  # as the form is filled in
        ([("done", [ALIVE], [])], "not_yet", "one-address", True),
        ([("refused", [], [])], "not_yet", "all-dead", True),
        ([("failed", [], [])], "not_yet", "", True),
        ([("done", [ALIVE, DEAD], [DEAD])], "done", "", True),
        ([("done", [ALIVE, DEAD], [DEAD]), ("refused", [], [])], "done", "", True),
    ],
)  # fmt: skip
def test_a_client_that_began_at_a_dead_address_and_found_the_cluster_is_done(asked, state, misconception, is_begun):
    verdict = judge_asked(*asked)
    assert (verdict.state, verdict.misconception, verdict.is_begun) == (state, misconception, is_begun)


def judge_marked(*names: str, why_not: object = NOT_KAFKAS, feeds: tuple[str, ...] = ("_kafka.feed",)):
    topics = [
        {"name": "__consumer_offsets", "internal": True, "own": False},
        {"name": "__transaction_state", "internal": True, "own": False},
        {"name": "_kafka.feed", "internal": False, "own": False},
        {"name": "__mine", "internal": False, "own": True},
    ]
    answers = {"internal": list(names), "why_not": why_not}
    return InternalTopics().judge({"topics": topics, "of_the_class": list(feeds), "answers": answers}, "seed")


@pytest.mark.parametrize(
    ("names", "misconception"),
    [((), ""), (("__consumer_offsets",), "missed"), (("__consumer_offsets", "_kafka.feed"), "underscore"), (("__consumer_offsets", "__mine"), "own"),
     (("_kafka.feed",), "underscore"), (("long-gone",), "")],
)  # fmt: skip
def test_what_is_marked_wrongly_is_named_and_the_right_topics_are_not(names, misconception):
    verdict = judge_marked(*names)
    assert (verdict.state, verdict.misconception) == ("not_yet", misconception)
    told = f"{verdict.seen} {verdict.expected} {verdict.why}"
    assert "__consumer_offsets" not in told
    assert "__transaction_state" not in told
    assert ("since you looked" in told) == (misconception == "missed")


@pytest.mark.parametrize(
    ("why_not", "state", "misconception"),
    [(NOT_KAFKAS, "done", ""), (ONE_UNDERSCORE, "not_yet", "two-underscores"), (A_NEIGHBOUR, "not_yet", "a-neighbours"),
     (None, "not_yet", ""), (7, "not_yet", ""), (["x"], "not_yet", "")],
)  # fmt: skip
def test_with_the_right_topics_the_reason_decides_and_is_not_given_away(why_not, state, misconception):
    verdict = judge_marked("__consumer_offsets", "__transaction_state", why_not=why_not)
    assert (verdict.state, verdict.misconception) == (state, misconception)
    assert NOT_KAFKAS not in f"{verdict.seen} {verdict.expected} {verdict.why}"


def test_before_the_class_has_a_topic_nothing_is_asked_of_it():
    assert judge_marked("__consumer_offsets", "__transaction_state", why_not=None, feeds=()).state == "done"


@pytest.mark.parametrize("exercise", [EntryPoints(), InternalTopics()], ids=lambda exercise: exercise.id)
def test_nothing_answered_is_not_begun(exercise):
    verdict = exercise.judge({**SEEN, "topics": [], "of_the_class": [], "answers": None}, "seed")
    assert (verdict.state, verdict.misconception, verdict.is_begun) == ("not_yet", "", False)
    assert verdict.expected
