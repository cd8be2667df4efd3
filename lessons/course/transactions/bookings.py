"""The topic of this lesson, what stands in it of transactions, and the steps of its solutions."""

from __future__ import annotations

from typing import Any

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence, Found
from lessons.course.exercise import Observation, Say, Step, Verdict

TOPIC = "bookings"
CREATE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})


def book(count: int = 2, *, ending: str = "commit") -> Step:
    values = "\n".join(f"booking {number}" for number in range(1, count + 1))
    return Step("send-in-transaction", {"topic": TOPIC, "values": values, "ending": ending})


def seen_in(evidence: Evidence) -> dict[str, Any]:
    """Of the newest records, partition by partition: the offsets of those that consumers are given (`given`), and of those
    that were aborted (`aborted`); where each partition begins, how far it can be read, and where it ends. Raises:
    ClusterError."""
    topic = evidence.topic(TOPIC)
    spans = spans_in(evidence) if topic else {}
    given = evidence.newest(TOPIC) if topic else ()
    return {
        "topic_id": topic.topic_id if topic else None,
        "spans": spans,
        "given": {p: [each.offset for each in given if each.partition == int(p)] for p in spans},
        "aborted": {p: aborted_in(evidence, int(p), given, until=stable) for p, (_, stable, _end) in spans.items()},
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
    }


def spans_in(evidence: Evidence) -> dict[str, list[int]]:
    """{partition: [where it begins, how far it can be read, where it ends]} of the topic, which has to be there. Raises:
    ClusterError."""
    return {
        str(partition): [earliest, evidence.stable_end(TOPIC, partition), end]
        for partition, (earliest, end) in sorted(evidence.offsets(TOPIC).items())
    }


def aborted_in(evidence: Evidence, partition: int, given: tuple[Found, ...], *, until: int) -> list[int]:
    """The offsets of records that are there, before the last stable offset, and that consumers are not given."""
    known = {each.offset for each in given if each.partition == partition}
    return [
        offset for offset in evidence.offsets_of_records(TOPIC, partition) if offset < until and offset not in known
    ]


def no_records(observation: Observation, *, expected: str, say: Say) -> Verdict | None:
    """Why there can be no transaction yet."""
    if observation["topic_id"] is None:
        why = "Create it by the form of this lesson."
        return no_topic(TOPIC, observation["unprefixed"], expected=expected, why=why, say=say)
    if not any(end for _earliest, _stable, end in observation["spans"].values()):
        return say(f"{TOPIC} is empty.", expected=expected, misconception="empty-topic")
    return None
