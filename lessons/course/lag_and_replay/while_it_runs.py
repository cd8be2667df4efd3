from __future__ import annotations

from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, done, not_yet, submit
from lessons.course.lag_and_replay.steps import GROUP, READ, TOPIC, set_to
from lessons.course.places import places_of
from lessons.course.predictions import none_given, older, possible, predictions

Predicted = Literal["it jumps there at once", "it goes on, and begins there at its next start", "Kafka refuses"]
CHOICES = AT_ONCE, NEXT, REFUSES = get_args(Predicted)
BECAUSE = (
    "A member has its position in its own memory and commits it again and again: what somebody else commits would be "
    "overwritten. So as long as a group has members, Kafka takes commits from them alone."
)
SAID = {
    AT_ONCE: f"Kafka refuses that. {BECAUSE}",
    NEXT: f"Kafka refuses that. {BECAUSE}",
    REFUSES: f"And so it is. {BECAUSE}",
}
EXPECTED = "a prediction, and then an offset that you try to set"


class PredictedSetting(BaseModel):
    effect: Predicted = Field(
        title=f"The consumer of {GROUP} runs, and you set its group's offset. What happens?",
        json_schema_extra={"widget": "radio"},
    )


class WhileItRuns(Exercise):
    """What Kafka refused stands on no cluster, so a try by the form is one, done or refused. Of a program's own only what
    came of it is to be found: a group that is further back than it was when the prediction was checked."""

    id = "lag-and-replay.while-it-runs"
    reads_topics = (TOPIC,)
    reads_groups = True
    remembers = True
    title = "While it runs"
    points = 1
    guess = Guess("effect", choices=CHOICES, truth=REFUSES)
    todo = "Predict before you set the offset; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [*READ, submit(id, effect=NEXT), set_to(to="earliest")]
    wrong_ways: ClassVar = [
        WrongWay([*READ, submit(id, effect=REFUSES)], "not-set"),
        WrongWay([*READ, set_to(to="earliest"), submit(id, effect=AT_ONCE)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedSetting

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, the times at which this seat tried to set an offset, where its groups are, and whether one of them
        is further back than at a check that knew a prediction."""
        places = places_of(evidence, TOPIC) if evidence.topic(TOPIC) else []
        now = {(place["group"], place["partition"]): place["committed"] for place in places}
        then = [each for each in evidence.earlier(self.id) if each.get("predictions")]
        return {
            "predictions": predictions(evidence, self, "effect"),
            "tries": [act.settled_at for act in evidence.acts("set-offset", topic=TOPIC)],
            "places": places,
            "is_back": any(
                now.get((place["group"], place["partition"]), place["committed"]) < place["committed"]
                for each in then
                for place in each.get("places", ())
            ),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given = possible(observation["predictions"], CHOICES)
        if not given:
            return none_given(observation["predictions"], expected=EXPECTED)
        if first := _in_time(observation, given):
            effect = first[-1]["answer"]
            return done(f"Before you tried, you predicted “{effect}”. {SAID[effect]}")
        stored = f"Your prediction is stored: “{given[-1]['answer']}”."
        if observation["tries"]:
            return not_yet(
                stored, expected=EXPECTED, misconception="afterwards",
                why="You had set an offset before it. Start the consumer, and set the offset while it runs.",
            )  # fmt: skip
        return not_yet(
            stored, expected=EXPECTED, misconception="not-set",
            why="Now start the consumer, and set the offset while it runs.",
        )  # fmt: skip


def _in_time(observation: Observation, given: list[Any]) -> list[Any]:
    """The predictions that came before something that this seat has tried."""
    tries = observation["tries"]
    first = older(given, tries[-1]) if tries else []
    return first or (given[:1] if observation["is_back"] else [])
