from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.commit_crash_read_again.charges import charges_in, not_ready, seen_in
from lessons.course.commit_crash_read_again.steps import AFTER, BEGIN, DONE, TOPIC, crash_and_go_on, work
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, not_yet, submit
from lessons.course.predictions import Foretold, latest_moments, predictions

Predicted = Literal["ride 6, the next one", "ride 4, for the second time", "ride 1, for it begins anew"]
CHOICES = NEXT, AGAIN, ANEW = get_args(Predicted)
BECAUSE = (
    "The group goes on at its committed offset, and knows nothing of what was done behind it: rides 4 and 5 had been "
    "charged and not been committed."
)
EXPECTED = "a prediction, and after it a worker that goes on where another one has crashed"
WORDS = Foretold(
    said={
        NEXT: f"It was ride 4, for the second time. {BECAUSE}",
        AGAIN: f"And so it was. {BECAUSE}",
        ANEW: f"It was ride 4, for the second time. {BECAUSE}",
    },
    expected=EXPECTED,
    before="Before the next worker began",
    now="Now run the next worker.",
    late="A ride was charged a second time before you predicted anything.",
    again="Predict, and let another group crash and go on.",
    left="behind",
)


class PredictedRide(BaseModel):
    ride: Predicted = Field(
        title="Five rides are charged, and 3 is committed. Which one does the next worker charge first?",
        json_schema_extra={"widget": "radio"},
    )


class WhichRide(Exercise):
    id = "commit-crash-read-again.which-ride"
    reads_topics = (TOPIC, DONE)
    reads_groups = True
    title = "The next worker"
    points = 1
    guess = Guess("ride", choices=CHOICES, truth=AGAIN)
    todo = "Predict before you run the next worker; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [
        *BEGIN,
        work("payments", crash_after=5),
        submit(id, ride=NEXT),
        work("payments"),
    ]
    wrong_ways: ClassVar = [
        WrongWay([*BEGIN, work("payments", crash_after=5), submit(id, ride=ANEW)], "behind"),
        WrongWay(
            [*BEGIN, *crash_and_go_on("payments", AFTER, batch=3, crash_after=5), submit(id, ride=AGAIN)], "afterwards"
        ),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedRide

    def observe(self, evidence: Evidence) -> Observation:
        """What was charged, the predictions, and the times at which a group has charged a ride a second time."""
        known: set[tuple[str | None, str]] = set()
        again = []
        for each in charges_in(evidence):
            if (each.key, each.value) in known and each.at_ms:
                again.append(each.at_ms)
            known.add((each.key, each.value))
        return {
            **seen_in(evidence),
            "predictions": predictions(evidence, self, "ride"),
            "again": latest_moments(again),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(
            observation["predictions"],
            observation["again"],
            not_ready=not_ready(observation, expected=EXPECTED, say=not_yet),
        )
