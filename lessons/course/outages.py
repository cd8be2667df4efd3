"""Steps in which the broker that leads a topic goes down, and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from lessons.course.copies import REPLICAS
from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, while_not

BACK_WITHIN_S = 60.0
PACE_S = 0.2


def outage(evidence: Evidence, name: str, *, meanwhile: Iterable[Step] = ()) -> Iterator[Step]:
    """The leader is stopped, something is done, it is started again and in sync. Raises: TimeoutError."""
    topic = evidence.topic(name)
    assert topic is not None
    leader = topic.partitions[0].leader
    yield Step("stop-broker", {"broker": leader})
    _wait_for_in_sync(evidence, name, REPLICAS - 1)
    yield from meanwhile
    yield Step("start-broker", {"broker": leader})
    _wait_for_in_sync(evidence, name, REPLICAS)


def _wait_for_in_sync(evidence: Evidence, name: str, replicas: int) -> None:
    for _ in while_not(lambda: _in_sync(evidence, name) == replicas, within_s=BACK_WITHIN_S):
        time.sleep(PACE_S)


def _in_sync(evidence: Evidence, name: str) -> int:
    topic = evidence.topic(name)
    return 0 if topic is None else len(topic.partitions[0].in_sync)
