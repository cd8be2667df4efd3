"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from typing import Any

from lessons.course.copies import REPLICAS
from lessons.course.exercise import Step
from lessons.course.seeded import seeded_choice

TOPIC = "receipts"
OF_A_SEAT = "receipt no. "
NUMBERS = range(1000, 10_000)
REFUSED = "NOT_ENOUGH_REPLICAS"

CREATE = Step(
    "create-topic",
    {"name": TOPIC, "partitions": 1, "replicas": REPLICAS, "config": "min.insync.replicas=2"},
)
FIRST = Step("produce", {"topic": TOPIC, "values": "receipt 1"})


def receipt_asked(seed: str) -> str:
    """The value that a seat is to send."""
    return f"{OF_A_SEAT}{seeded_choice(NUMBERS, seed)}"


def send(value: str, **more: Any) -> Step:
    return Step("produce", {"topic": TOPIC, "values": value, **more})


def demand(copies: int) -> Step:
    return Step("alter-config", {"topic": TOPIC, "setting": "min.insync.replicas", "value": str(copies)})
