from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, submit
from lessons.course.order_and_keys.tracks import TOPIC, create, send_in_turn
from lessons.course.predictions import Foretold, predictions, sent_by_key

Predicted = Literal[
    "all thirty as they were sent",
    "each bike's 1 to 10 in order, but the bikes not as they were sent",
    "the points of one bike out of order as well",
]
CHOICES = AS_SENT, EACH, NONE = get_args(Predicted)
WORDS = Foretold(
    said={
        AS_SENT: "That is so as long as all thirty are in one partition. Of several partitions none waits for another.",
        EACH: "And so it is, unless all thirty are in one partition.",
        NONE: "The points of a bike have one key, so they are in one partition, and a partition is read in its order.",
    },
    expected=f"a prediction, and then records with a key in {TOPIC}",
    before="Before you sent",
    now="Now send the thirty points, and read them.",
    late=f"The records with a key in {TOPIC} are older than your prediction.",
    again="It is stored now. Send the thirty points once more: then it came first.",
)
BIKES = ("bike-11", "bike-12", "bike-13")  # of the form


class PredictedTracks(BaseModel):
    order: Predicted = Field(
        title="How will a consumer of tracks show the thirty points?", json_schema_extra={"widget": "radio"}
    )


class Prediction(Exercise):
    id = "order-and-keys.prediction"
    reads_topics = (TOPIC,)
    title = "In which order?"
    points = 1
    guess = Guess("order", choices=CHOICES, truth=EACH)
    todo = "Predict before you send; *Check now* stores it. Any guess counts, as long as you make it before you send."
    solution: ClassVar = [create(), submit(id, order=AS_SENT), send_in_turn(BIKES)]
    wrong_ways: ClassVar = [
        WrongWay([create(), submit(id, order=EACH)], "not-sent"),
        WrongWay([create(), send_in_turn(BIKES), submit(id, order=NONE)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedTracks

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and the times of the newest records with a key that the topic holds."""
        return {"predictions": predictions(evidence, self, "order"), "sent": sent_by_key(evidence, TOPIC)}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["sent"])
