from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.a_broker_goes_down.steps import CREATE, OF_A_SEAT, SEND, TOPIC, outage
from lessons.course.copies import State, has_gap, not_ready, seen_in
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Step, Verdict, WrongWay, done, not_yet, submit
from lessons.course.predictions import none_given, possible, predictions

Predicted = Literal["it waits until the broker is back", "another broker takes it", "it is lost"]
CHOICES = WAITS, ANOTHER, LOST = get_args(Predicted)
BECAUSE = (
    "The two other brokers have a copy that is in sync, so one of them leads from then on. The producer asks who leads now, "
    "and sends it there."
)
SAID = {
    WAITS: f"Another broker takes it. {BECAUSE}",
    ANOTHER: f"And so it is. {BECAUSE}",
    LOST: f"Another broker takes it. {BECAUSE}",
}
EXPECTED = "a prediction, and after it a broker that goes down"


class PredictedFate(BaseModel):
    fate: Predicted = Field(
        title="The broker that leads the partition is stopped. What becomes of the alarm that is sent next?",
        json_schema_extra={"widget": "radio"},
    )


def solution(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from outage(evidence, before=[submit(WhoTakesOver.id, fate=LOST)])


class WhoTakesOver(Exercise):
    """What came first is told by the order of checks: the one that followed the prediction saw all copies in sync."""

    id = "a-broker-goes-down.who-takes-over"
    reads_topics = (TOPIC,)
    remembers = True
    title = "The next alarm"
    points = 1
    guess = Guess("fate", choices=CHOICES, truth=ANOTHER)
    todo = "Predict before the broker is stopped; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = staticmethod(solution)
    wrong_ways: ClassVar = [WrongWay([CREATE, SEND, submit(id, fate=WAITS)], "behind")]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedFate

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and how the partition stood at each check, with the latest prediction of then."""
        given = predictions(evidence, self, "fate")
        valid = possible(given, CHOICES)
        foretold = valid[-1]["answer"] if valid else None
        seen = seen_in(evidence, self.id, TOPIC, values_of_a_seat=OF_A_SEAT, foretold=foretold)
        return {**seen, "predictions": given}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given = possible(observation["predictions"], CHOICES)
        if not given:
            return none_given(observation["predictions"], expected=EXPECTED)
        if verdict := not_ready(observation, TOPIC, expected=EXPECTED, say=not_yet):
            return verdict
        if fate := _foretold(observation["states"]):
            return done(f"Before the broker was stopped, you predicted “{fate}”. {SAID[fate]}")
        stored = f"Your prediction is stored: “{given[-1]['answer']}”."
        if has_gap(observation["states"][-1]):
            return not_yet(
                stored, expected=EXPECTED, misconception="afterwards",
                why="A copy is missing, but no other broker was seen to take over after it. When all three are in sync again, the next outage counts.",
            )  # fmt: skip
        return not_yet(stored, expected=EXPECTED, misconception="behind", why="Now the broker may go down.")


def _foretold(states: Sequence[State]) -> str | None:
    """What was predicted when all copies were there, for the last time before another broker led with one missing."""
    whole: list[State] = []  # the leader is another one a moment before the copy is missing
    for state in states:
        if not has_gap(state):
            whole += [state] if state["foretold"] in SAID else []
        elif state["leader"] is not None and any(each["leader"] != state["leader"] for each in whole):
            return str(whole[-1]["foretold"])
    return None
