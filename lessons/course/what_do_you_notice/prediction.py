from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, submit
from lessons.course.predictions import Foretold, latest_moments, predictions
from lessons.course.what_do_you_notice.sent import CREATE, SEND, TOPIC, WANTED

Predicted = Literal[
    "always 1 to 9",
    "within each partition in the order of sending, mixed between partitions",
    "in no order at all",
]
CHOICES = ALWAYS, WITHIN, NONE = get_args(Predicted)
SAID = {
    ALWAYS: "That is so as long as all nine are in one partition. Two partitions come mixed, each in its own order.",
    WITHIN: "And so it is.",
    NONE: "There is an order, that of sending, but only inside each partition. Between the two there is none.",
}
WORDS = Foretold(
    said=SAID,
    expected=f"a prediction, and then records sent to {TOPIC}",
    before="Before you sent",
    now="Now send 1 to 9, and see whether it comes true.",
    late="The records of 1 to 9 are older than your prediction.",
    again="It is stored now. Send 1 to 9 once more: then it came first.",
)


class PredictedOrder(BaseModel):
    order: Predicted = Field(
        title=f"In which order will a consumer of {TOPIC} show 1 to 9?", json_schema_extra={"widget": "radio"}
    )


class Prediction(Exercise):
    id = "what-do-you-notice.prediction"
    version = 2  # records, whoever sent them
    reads_topics = (TOPIC,)
    title = "A prediction"
    points = 1
    guess = Guess("order", choices=CHOICES, truth=WITHIN)
    todo = "Predict before you send; *Check now* stores it. Any guess counts, as long as you make it before you send."
    solution: ClassVar = [CREATE, submit(id, order=ALWAYS), SEND]
    wrong_ways: ClassVar = [
        WrongWay([CREATE, submit(id, order=WITHIN)], "not-sent"),
        WrongWay([CREATE, SEND, submit(id, order=NONE)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedOrder

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and the times of the newest records of 1 to 9 that the topic holds."""
        found = evidence.newest(TOPIC) if evidence.topic(TOPIC) else ()
        return {
            "predictions": predictions(evidence, self, "order"),
            "sent": latest_moments(each.at_ms for each in found if each.value in WANTED),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["sent"])
