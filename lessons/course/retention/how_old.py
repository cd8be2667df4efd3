from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import NEWEST, Evidence
from lessons.course.exercise import (
    Exercise,
    Guess,
    Observation,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    submit,
)
from lessons.course.moments import moment_of
from lessons.course.predictions import Foretold, predictions
from lessons.course.retention.steps import PING, TOPIC, create, pinged_until, set_to

Predicted = Literal[
    "as soon as it is 10 seconds old",
    "a few seconds later, when the brokers next check",
    "not while new pings keep coming",
    "once every group has read it",
]
CHOICES = AT_ONCE, NEXT_CHECK, NOT_WHILE, WHEN_READ = get_args(Predicted)
WORDS = Foretold(
    said={
        AT_ONCE: "It is older by now, and still there.",
        NEXT_CHECK: "The brokers have checked, and it is still there.",
        NOT_WHILE: "And so it is: it is older by now, and still there.",
        WHEN_READ: "Readers make no difference. It is older by now, and still there, read or not.",
    },
    expected=f"a prediction, and after it a record in {TOPIC} that is older than retention.ms",
    before="Before you could see it",
    now="Now set retention.ms to 10000, and send a ping every few seconds for half a minute.",
    late=f"{TOPIC} had such a record before your prediction.",
    again="It is stored now. Send on for a while: each ping that comes after a prediction counts.",
)
SHORT_MS = 5000  # in the solutions
KEPT = 40  # moments, in the evidence


class PredictedAge(BaseModel):
    gone: Predicted = Field(
        title="A ping comes every few seconds, and retention.ms is 10 seconds. When is the first of them deleted?",
        json_schema_extra={"widget": "radio"},
    )


def overdue(evidence: Evidence) -> list[str]:
    """When records that are still there became older than retention.ms, while newer ones came; oldest first."""
    limit = evidence.settings(TOPIC).get("retention.ms", "")
    if not limit.isdecimal():  # -1 is no limit
        return []
    due = []
    for partition, (earliest, end) in evidence.offsets(TOPIC).items():
        first = max(earliest, end - NEWEST)
        times = [each.timestamp_ms or 0 for each in evidence.records(TOPIC, partition, start=first, end=end)]
        due += [at_ms + int(limit) for at_ms in times if at_ms + int(limit) < max(times)]
    return [moment_of(at_ms) for at_ms in sorted(due)[-KEPT:]]


def sent_until_overdue(*before: Step, then: Step | None = None) -> StepsFor:
    """Steps: these, then a short retention and a ping a second until one is overdue, then perhaps another step."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from before
        yield set_to("retention.ms", SHORT_MS)
        yield from pinged_until(lambda: overdue(evidence))
        if then is not None:
            yield then

    return steps


class HowOld(Exercise):
    id = "retention.how-old"
    reads_topics = (TOPIC,)
    title = "Ten seconds"
    points = 1
    guess = Guess("gone", choices=CHOICES, truth=NOT_WHILE)
    todo = "Predict before you set it; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = staticmethod(sent_until_overdue(create(), submit(id, gone=AT_ONCE)))
    wrong_ways: ClassVar = [
        WrongWay([create(), submit(id, gone=NOT_WHILE), PING], "not-sent"),
        WrongWay(sent_until_overdue(create(), then=submit(id, gone=NOT_WHILE)), "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedAge

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and since when records are too old that are still there."""
        return {
            "predictions": predictions(evidence, self, "gone"),
            "overdue": overdue(evidence) if evidence.topic(TOPIC) else [],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["overdue"])
