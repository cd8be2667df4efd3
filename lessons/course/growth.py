"""How a topic was: the cluster knows how it is, and the seat's acts know how it was made and how it has grown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessons.course.evidence import Evidence


def partitions_after(evidence: Evidence, topic_id: str | None) -> list[dict[str, Any]]:
    """What this seat's acts say of the topic with this id, oldest first: how many partitions it had after each, and when."""
    acts = [*evidence.acts("create-topic"), *evidence.acts("add-partitions")]
    known = [act for act in acts if topic_id and act.state == "done" and act.data.get("topic_id") == topic_id]
    return [
        {"kind": act.kind, "at": act.settled_at, "partitions": facts_of(act.data)["partitions"]}
        for act in sorted(known, key=lambda act: act.settled_at)
    ]


def as_made(evidence: Evidence, name: str) -> list[dict[str, Any]]:
    """Each topic of this name as this seat's acts have made it, like `topic_facts`."""
    single = [act.data for act in evidence.acts("create-topic", topic=name)]
    several = [act.data.get("topics", {}).get(name) for act in evidence.acts("create-topics", topic=name)]
    return [facts_of(data) for data in (*single, *several) if data and data.get("topic_id")]


def facts_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Of the data of an act's answer, like `topic_facts`."""
    partitions = data.get("partitions", [])
    replicas = max((len(partition["replicas"]) for partition in partitions), default=0)
    return {"topic_id": data.get("topic_id"), "partitions": len(partitions), "replicas": replicas}
