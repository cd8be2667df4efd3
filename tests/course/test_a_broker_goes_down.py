"""What lesson 17 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.cluster import topics
from lessons.cluster.namespace import Namespace
from lessons.course.a_broker_goes_down.back_at_its_place import BackAtItsPlace, asked
from lessons.course.a_broker_goes_down.in_the_gap import InTheGap
from lessons.course.a_broker_goes_down.steps import alarm_asked
from lessons.course.a_broker_goes_down.who_takes_over import LOST, WhoTakesOver
from lessons.course.acts.elect_leader import ElectLeader

SEED = "a seat"
ALARM = alarm_asked(SEED)
RIGHT = [asked(SEED) - 1, 1]


def state(leader: int | None = 1, in_sync: int = 3, *, alarms: int = 0, foretold: str | None = LOST, copies: int = 3):
    return {
        "topic_id": "x", "leader": leader, "replicas": [1, 2, 3][:copies], "in_sync": in_sync, "end": 3,
        "values": {ALARM: alarms, "alarm at another": 3}, "foretold": foretold,
    }  # fmt: skip


def judged(exercise, *states, **more):
    verdict = exercise.judge({"states": list(states), "unprefixed": {}, **more}, SEED)
    return verdict.state, verdict.misconception


WHOLE, GAP = state(), state(2, 2)


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([WHOLE, GAP, state(2, 2, alarms=1), state(2, 3, alarms=1)], ("done", "")),
        ([state(2, 2, alarms=1), state(1, 3, alarms=1)], ("done", "")),  # nobody looked before
        ([WHOLE, state(2, 2, alarms=1)], ("not_yet", "behind")),
        ([state(alarms=1), state(2, 2, alarms=1), state(2, 3, alarms=1)], ("not_yet", "all-in-sync")),
        ([state(alarms=1), state(2, 2, alarms=2), state(2, 3, alarms=2)], ("done", "")),  # sent once more
        ([GAP, WHOLE, state(alarms=1)], ("not_yet", "all-in-sync")),
        ([WHOLE, GAP], ("not_yet", "not-sent")),
        ([state(2, 2, alarms=1), state(1, 3, alarms=0)], ("not_yet", "not-sent")),  # it is gone again
        ([state(copies=1, in_sync=1)], ("not_yet", "too-few-copies")),
        ([], ("not_yet", "no-topic")),
    ],
)  # fmt: skip
def test_an_alarm_has_to_be_seen_first_while_a_copy_is_missing(states, found):
    assert judged(InTheGap(), *states) == found


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([WHOLE, GAP], ("done", "")),
        ([WHOLE, GAP, WHOLE], ("done", "")),
        ([GAP, WHOLE], ("not_yet", "behind")),
        ([GAP], ("not_yet", "afterwards")),
        ([state(foretold=None), state(2, 2, foretold=None), GAP], ("not_yet", "afterwards")),
        ([GAP, WHOLE, GAP], ("done", "")),  # the next outage
        ([WHOLE, state(1, 2)], ("not_yet", "afterwards")),  # the broker that was stopped only followed
        ([WHOLE, state(1, 2), WHOLE, GAP], ("done", "")),
        ([WHOLE, state(None, 2), GAP], ("done", "")),
    ],
)  # fmt: skip
def test_a_prediction_has_to_be_known_before_a_copy_is_missing(states, found):
    made = {"at": "2026-05-04T10:00:30+00:00", "answer": LOST}
    assert judged(WhoTakesOver(), *states, predictions=[made]) == found


@pytest.mark.parametrize(
    ("states", "typed", "found"),
    [
        ([WHOLE, GAP, state(2, 3), WHOLE], RIGHT, ("done", "")),
        ([WHOLE, state(None, 2), WHOLE], RIGHT, ("not_yet", "never-away")),  # nobody led it
        ([WHOLE, GAP, state(2, 3)], RIGHT, ("not_yet", "leads-elsewhere")),
        ([GAP, WHOLE], [asked(SEED), 1], ("not_yet", "no-copy-needed")),
        ([GAP, WHOLE], [asked(SEED) - 1, asked(SEED)], ("not_yet", "copies-serve-reads")),
        ([GAP, WHOLE], [0, 1], ("not_yet", "other-number")),
        ([GAP, WHOLE], None, ("not_yet", "")),
    ],
)  # fmt: skip
def test_it_has_to_be_led_by_another_and_then_as_preferred(states, typed, found):
    assert judged(BackAtItsPlace(), *states, typed=typed) == found


def test_where_the_preferred_replica_leads_an_election_changes_nothing(kafka: str) -> None:
    seat = Namespace("t16", "7KQ4")
    topic = topics.create_topic(seat, "led", partitions=1, replicas=3)
    leader = topic.partitions[0].replicas[0]
    answer = ElectLeader(topic="led").run(seat)
    assert answer.data == {"before": leader, "leader": leader}
    assert answer.words.startswith(f"Broker {leader} led it already")
    topics.delete_topic(seat, "led")
