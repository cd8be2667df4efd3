"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from typing import Any

from lessons.course.bare_names import BARE_NAME, told
from lessons.course.exercise import Observation, Step, Verdict, not_begun

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


def no_topic(observation: Observation, *, expected: str) -> Verdict:
    """The verdict where there is none."""
    bare = observation["unprefixed"]
    return not_begun(
        f"There is no topic {TOPIC}.", expected=expected, misconception=BARE_NAME if bare else "no-topic",
        why=told(bare) if bare else "Create it by the form above.",
    )  # fmt: skip
