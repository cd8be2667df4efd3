"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, while_not
from lessons.course.seeded import seeded_choice

TOPIC = "alarms"
REPLICAS = 3
BACK_WITHIN_S = 60.0
PACE_S = 0.2
PLACES = [f"{letter}{number}" for letter in "abcdefgh" for number in range(10, 100)]

CREATE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": REPLICAS})
SEND = Step("produce", {"topic": TOPIC, "values": "alarm 1\nalarm 2\nalarm 3"})
ELECT = Step("elect-leader", {"topic": TOPIC, "partition": 0})


OF_A_SEAT = "alarm at "


def alarm_asked(seed: str) -> str:
    """The value that a seat is to send while a copy is missing."""
    return OF_A_SEAT + seeded_choice(PLACES, seed)


def send_alarm(value: str) -> Step:
    return Step("produce", {"topic": TOPIC, "values": value})


def leader_of(evidence: Evidence) -> int:
    topic = evidence.topic(TOPIC)
    assert topic is not None
    return topic.partitions[0].leader or 0


def in_sync(evidence: Evidence) -> int:
    topic = evidence.topic(TOPIC)
    return 0 if topic is None else len(topic.partitions[0].in_sync)


def outage(evidence: Evidence, *, before: Sequence[Step] = (), meanwhile: Sequence[Step] = ()) -> Iterator[Step]:
    """Steps: the leader is stopped, something is done, it is started again and in sync."""
    yield CREATE
    yield SEND
    yield from before
    leader = leader_of(evidence)
    yield Step("stop-broker", {"broker": leader})
    wait_for_in_sync(evidence, REPLICAS - 1)
    yield from meanwhile
    yield Step("start-broker", {"broker": leader})
    wait_for_in_sync(evidence, REPLICAS)


def wait_for_in_sync(evidence: Evidence, replicas: int) -> None:
    """Raises: TimeoutError."""
    for _ in while_not(lambda: in_sync(evidence) == replicas, within_s=BACK_WITHIN_S):
        time.sleep(PACE_S)
