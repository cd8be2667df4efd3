"""The topic of this lesson, and the steps of its solutions."""

from __future__ import annotations

from lessons.course.exercise import Step
from lessons.course.seeded import of_seat, seeded_choice

WHO_WORKS, GIVEN_UP, OVERTAKEN = (f"queues-share-groups.{name}" for name in ("who-works", "given-up", "overtaken"))
TOPIC = "jobs"
JOBS = 12
VALUES = [f"job {number}" for number in range(1, JOBS + 1)]
SHOWN = "job 4"  # what fails in the lesson's own form: that is no try
POSSIBLE = [f"job {number}" for number in range(2, 8) if f"job {number}" != SHOWN]  # with some behind it

CREATE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})
SEND = Step("produce", {"topic": TOPIC, "values": "\n".join(VALUES), "flush_each": True})
BEGIN = [CREATE, SEND]


def run(group: str, fails: str = "", *, rejects: bool = False) -> Step:
    fields = {"topic": TOPIC, "group_id": group, "members": 3, "fails": fails, "rejects": rejects}
    return Step("run-share-group", fields)


def job_asked(seed: str, exercise_id: str) -> str:
    """The job that nobody can do: both exercises about it ask a seat for the same."""
    return seeded_choice(POSSIBLE, of_seat(seed, exercise_id))


def another_job(asked: str) -> str:
    return next(job for job in POSSIBLE if job != asked)
