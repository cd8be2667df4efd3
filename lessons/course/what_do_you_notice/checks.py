from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, done, not_yet, submit
from lessons.course.what_do_you_notice.order import Order
from lessons.course.what_do_you_notice.sent import CREATE, SEND, TOPIC, is_before, sends
from lessons.course.what_do_you_notice.where import Where

Predicted = Literal[
    "always 1 to 9",
    "within each partition in the order of sending, mixed between partitions",
    "in no order at all",
]
ALWAYS, WITHIN, NONE = get_args(Predicted)
TRUTH = {
    ALWAYS: "That is so as long as all nine are in one partition. Two partitions come mixed, each in its own order.",
    WITHIN: "And so it is.",
    NONE: "There is an order, that of sending, but only inside each partition. Between the two there is none.",
}


class PredictedOrder(BaseModel):
    order: Predicted = Field(
        title=f"In which order will a consumer of {TOPIC} show 1 to 9?", json_schema_extra={"widget": "radio"}
    )


class Prediction(Exercise):
    id = "what-do-you-notice.prediction"
    title = "A prediction"
    points = 1
    guess = Guess("order", choices=(ALWAYS, WITHIN, NONE), truth=WITHIN)
    todo = "Predict before you send; *Check now* stores it. Any answer counts, as long as it is older than the records."
    solution: ClassVar = [CREATE, submit(id, order=ALWAYS), SEND]
    wrong_ways: ClassVar = [
        WrongWay([CREATE, submit(id, order=WITHIN)], "not-sent"),
        WrongWay([CREATE, SEND, submit(id, order=NONE)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedOrder

    def observe(self, evidence: Evidence) -> Observation:
        given = [act for act in evidence.submissions(self.id)]
        return {
            "predictions": [{"at": act.settled_at, "order": act.fields["answers"].get("order")} for act in given],
            "sends": [{"at": act.settled_at, "act": act.id} for act in sends(evidence)],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = f"a prediction, and then records sent to {TOPIC}"
        predictions = [each for each in observation["predictions"] if each["order"] in list(TRUTH)]
        for sent in observation["sends"]:
            if older := [each for each in predictions if is_before(each["at"], sent["at"])]:
                order = older[-1]["order"]
                return done(f"Before you sent, you predicted “{order}”. {TRUTH[order]}")
        if not predictions:
            return not_yet("Nothing was predicted yet.", expected=expected)
        if observation["sends"]:
            return not_yet(
                "Your prediction is younger than the records that you sent.", expected=expected,
                misconception="afterwards", why="It is stored now. Send 1 to 9 once more: then it came first.",
            )  # fmt: skip
        return not_yet(
            f"Your prediction is stored: “{predictions[-1]['order']}”.", expected=expected, misconception="not-sent",
            why="Now send 1 to 9, and see whether it comes true.",
        )  # fmt: skip


EXERCISES = [Prediction(), Where(), Order()]
