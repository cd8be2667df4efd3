"""What is in `test2p` of 1 to 9, whoever sent it, and the steps that send it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Step, Verdict, not_begun, not_yet

TOPIC = "test2p"
WANTED = [str(number) for number in range(1, 10)]
SETTING = "sticky.partitioning.linger.ms"

Places = Mapping[str, Any]  # JSON: the value → [partition, offset]


def send(**more: Any) -> Step:
    return Step("produce", {"topic": TOPIC, "values": "\n".join(WANTED), "flush_each": True, **more})


CREATE = Step("create-topic", {"name": TOPIC, "partitions": 2, "replicas": 1})
CREATE_WITH_ONE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})
SEND = send(sticky_linger_ms=0)
SEND_TO_ONE = send(partition=0)


def send_until(evidence: Evidence, suits: Callable[[Places], bool] = lambda places: True) -> Iterator[Step]:
    """Steps: the topic, and nine records as often as it takes to find them in both partitions and as wanted."""
    yield CREATE
    while True:
        yield SEND
        places = places_of(evidence)
        if is_spread(places) and suits(places):
            return


def places_of(evidence: Evidence) -> dict[str, list[int]]:
    """Where the newest record of each of the nine values is; empty unless there is one of each. Raises: ClusterError."""
    newest: dict[str, Any] = {}
    for found in evidence.newest(TOPIC):
        if found.value in WANTED:
            known = newest.get(found.value)
            if known is None or (found.at_ms, found.offset) >= (known.at_ms, known.offset):
                newest[found.value] = found
    if newest.keys() < set(WANTED):
        return {}
    return {value: [newest[value].partition, newest[value].offset] for value in WANTED}


def seen_of(evidence: Evidence) -> dict[str, Any]:
    """What `not_ready` needs. Raises: ClusterError."""
    topic = evidence.topic(TOPIC)
    return {
        "partitions": len(topic.partitions) if topic else None,
        "places": places_of(evidence) if topic else {},
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
    }


def is_spread(places: Places) -> bool:
    return len({partition for partition, _ in places.values()}) > 1


def not_ready(observation: Observation, *, expected: str) -> Verdict | None:
    """Why there is nothing yet that could be asked about."""
    partitions, places = observation["partitions"], observation["places"]
    if partitions is None:
        why = "Create it (lesson 3), and give it a second partition (lesson 5)."
        return no_topic(TOPIC, observation["unprefixed"], expected=expected, why=why)
    if partitions < 2:
        return not_begun(
            f"{TOPIC} has 1 partition.", expected=expected, misconception="one-partition-topic",
            why="Add a second one (lesson 5): with one partition there is one order, and nothing to notice.",
        )  # fmt: skip
    if not places:
        return not_begun(
            f"{TOPIC} does not hold a record of each of 1 to 9.", expected=expected, misconception="not-sent",
            why="Send them by the form of this lesson: one number a line.",
        )  # fmt: skip
    if not is_spread(places):
        only = places[WANTED[0]][0]
        return not_yet(
            f"The newest 1 to 9 are all in partition {only}.", expected=expected, misconception="one-partition",
            why=f"Send them once more with {SETTING} set to 0, so that both partitions get some.",
        )  # fmt: skip
    return None
