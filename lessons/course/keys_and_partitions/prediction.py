from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, submit
from lessons.course.keys_and_partitions.steps import TOPIC, create, send
from lessons.course.predictions import Foretold, predictions, sent_by_key

Predicted = Literal[
    "each bike has a partition of its own",
    "a bike's records are together, and bikes can share a partition",
    "the records of a bike are in all partitions",
]
CHOICES = OWN, TOGETHER, SPREAD = get_args(Predicted)
WORDS = Foretold(
    said={
        OWN: "A bike's records are together, but its partition is not its own: nobody deals partitions out to keys.",
        TOGETHER: "And so it is.",
        SPREAD: "That is how records without a key go. Those with the same key are together.",
    },
    expected=f"a prediction, and then records with a key in {TOPIC}",
    before="Before you sent",
    now="Now send the six unlocks, and see whether it comes true.",
    late=f"The records with a key in {TOPIC} are older than your prediction.",
    again="It is stored now. Send the six once more: then it came first.",
)


class PredictedPlaces(BaseModel):
    places: Predicted = Field(
        title="Three bikes, two records each, three partitions: what will you find?",
        json_schema_extra={"widget": "radio"},
    )


class Prediction(Exercise):
    id = "keys-and-partitions.prediction"
    reads_topics = (TOPIC,)
    title = "Three bikes, three partitions"
    points = 1
    guess = Guess("places", choices=CHOICES, truth=TOGETHER)
    todo = "Predict before you send; *Check now* stores it. Any guess counts, as long as you make it before you send."
    solution: ClassVar = [create(), submit(id, places=OWN), send("bike-11", "bike-12", "bike-13")]
    wrong_ways: ClassVar = [
        WrongWay([create(), submit(id, places=TOGETHER)], "not-sent"),
        WrongWay([create(), submit(id, places=OWN), send("bike-11", key="")], "not-sent"),
        WrongWay([create(), send("bike-11"), submit(id, places=SPREAD)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedPlaces

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and the times of the newest records with a key that the topic holds."""
        return {"predictions": predictions(evidence, self, "places"), "sent": sent_by_key(evidence, TOPIC)}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["sent"])
