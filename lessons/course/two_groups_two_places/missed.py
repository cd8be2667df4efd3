from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence, Found
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, submit
from lessons.course.places import Place, places_of
from lessons.course.predictions import Foretold, latest_moments, older, possible, predictions
from lessons.course.two_groups_two_places.steps import CREATE, TOPIC, consume, send

Predicted = Literal["all three", "the newest of them", "none of them"]
CHOICES = ALL, NEWEST, NONE = get_args(Predicted)
BECAUSE = (
    "The group had committed nothing, so it had no place to go on from: latest decided once more, and by then the end of "
    "the partition was behind the three."
)
WORDS = Foretold(
    said={
        ALL: f"It is given none of them. {BECAUSE}",
        NEWEST: f"It is given none of them: latest means behind the last record. {BECAUSE}",
        NONE: f"And so it is. {BECAUSE}",
    },
    expected="a prediction, after it three more records, and a group that goes past them",
    before="Before you sent them",
    now="Now unlock the three bikes.",
)
SENT = replace(
    WORDS,
    now="The three are there. Start the map again, look for a while, and unlock one more bike while it runs.",
    left="behind",
)


class PredictedRows(BaseModel):
    rows: Predicted = Field(
        title="The map was stopped before anything came, and three bikes are unlocked. Which of the three will it be given?",
        json_schema_extra={"widget": "radio"},
    )


class Missed(Exercise):
    id = "two-groups-two-places.missed"
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "While the map was away"
    points = 1
    guess = Guess("rows", choices=CHOICES, truth=NONE)
    todo = "Predict before you send the three; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [CREATE, send(), submit(id, rows=ALL), send(7, 3), consume("billing")]
    wrong_ways: ClassVar = [
        WrongWay([CREATE, send(), consume("billing"), submit(id, rows=NONE)], "not-sent"),
        WrongWay([CREATE, send(), consume("billing"), submit(id, rows=NEWEST), send(7, 3)], "behind"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedRows

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, the times of the newest records, and of those that a group of this seat has left behind."""
        found = evidence.newest(TOPIC) if evidence.topic(TOPIC) else ()
        places = places_of(evidence, TOPIC) if found else []
        passed = [each for each in found if any(_is_behind(each, place) for place in places)]
        return {
            "predictions": predictions(evidence, self, "rows"),
            "sent": latest_moments(each.at_ms for each in found if each.at_ms),
            "passed": latest_moments(each.at_ms for each in passed if each.at_ms),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given, sent = possible(observation["predictions"], CHOICES), observation["sent"]
        words = SENT if sent and older(given, sent[-1]) else WORDS
        return words.judge(observation["predictions"], observation["passed"][-1:])


def _is_behind(record: Found, place: Place) -> bool:
    return bool(record.partition == place["partition"] and record.offset < place["committed"])
