"""The topic of this lesson, its pings, and the steps of its solutions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, while_not

TOPIC = "positions"
BIKES = (17, 23, 42, 58, 17, 42, 23, 58, 42, 31, 64, 31)  # of ping 1, of ping 2, …
KEYS = tuple(f"bike-{bike}" for bike in BIKES)
PINGS = tuple(f"ping {number}" for number in range(1, len(BIKES) + 1))
PACE_S = 1.0  # a ping a second
PATIENCE_S = 60.0  # until brokers have deleted what is too old; those of the class look every 2 s


def last_ping(bike: str) -> int:
    """The number of a bike's last ping: so many of the twelve are to go with it."""
    return len(KEYS) - KEYS[::-1].index(bike)


def create(name: str = TOPIC, *, partitions: int = 1, **settings: int) -> Step:
    """`settings` by their names with _ for the dots, such as `retention_ms`."""
    config = "\n".join(f"{setting.replace('_', '.')}={value}" for setting, value in settings.items())
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": 1, "config": config})


def set_to(setting: str, value: int | str) -> Step:
    return Step("alter-config", {"topic": TOPIC, "setting": setting, "value": str(value)})


def cut(before: int) -> Step:
    return Step("delete-records", {"topic": TOPIC, "partition": 0, "before": before})


SEND = Step("produce", {"topic": TOPIC, "key": "\n".join(KEYS), "values": "\n".join(PINGS)})
PING = Step("produce", {"topic": TOPIC, "key": "bike-31", "values": "ping"})


def pinged_until(is_so: Callable[[], Any]) -> Iterator[Step]:
    """Steps: a ping a second. Raises: TimeoutError."""
    for _ in while_not(is_so, within_s=PATIENCE_S):
        yield PING
        time.sleep(PACE_S)


def begins_at(evidence: Evidence) -> int:
    """The earliest offset of the topic's first partition."""
    return evidence.offsets(TOPIC)[0][0]
