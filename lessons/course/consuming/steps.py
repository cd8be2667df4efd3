"""The topic of lesson 7, the place that a seat is asked for, and the steps of its solutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, StepsFor, submit
from lessons.course.seeded import seeded_choice

TOPIC, GROUP = "test1p", "readers"
EXERCISE = "consuming.exact-place"
PLACES = range(3, 8)

PREPARED = [
    Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1}),
    Step("produce", {"topic": TOPIC, "values": "\n".join(map(str, range(1, 10)))}),
]


def place_asked(seed: str) -> int:
    """The offset that the group is to have committed, for this seat."""
    return seeded_choice(PLACES, seed)


def consume(**more: Any) -> Step:
    return Step("consume", {"topic": TOPIC, "group_id": GROUP, "auto_offset_reset": "earliest", **more})


def stopped_after(count: Callable[[int], int], *, value: Callable[[int], str] | None = None) -> StepsFor:
    """Steps: a group reads so many records, and then perhaps a value is typed; both of the place that is asked for."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        place = place_asked(seed)
        yield from PREPARED
        yield consume(stop_after=count(place), group_id=f"{GROUP}-{len(evidence.acts('consume'))}")
        if value is not None:
            yield submit(EXERCISE, value=value(place))

    return steps


def set_to(offset: Callable[[int], int], *, value: Callable[[int], str] | None = None) -> StepsFor:
    """Steps: nothing is read, and the group's offset is set."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        place = place_asked(seed)
        yield from PREPARED
        yield Step("set-offset", {"topic": TOPIC, "group_id": GROUP, "partition": 0, "offset": offset(place)})
        if value is not None:
            yield submit(EXERCISE, value=value(place))

    return steps
