from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.compaction_and_tombstones.states import TOPIC, not_ready, topic_now
from lessons.course.compaction_and_tombstones.steps import CREATE, SEND, cleaned_until
from lessons.course.evidence import Evidence
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
from lessons.course.predictions import Foretold, predictions

Predicted = Literal[
    "all nine: what is stored never changes",
    "three, the newest of each bike, at offsets 0, 1 and 2",
    "three, the newest of each bike, at the offsets that they had",
    "one, the newest of all",
]
CHOICES = ALL, RENUMBERED, SAME, ONE = get_args(Predicted)
WORDS = Foretold(
    said={
        ALL: "No record was changed. But of each bike only the newest is left, at the offset that it had.",
        RENUMBERED: "The newest of each bike is left, but at the offset that it had: a record never gets another one.",
        SAME: "And so it is.",
        ONE: "Each key counts for itself: the newest of each bike is left, at the offset that it had.",
    },
    expected=f"a prediction, then records in {TOPIC}, and then gaps that the cleaner has left among them",
    before="Before you sent",
    now="Now send the nine, then one more so that their segment is closed, and give the cleaner a few seconds.",
    late="The cleaner has left gaps, but among records that are older than your prediction.",
    again="It is stored now. Send the nine once more, and have them cleaned.",
    left="still-there",
)


class PredictedRest(BaseModel):
    left: Predicted = Field(
        title="Nine records of three bikes. Once the cleaner has been there, what does a new group get of them?",
        json_schema_extra={"widget": "radio"},
    )


def cleaned(*before: Step, then: Step | None = None) -> StepsFor:
    """Steps: these, then what closes segments until there is a gap, then perhaps another one."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from before
        yield from cleaned_until(lambda: topic_now(evidence)["behind_gaps"])
        if then is not None:
            yield then

    return steps


class WhatIsLeft(Exercise):
    id = "compaction-and-tombstones.what-is-left"
    reads_topics = (TOPIC,)
    title = "What is left?"
    points = 1
    guess = Guess("left", choices=CHOICES, truth=SAME)
    todo = "Predict before you send the nine; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = staticmethod(cleaned(CREATE, submit(id, left=RENUMBERED), SEND))
    wrong_ways: ClassVar = [
        WrongWay([submit(id, left=ALL)], "no-topic"),
        WrongWay([CREATE, submit(id, left=ALL), SEND], "still-there"),
        WrongWay(cleaned(CREATE, SEND, then=submit(id, left=SAME)), "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedRest

    def observe(self, evidence: Evidence) -> Observation:
        return {"predictions": predictions(evidence, self, "left"), **topic_now(evidence)}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        missing = not_ready(observation, expected=WORDS.expected)
        return WORDS.judge(observation["predictions"], observation["behind_gaps"], not_ready=missing)
