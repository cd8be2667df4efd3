"""How many partitions a topic has had: the cluster knows how many there are, and not how many there were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessons.course.evidence import Evidence, PastAct


def partitions_after(evidence: Evidence, topic_id: str | None) -> list[dict[str, Any]]:
    """What this seat's acts say of the topic with this id, oldest first: how many partitions it had after each, and when."""
    acts = [*evidence.acts("create-topic"), *evidence.acts("add-partitions")]
    known = [act for act in acts if topic_id and act.state == "done" and act.data.get("topic_id") == topic_id]
    return [
        {"kind": act.kind, "at": act.settled_at, "partitions": _count(act)}
        for act in sorted(known, key=lambda act: act.settled_at)
    ]


def _count(act: PastAct) -> int:
    partitions: list[Mapping[str, Any]] = act.data.get("partitions", [])
    return len(partitions)
