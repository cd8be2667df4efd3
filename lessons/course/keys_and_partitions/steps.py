"""The topic of this lesson, what can be wrong with it, and the steps of its solutions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, Verdict, not_begun

TOPIC = "unlocks"
WANTED = 3
BIKES = [f"bike-{number}" for number in range(20, 100)]  # of which a seat is asked; the forms' own are below
MURMUR2 = "murmur2_random"


def create(partitions: int = WANTED) -> Step:
    return Step("create-topic", {"name": TOPIC, "partitions": partitions, "replicas": 1})


def send(*keys: str, **more: Any) -> Step:
    """A record for each of the keys."""
    fields = {"topic": TOPIC, "values": "\n".join(f"{key} out" for key in keys), "key": "\n".join(keys)}
    return Step("produce", {**fields, **more})


def topic_facts(evidence: Evidence) -> dict[str, Any]:
    """What `not_ready` needs. Raises: ClusterError."""
    topic = evidence.topic(TOPIC)
    return {
        "partitions": len(topic.partitions) if topic else None,
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
    }


def places_of(evidence: Evidence, keys: Iterable[str]) -> dict[str, list[list[int]]]:
    """{key: [[partition, milliseconds since the epoch], …] of its newest records, oldest first}. Raises: ClusterError."""
    wanted, found = set(keys), sorted(evidence.newest(TOPIC), key=lambda each: each.at_ms)
    places: dict[str, list[list[int]]] = {}
    for each in found:
        if each.key in wanted:
            places.setdefault(each.key, []).append([each.partition, each.at_ms])
    return places


def not_ready(observation: Mapping[str, Any], *, expected: str) -> Verdict | None:
    """Why there is nothing yet that could be asked about."""
    partitions = observation["partitions"]
    if partitions is None:
        return no_topic(TOPIC, observation["unprefixed"], expected=expected)
    if partitions != WANTED:
        return not_begun(
            f"The number of partitions of {TOPIC} is {partitions}.", expected=expected, misconception="other-count",
            why=f"This exercise is about {WANTED}: delete the topic, and create it again.",
        )  # fmt: skip
    return None
