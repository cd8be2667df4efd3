from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.copies import has_gap, seen_in
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Step, Verdict, WrongWay, submit
from lessons.course.outages import outage
from lessons.course.predictions import Foretold, predictions
from lessons.course.what_delivered_means.steps import CREATE, FIRST, OF_A_SEAT, TOPIC, demand, send

Predicted = Literal["it is refused, too", "it is taken, and can be read", "it is taken, and cannot be read yet"]
CHOICES = REFUSED, READ, TAKEN = get_args(Predicted)
WHEN = "With three copies demanded and two in sync, it is taken, and cannot be read yet."
BECAUSE = (
    "The leader answers as soon as it has the record itself, and consumers are given only what enough copies have. So the "
    "report is good, and the end of the partition stays where it was."
)
WORDS = Foretold(
    said={
        REFUSED: f"{WHEN} {BECAUSE}",
        READ: f"{WHEN} {BECAUSE}",
        TAKEN: f"And so it is. {BECAUSE}",
    },
    expected="a prediction, and after it a receipt sent with acks=1 while fewer copies are in sync than are demanded",
    before="Before you sent it",
    now="Now send one with acks=1, while three copies are demanded and one is missing.",
    late="You had sent such a receipt before you predicted anything.",
    again="Send another one.",
)


class PredictedReading(BaseModel):
    fate: Predicted = Field(
        title="Three copies are demanded and two are in sync. A receipt is sent with acks=1. What becomes of it?",
        json_schema_extra={"widget": "radio"},
    )


BY_ONE = [demand(3), send("receipt 4", acks="1")]


def solution(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield FIRST
    yield submit(CanItBeRead.id, fate=READ)
    yield from outage(evidence, TOPIC, meanwhile=BY_ONE)


def too_late(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield FIRST
    yield from outage(evidence, TOPIC, meanwhile=[*BY_ONE, submit(CanItBeRead.id, fate=TAKEN)])


class CanItBeRead(Exercise):
    """With what settings a record was sent stands on no cluster: the acts of the seat tell it, and a check has to see that the
    partition ends before what they sent."""

    id = "what-delivered-means.can-it-be-read"
    reads_topics = (TOPIC,)
    remembers = True
    title = "By one alone"
    points = 1
    guess = Guess("fate", choices=CHOICES, truth=TAKEN)
    todo = "Predict before you send with `acks=1`; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = staticmethod(solution)
    wrong_ways: ClassVar = [
        WrongWay([CREATE, FIRST, submit(id, fate=REFUSED)], "not-sent"),
        WrongWay(too_late, "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedReading

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, how the partition stood at each check, and the offset that the seat had sent to with acks=1 by
        then, by the time of the act."""
        by_one = {
            act.settled_at: act.data["deliveries"][-1]["offset"]
            for act in evidence.acts("produce", topic=TOPIC)
            if act.fields.get("acks") == "1" and act.state == "done"
        }
        seen = seen_in(evidence, self.id, TOPIC, values_of_a_seat=OF_A_SEAT, by_one=by_one)
        return {**seen, "predictions": predictions(evidence, self, "fate")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        hidden = {
            at
            for state in observation["states"]
            for at, offset in state["by_one"].items()
            if has_gap(state) and offset >= state["end"]
        }
        return WORDS.judge(observation["predictions"], sorted(hidden))
