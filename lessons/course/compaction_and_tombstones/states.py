"""The topic of this lesson as it is: what it holds of each key, and where the cleaner has left gaps."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from lessons.cluster.records import Record
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence, text_of
from lessons.course.exercise import Observation, Verdict, not_yet
from lessons.course.moments import moment_of
from lessons.course.newest import MOST_READ, held_in, newest_among

TOPIC = "bike-state"
REPORTS = (
    ("bike-42", "free"), ("bike-17", "free"), ("bike-42", "in repair"), ("bike-17", "rented"), ("bike-23", "free"),
    ("bike-23", "rented"), ("bike-17", "free"), ("bike-17", "rented"), ("bike-17", "free"),
)  # fmt: skip
KEPT = 40  # moments, in the evidence


def topic_now(evidence: Evidence) -> dict[str, Any]:
    """As JSON: the topic's id, its settings that matter here, the newest value of each key (None: a tombstone), how many
    records it has of each, and for each gap among the offsets when the record behind it was sent.

    Raises: ClusterError.
    """
    topic = evidence.topic(TOPIC)
    settings = evidence.settings(TOPIC) if topic else {}
    held = held_in(evidence, TOPIC) if topic else []
    newest, counts = newest_among(held), Counter(text_of(each.key) for each in held)
    return {
        "topic_id": topic.topic_id if topic else None,
        "policy": settings.get("cleanup.policy", ""),
        "delete_retention_ms": settings.get("delete.retention.ms", ""),
        "newest": newest,
        "counts": {key: counts[key] for key in newest},
        "behind_gaps": _behind_gaps(evidence, held)[-KEPT:] if topic else [],
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
    }


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


def not_ready(observation: Observation, *, expected: str) -> Verdict | None:
    """Why there is no compacted topic yet."""
    if observation["topic_id"] is None:
        return no_topic(TOPIC, observation["unprefixed"], expected=expected)
    if "compact" not in observation["policy"]:
        return not_yet(
            f"cleanup.policy of {TOPIC} is {observation['policy'] or '(empty)'}.",
            expected=expected, misconception="not-compacted",
            why="With that a record is deleted by age, and the newest one of a key like any other.",
        )  # fmt: skip
    return None
