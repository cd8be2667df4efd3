from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence, Found
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, submit
from lessons.course.more_partitions_move_keys.steps import TOPIC, add, create, send
from lessons.course.predictions import Foretold, latest_moments, predictions

Predicted = Literal[
    "to the partition where its first record is",
    "to the new partition",
    "to the same partition or to another one, that depends on the bike",
]
CHOICES = STAYS, NEW, DEPENDS = get_args(Predicted)
WORDS = Foretold(
    said={
        STAYS: "Nobody remembers where a key was. The hash is divided by the new number, and some keys go elsewhere.",
        NEW: "Some do, others go to another one of the old partitions, and some stay: the remainder decides.",
        DEPENDS: "And so it is.",
    },
    expected=f"a prediction, and then a bike with records in two partitions of {TOPIC}",
    before="Before a bike had records in two partitions",
    now="Now add the partition, and send the second three.",
    late="A bike had records in two partitions before your prediction.",
    again=f"To predict before you see, delete {TOPIC}, create it with two partitions, and do this lesson's steps again.",
)
BIKES = ("bike-11", "bike-13", "bike-15")  # of the forms


class PredictedMoves(BaseModel):
    goes: Predicted = Field(
        title="With three partitions, where will the next record of a bike go?", json_schema_extra={"widget": "radio"}
    )


class Prediction(Exercise):
    id = "more-partitions-move-keys.prediction"
    reads_topics = (TOPIC,)
    title = "The next record"
    points = 1
    guess = Guess("goes", choices=CHOICES, truth=DEPENDS)
    todo = "Predict before you add the partition; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [create(), send(*BIKES), submit(id, goes=STAYS), add(3), send(*BIKES)]
    wrong_ways: ClassVar = [
        WrongWay([create(), send(*BIKES), submit(id, goes=NEW), add(3)], "not-sent"),
        WrongWay([create(), send(*BIKES), submit(id, goes=NEW), send(*BIKES)], "not-sent"),
        WrongWay([create(), send(*BIKES), add(3), send(*BIKES), submit(id, goes=DEPENDS)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedMoves

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and the times of the records that went elsewhere than the one before with the same key."""
        found = evidence.newest(TOPIC) if evidence.topic(TOPIC) else ()
        return {
            "predictions": predictions(evidence, self, "goes"),
            "moved": latest_moments(_times_of_moves(found)),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["moved"])


def _times_of_moves(found: Iterable[Found]) -> Iterable[int]:
    last: dict[str, int] = {}
    for each in sorted(found, key=lambda each: each.at_ms):
        if each.key:
            if last.get(each.key, each.partition) != each.partition:
                yield each.at_ms
            last[each.key] = each.partition
