"""The topics of this lesson, and the steps of its solutions."""

from __future__ import annotations

from lessons.course.exercise import Step

TOPIC, DONE = "fares", "charges"
RIDES = 10
VALUES = [f"ride {number}" for number in range(1, RIDES + 1)]
BEFORE, AFTER = "before handling", "after handling"

CREATE = Step("create-topics", {"names": f"{TOPIC}\n{DONE}", "partitions": 1, "replicas": 1})
SEND = Step("produce", {"topic": TOPIC, "values": "\n".join(VALUES)})
BEGIN = [CREATE, SEND]


def work(group: str, commit: str = AFTER, *, batch: int = 3, crash_after: int | None = None) -> Step:
    fields = {"topic": TOPIC, "done_topic": DONE, "group_id": group, "batch": batch, "commit": commit}
    return Step("run-worker", {**fields, "crash_after": crash_after})


def crash_and_go_on(group: str, commit: str, *, batch: int, crash_after: int) -> list[Step]:
    return [work(group, commit, batch=batch, crash_after=crash_after), work(group, commit, batch=batch)]
