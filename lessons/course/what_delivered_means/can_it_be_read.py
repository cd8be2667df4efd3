from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Step, Verdict, WrongWay, submit
from lessons.course.predictions import Foretold, predictions
from lessons.course.what_delivered_means.steps import CREATE, FIRST, TOPIC, send

Predicted = Literal["it is refused, too", "it is taken, and can be read", "it is taken, and cannot be read yet"]
CHOICES = REFUSED, READ, TAKEN = get_args(Predicted)
BECAUSE = (
    "The leader answers as soon as it has the record itself, and consumers are given only what enough copies have. So the "
    "report is good, and the end of the partition stays where it was."
)
WORDS = Foretold(
    said={
        REFUSED: f"It is taken, and cannot be read yet. {BECAUSE}",
        READ: f"It is taken, and cannot be read yet. {BECAUSE}",
        TAKEN: f"And so it is. {BECAUSE}",
    },
    expected="a prediction, and after it a receipt that is sent with acks=1",
    before="Before you sent it",
    now="Now send it with acks=1.",
    late="You had sent one with acks=1 before you predicted anything.",
    again="Send another one.",
)


class PredictedReading(BaseModel):
    fate: Predicted = Field(
        title="Three copies are demanded and two are in sync. A receipt is sent with acks=1. What becomes of it?",
        json_schema_extra={"widget": "radio"},
    )


def solution(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield FIRST
    yield submit(CanItBeRead.id, fate=READ)
    yield send("receipt 4", acks="1")


class CanItBeRead(Exercise):
    """With what settings a record was sent stands on no cluster: the acts of the seat tell it."""

    id = "what-delivered-means.can-it-be-read"
    title = "By one alone"
    points = 1
    guess = Guess("fate", choices=CHOICES, truth=TAKEN)
    todo = "Predict before you send with `acks=1`; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = staticmethod(solution)
    wrong_ways: ClassVar = [
        WrongWay([CREATE, FIRST, submit(id, fate=REFUSED)], "not-sent"),
        WrongWay([CREATE, send("receipt 4", acks="1"), submit(id, fate=TAKEN)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedReading

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and the times at which the seat has sent with acks=1."""
        sent = [
            act.settled_at
            for act in evidence.acts("produce")
            if act.fields["topic"] == TOPIC and act.fields.get("acks") == "1" and act.state == "done"
        ]
        return {"predictions": predictions(evidence, self, "fate"), "sent": sent}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["sent"])
