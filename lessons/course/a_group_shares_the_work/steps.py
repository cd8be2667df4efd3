"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from typing import Any

from lessons.course.exercise import Step

TOPIC = "returns"
PARTITIONS = 3

CREATE = Step("create-topic", {"name": TOPIC, "partitions": PARTITIONS, "replicas": 1})


def run(group: str, members: int = 2, protocol: str = "range", **more: Any) -> Step:
    return Step("run-group", {"topic": TOPIC, "group_id": group, "members": members, "protocol": protocol, **more})
