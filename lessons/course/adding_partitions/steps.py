"""The topic of lesson 5, and the steps of its solutions."""

from __future__ import annotations

from lessons.course.exercise import Step

TOPIC = "test2p"
RETURNS = tuple(f"return {number}" for number in range(11, 17))


def create(name: str = TOPIC, *, partitions: int = 1, replicas: int = 1) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": replicas})


def add(total: int = 2, *, topic: str = TOPIC) -> Step:
    return Step("add-partitions", {"topic": topic, "total": total})


SEND = Step("produce", {"topic": TOPIC, "values": "\n".join(RETURNS)})
