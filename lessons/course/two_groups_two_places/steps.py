"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from typing import Any

from lessons.course.exercise import Step

TOPIC = "rides"
BIKES = ("bike-17", "bike-4", "bike-23", "bike-17", "bike-8", "bike-4")

CREATE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})


def send(first: int = 1, count: int = len(BIKES)) -> Step:
    """So many unlocks, each with its bike as the key."""
    numbers = range(first, first + count)
    return Step(
        "produce",
        {
            "topic": TOPIC,
            "key": "\n".join(BIKES[number % len(BIKES)] for number in numbers),
            "values": "\n".join(f"unlock {number}" for number in numbers),
        },
    )


def consume(group: str, **more: Any) -> Step:
    return Step("consume", {"topic": TOPIC, "group_id": group, "auto_offset_reset": "earliest", **more})
