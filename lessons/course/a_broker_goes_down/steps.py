"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessons.course import outages
from lessons.course.copies import REPLICAS
from lessons.course.evidence import Evidence
from lessons.course.exercise import Step
from lessons.course.seeded import seeded_choice

TOPIC = "alarms"
OF_A_SEAT = "alarm at "
PLACES = [f"{letter}{number}" for letter in "abcdefgh" for number in range(10, 100)]

CREATE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": REPLICAS})
SEND = Step("produce", {"topic": TOPIC, "values": "alarm 1\nalarm 2\nalarm 3"})
ELECT = Step("elect-leader", {"topic": TOPIC, "partition": 0})


def alarm_asked(seed: str) -> str:
    """The value that a seat is to send while a copy is missing."""
    return OF_A_SEAT + seeded_choice(PLACES, seed)


def send_alarm(value: str) -> Step:
    return Step("produce", {"topic": TOPIC, "values": value})


def outage(evidence: Evidence, *, before: Sequence[Step] = (), meanwhile: Sequence[Step] = ()) -> Iterator[Step]:
    """Steps: the topic is made, and its leader goes down and comes back."""
    yield CREATE
    yield SEND
    yield from before
    yield from outages.outage(evidence, TOPIC, meanwhile=meanwhile)
