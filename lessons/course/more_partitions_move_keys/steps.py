"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from typing import Any

from lessons.course.exercise import Step

TOPIC = "repairs"
PARTITIONS = 2  # to begin with


def create(partitions: int = PARTITIONS) -> Step:
    return Step("create-topic", {"name": TOPIC, "partitions": partitions, "replicas": 1})


def add(total: int) -> Step:
    return Step("add-partitions", {"topic": TOPIC, "total": total})


def send(*keys: str, **more: Any) -> Step:
    """A record for each of the keys."""
    fields = {"topic": TOPIC, "values": "\n".join(f"{key} repaired" for key in keys), "key": "\n".join(keys)}
    return Step("produce", {**fields, **more})
