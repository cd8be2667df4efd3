"""The lives of test2die: each is a topic of its own, with an id, and the cluster knows the latest one alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessons.course.creating_topics.three_topics import ThreeTopics
from lessons.course.evidence import Evidence
from lessons.course.exercise import Step

TOPIC = "test2die"
OWN = ("deleting-a-topic.when-again", "deleting-a-topic.gone", "deleting-a-topic.again")

Life = Mapping[str, Any]  # JSON: as `topic_facts` has it


def create(name: str, *, partitions: int = 1) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": 1})


def delete(name: str) -> Step:
    return Step("delete-topic", {"name": name})


def known_lives(evidence: Evidence) -> list[dict[str, Any]]:
    """All that are known, each once: of this seat's acts, and of what checks saw of topics that its programs made."""
    named = (("create-topic", "name"), ("describe-topic", "topic"))
    acts = [act for kind, field in named for act in evidence.acts(kind) if act.fields[field] == TOPIC]
    made = [act.data.get("topics", {}).get(TOPIC) for act in evidence.acts("create-topics")]
    seen = [each.get("topic") for exercise_id in OWN for each in evidence.earlier(exercise_id)]
    seen += [each.get("topics", {}).get(TOPIC) for each in evidence.earlier(ThreeTopics.id)]
    lives = [*(_life(data) for data in [*(act.data for act in acts), *filter(None, made)]), *filter(None, seen)]
    return list({life["topic_id"]: life for life in lives if life["topic_id"]}.values())


def _life(data: Mapping[str, Any]) -> dict[str, Any]:
    """Of the data of an act's answer."""
    partitions = data.get("partitions", [])
    replicas = max((len(partition["replicas"]) for partition in partitions), default=0)
    return {"topic_id": data.get("topic_id"), "partitions": len(partitions), "replicas": replicas}
