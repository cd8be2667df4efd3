"""The steps of this lesson's solutions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from lessons.course.compaction_and_tombstones.states import REPORTS, TOPIC
from lessons.course.exercise import Step, while_not

SEGMENT_MS = 1000
SETTINGS = {"cleanup.policy": "compact", "segment.ms": SEGMENT_MS, "min.cleanable.dirty.ratio": 0.01}
PATIENCE_S = 60.0  # until the cleaner has been there; that of the class begins anew every second


def create(**more: Any) -> Step:
    """`more`: settings with _ for the dots."""
    settings = {**SETTINGS, **{name.replace("_", "."): value for name, value in more.items()}}
    config = "\n".join(f"{name}={value}" for name, value in settings.items())
    return Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1, "config": config})


def state_is(bike: str, value: str) -> Step:
    return Step("produce", {"topic": TOPIC, "key": bike, "values": value})


def tombstone(bike: str) -> Step:
    return Step("produce", {"topic": TOPIC, "key": bike, "tombstone": True})


CREATE = create()
NOT_COMPACTED = create(cleanup_policy="delete")
SEND = Step(
    "produce",
    {"topic": TOPIC, "key": "\n".join(key for key, _ in REPORTS), "values": "\n".join(value for _, value in REPORTS)},
)


def cleaned_until(is_so: Callable[[], Any]) -> Iterator[Step]:
    """Steps: records of another bike, each of which closes the segment of the one before. Raises: TimeoutError."""
    for _ in while_not(is_so, within_s=PATIENCE_S):
        time.sleep(1.5 * SEGMENT_MS / 1000)
        yield state_is("bike-64", "free")
