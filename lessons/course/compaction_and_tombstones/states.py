"""The topic of this lesson as it is: what it holds of each key, and where the cleaner has left gaps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lessons.cluster.records import Record
from lessons.course.bare_names import BARE_NAME, told
from lessons.course.evidence import SHOWN_CHARACTERS, Evidence
from lessons.course.exercise import Observation, Verdict, not_begun, not_yet
from lessons.course.moments import moment_of

TOPIC = "bike-state"
REPORTS = (
    ("bike-42", "free"), ("bike-17", "free"), ("bike-42", "in repair"), ("bike-17", "rented"), ("bike-23", "free"),
    ("bike-23", "rented"), ("bike-17", "free"), ("bike-17", "rented"), ("bike-17", "free"),
)  # fmt: skip
MOST_READ = 300  # offsets of a partition, the newest
MOST_KEPT = 40  # keys, and moments, in the evidence


def topic_now(evidence: Evidence) -> dict[str, Any]:
    """As JSON: the topic's id, its settings that matter here, the newest value of each key (None: a tombstone), how many
    records it has of each, and for each gap among the offsets when the record behind it was sent.

    Raises: ClusterError.
    """
    topic = evidence.topic(TOPIC)
    settings = evidence.settings(TOPIC) if topic else {}
    held = _held(evidence, TOPIC) if topic else []
    newest = _newest(held)
    return {
        "topic_id": topic.topic_id if topic else None,
        "policy": settings.get("cleanup.policy", ""),
        "delete_retention_ms": settings.get("delete.retention.ms", ""),
        "newest": dict(list(newest.items())[:MOST_KEPT]),
        "counts": {key: sum(_text(each.key) == key for each in held) for key in list(newest)[:MOST_KEPT]},
        "behind_gaps": _behind_gaps(evidence, held)[-MOST_KEPT:] if topic else [],
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
    }


def newest_of(evidence: Evidence, name: str) -> dict[str, str | None]:
    """{key: the value of its newest record; None: a tombstone} of a topic, which has to be there. Raises: ClusterError."""
    return dict(list(_newest(_held(evidence, name)).items())[:MOST_KEPT])


def _held(evidence: Evidence, name: str) -> list[Record]:
    return [
        record
        for partition, (earliest, end) in evidence.offsets(name).items()
        if earliest < end
        for record in evidence.records(name, partition, start=max(earliest, end - MOST_READ), end=end)
    ]


def _newest(held: list[Record]) -> dict[str, str | None]:
    of_keys = ((_text(each.key), _text(each.value)) for each in sorted(held, key=_age))
    return {key: value for key, value in of_keys if key is not None}


def _age(record: Record) -> tuple[int, int, int]:
    """To sort by: where a key is in two partitions, time tells which is newer."""
    return record.timestamp_ms or 0, record.partition, record.offset


def _behind_gaps(evidence: Evidence, held: list[Record]) -> list[str]:
    """When the records were sent that stand right behind offsets without a record, oldest first.

    What stood there right before was the newest of all until this one came, and so it was still there: it was cleaned away
    later than that.
    """
    found = []
    for partition, (earliest, end) in evidence.offsets(TOPIC).items():
        of_partition = [each for each in held if each.partition == partition]
        before = [max(earliest, end - MOST_READ) - 1, *(each.offset for each in of_partition)]
        for (offset, following), record in zip(pairwise(before), of_partition, strict=True):
            if following > offset + 1:
                found.append(record.timestamp_ms or 0)
    return [moment_of(at_ms) for at_ms in sorted(found)]


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")[:SHOWN_CHARACTERS]


def not_ready(observation: Observation, *, expected: str) -> Verdict | None:
    """Why there is no compacted topic yet."""
    bare = observation["unprefixed"]
    if observation["topic_id"] is None:
        return not_begun(
            f"There is no topic {TOPIC}.", expected=expected, misconception=BARE_NAME if bare else "no-topic",
            why=told(bare) if bare else "Create it by the form above.",
        )  # fmt: skip
    if "compact" not in observation["policy"]:
        return not_yet(
            f"cleanup.policy of {TOPIC} is {observation['policy'] or '(empty)'}.",
            expected=expected, misconception="not-compacted",
            why="With that a record is deleted by age, and the newest one of a key like any other.",
        )  # fmt: skip
    return None
