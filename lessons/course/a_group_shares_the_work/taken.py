from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.a_group_shares_the_work.shares import TAKEN, sharings_now, with_several
from lessons.course.a_group_shares_the_work.steps import CREATE, TOPIC, run
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, done, not_yet, submit
from lessons.course.predictions import none_given, older, possible, predictions

Predicted = Literal["none of them", "one of them", "all three"]
CHOICES = NONE, ONE, ALL = get_args(Predicted)
BECAUSE = (
    "With range, members give back everything before all is shared anew: for that moment nobody in the group reads. The "
    "newer protocols, further down, take only what has to move."
)
SAID = {
    NONE: f"It loses all three, and gets one or two of them back. {BECAUSE}",
    ONE: f"It loses all three, and gets one or two of them back. {BECAUSE}",
    ALL: f"And so it is. {BECAUSE}",
}
EXPECTED = "a prediction, and after it a second member that joins the group"


class PredictedLoss(BaseModel):
    lost: Predicted = Field(
        title="A second member joins, by the classic protocol with range. Which of its three partitions does the first member lose, if only for a moment?",
        json_schema_extra={"widget": "radio"},
    )


class Taken(Exercise):
    """What came first is told by the order of checks: the one that followed the prediction saw no second member yet. Of the
    acts that run a group the time is known."""

    id = TAKEN
    reads_topics = (TOPIC,)
    reads_groups = True
    remembers = True
    title = "The first one's loss"
    points = 1
    guess = Guess("lost", choices=CHOICES, truth=ALL)
    todo = "Predict before you start the second member; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [CREATE, run("one", members=1), submit(id, lost=ONE), run("invoices")]
    wrong_ways: ClassVar = [
        WrongWay([CREATE, run("one", members=1), submit(id, lost=ALL)], "behind"),
        WrongWay([CREATE, run("invoices"), submit(id, lost=NONE)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedLoss

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions; how groups of several share the topic now; what was foretold at a check that saw no second member,
        before one that saw one; whether one was ever seen; and the times at which an act has run a group of several."""
        several = with_several(sharings_now(evidence)) if evidence.topic(TOPIC) else []
        now = {"predictions": predictions(evidence, self, "lost"), "sharings": several}
        looks = [*evidence.earlier(self.id), now]
        acts = [act for act in evidence.acts("run-group", topic=TOPIC) if act.state == "done"]
        return {
            **now,
            "foretold": _foretold(looks),
            "was_seen": any(each.get("sharings") for each in looks),
            "runs": [act.settled_at for act in acts if act.fields["members"] > 1 and act.fields["protocol"] == "range"],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given, runs = possible(observation["predictions"], CHOICES), observation["runs"]
        if not given:
            return none_given(observation["predictions"], expected=EXPECTED)
        if answer := _in_time(given, runs) or observation["foretold"]:
            return done(f"Before the second one joined, you predicted “{answer}”. {SAID[answer]}")
        stored = f"Your prediction is stored: “{given[-1]['answer']}”."
        if observation["was_seen"] or runs:
            return not_yet(
                stored, expected=EXPECTED, misconception="afterwards",
                why="A second member was there before it. Stop all of them, check again, and begin with one.",
            )  # fmt: skip
        return not_yet(stored, expected=EXPECTED, misconception="behind", why="Now start the second member.")


def _in_time(given: list[Any], runs: list[str]) -> str | None:
    """The latest prediction that came before an act that ran a group of several."""
    return next((str(first[-1]["answer"]) for run_at in runs if (first := older(given, run_at))), None)


def _foretold(looks: Sequence[Mapping[str, Any]]) -> str | None:
    foretold: str | None = None
    for each in looks:
        if each.get("sharings"):
            if foretold is not None:
                return foretold
        elif given := possible(each.get("predictions", ()), CHOICES):
            foretold = str(given[-1]["answer"])
    return None
