from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, not_yet, submit
from lessons.course.predictions import Foretold, predictions
from lessons.course.queues_share_groups.steps import BEGIN, CREATE, SHOWN, TOPIC, WHO_WORKS, run
from lessons.course.queues_share_groups.workshop import not_ready, seen_in

Predicted = Literal["one of them; two wait", "all three, different jobs", "all three, each of them every job"]
CHOICES = ONE, SHARED, EVERY = get_args(Predicted)
BECAUSE = (
    "In a share group no partition has an owner. Its records are dealt out one after the other, and each is with one "
    "member at a time."
)
EXPECTED = f"a prediction, and after it a share group that does jobs of {TOPIC}"
WORDS = Foretold(
    said={
        ONE: f"All three of them can, and get different ones. {BECAUSE}",
        SHARED: f"And so it is. {BECAUSE}",
        EVERY: f"All three of them can, and get different ones. {BECAUSE}",
    },
    expected=EXPECTED,
    before="Before the first job was done",
    now="Now run the share group.",
    late="Jobs were done before you predicted anything.",
    again="Predict, and run a share group with another group.id.",
    left="no-group",
)


class PredictedMembers(BaseModel):
    members: Predicted = Field(
        title="A share group of three reads one partition. Who can be given jobs?",
        json_schema_extra={"widget": "radio"},
    )


class WhoWorks(Exercise):
    id = WHO_WORKS
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "Three mechanics, one partition"
    points = 1
    guess = Guess("members", choices=CHOICES, truth=SHARED)
    todo = "Predict before you run the share group; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [*BEGIN, submit(id, members=ONE), run("workshop", SHOWN)]
    wrong_ways: ClassVar = [
        WrongWay([CREATE, submit(id, members=SHARED)], "not-sent"),
        WrongWay([*BEGIN, submit(id, members=EVERY)], "no-group"),
        WrongWay([*BEGIN, run("workshop"), submit(id, members=SHARED)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedMembers

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and when share groups have done something with the jobs."""
        seen = seen_in(evidence)
        del seen["groups"]
        return {**seen, "predictions": predictions(evidence, self, "members")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(
            observation["predictions"],
            observation["moments"],
            not_ready=not_ready(observation, expected=EXPECTED, say=not_yet),
        )
