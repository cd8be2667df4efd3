"""The lives of test2die: each is a topic of its own, with an id, and the cluster knows the latest one alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessons.course.creating_topics.three_topics import ThreeTopics
from lessons.course.evidence import Evidence
from lessons.course.exercise import Step
from lessons.course.growth import as_made, facts_of

TOPIC = "test2die"
OWN = ("deleting-a-topic.when-again", "deleting-a-topic.gone", "deleting-a-topic.again")

Life = Mapping[str, Any]  # JSON: as `topic_facts` has it


def create(name: str, *, partitions: int = 1) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": 1})


def delete(name: str) -> Step:
    return Step("delete-topic", {"name": name})


def known_lives(evidence: Evidence) -> list[dict[str, Any]]:
    """All that are known, each once: of this seat's acts, and of what checks saw of topics that its programs made."""
    described = [facts_of(act.data) for act in evidence.acts("describe-topic", topic=TOPIC)]
    seen = [each.get("topic") for exercise_id in OWN for each in evidence.earlier(exercise_id)]
    seen += [each.get("topics", {}).get(TOPIC) for each in evidence.earlier(ThreeTopics.id)]
    lives = [*as_made(evidence, TOPIC), *described, *filter(None, seen)]
    return list({life["topic_id"]: life for life in lives if life["topic_id"]}.values())
