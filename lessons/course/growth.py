"""How a topic was: the cluster knows how it is, and the seat's acts know how it was made and how it has grown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessons.course.evidence import Evidence, PastAct

MAKING = ("create-topic", "create-topics")  # the kinds of acts that make topics


def partitions_after(evidence: Evidence, topic_id: str | None) -> list[dict[str, Any]]:
    """What this seat's acts say of the topic with this id, oldest first: whether it was made, how many partitions it had after
    each, and when."""
    acts = [act for kind in (*MAKING, "add-partitions") for act in evidence.acts(kind) if act.state == "done"]
    known = [(act, data) for act in acts for data in _told_by(act) if topic_id and data.get("topic_id") == topic_id]
    return [
        {"was_made": act.kind in MAKING, "at": act.settled_at, "partitions": facts_of(data)["partitions"]}
        for act, data in sorted(known, key=lambda each: each[0].settled_at)
    ]


def _told_by(act: PastAct) -> list[Mapping[str, Any]]:
    """Of each topic that it was done to."""
    return list(act.data["topics"].values()) if "topics" in act.data else [act.data]


def as_made(evidence: Evidence, name: str) -> list[dict[str, Any]]:
    """Each topic of this name as this seat's acts have made it, like `topic_facts`."""
    return [facts_of(data) for _, data in _makings(evidence, name)]


def made_at(evidence: Evidence, name: str) -> str:
    """When an act of this seat made a topic of this name last, as `PastAct.settled_at`; empty if none did."""
    return max((act.settled_at for act, _ in _makings(evidence, name)), default="")


def _makings(evidence: Evidence, name: str) -> list[tuple[PastAct, Mapping[str, Any]]]:
    acts = [act for kind in MAKING for act in evidence.acts(kind, topic=name)]
    told = [(act, act.data["topics"].get(name, {}) if "topics" in act.data else act.data) for act in acts]
    return [(act, data) for act, data in told if data.get("topic_id")]


def facts_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Of the data of an act's answer, like `topic_facts`."""
    partitions = data.get("partitions", [])
    replicas = max((len(partition["replicas"]) for partition in partitions), default=0)
    return {"topic_id": data.get("topic_id"), "partitions": len(partitions), "replicas": replicas}
