"""The topic of this lesson, the moment to which a seat goes back, and the steps of its solutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, StepsFor
from lessons.course.moments import to_the_millisecond
from lessons.course.seeded import of_seat, seeded_choice

TOPIC, GROUP = "trips", "billing"
BACK, FORWARD = "lag-and-replay.back-to-a-moment", "lag-and-replay.and-forward"
BIKES = ("bike-17", "bike-4", "bike-23")
FIRST_RECORDS = 40  # of partition 0: among them is the moment
WHICH = range(2, 5)  # of the different times of those records, counted from 0

Times = Sequence[Sequence[int]]  # JSON: [offset, ms since the epoch] of each record that is later than all before it

CREATE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})
SEND = Step(
    "produce",
    {
        "topic": TOPIC,
        "key": "\n".join(BIKES),  # they take turns
        "values": "\n".join(f"trip {number}" for number in range(1, 10)),
        "pause_ms": 50,  # so each has a time of its own
    },
)


def consume(**more: Any) -> Step:
    return Step("consume", {"topic": TOPIC, "group_id": GROUP, "auto_offset_reset": "earliest", **more})


def set_to(**where: Any) -> Step:
    return Step("set-offset", {"topic": TOPIC, "group_id": GROUP, "partition": 0, **where})


READ = [CREATE, SEND, consume()]


def times_in(evidence: Evidence) -> list[list[int]]:
    """Of the first records of partition 0. Kafka takes the first record that is not older than a time: so each of these is
    what Kafka finds for its own time. Raises: ClusterError."""
    found: list[list[int]] = []
    for record in evidence.records(TOPIC, 0, start=0, end=FIRST_RECORDS):
        at_ms = record.timestamp_ms or 0
        if at_ms > (found[-1][1] if found else 0):
            found.append([record.offset, at_ms])
    return found[: WHICH.stop]


def moment_asked(times: Times, seed: str) -> tuple[int, str] | None:
    """The offset and the time of the first trip with the wrong price; None while there are too few different times. Two
    exercises of a seat ask for the same."""
    which = seeded_choice(WHICH, of_seat(of_seat(seed, BACK), FORWARD))
    return (times[which][0], to_the_millisecond(times[which][1])) if which < len(times) else None


def went_back(by: int = 0) -> StepsFor:
    """Steps: a group reads everything and is set to its moment, or so many offsets beside it."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from READ
        offset, moment = moment_asked(times_in(evidence), seed) or (0, "")
        yield set_to(offset=offset + by) if by else set_to(to=moment)

    return steps


def and_then(then: Callable[[int, int], Sequence[Step]]) -> StepsFor:
    """The same, and then steps that depend on the moment's offset and the topic's end."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from went_back()(evidence, seed)
        offset, _moment = moment_asked(times_in(evidence), seed) or (0, "")
        yield from then(offset, evidence.offsets(TOPIC)[0][1])

    return steps
