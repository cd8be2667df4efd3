from __future__ import annotations

from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.adding_partitions.steps import SEND, TOPIC, add, create
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, done, not_yet, submit
from lessons.course.growth import partitions_after
from lessons.course.moments import moment_of
from lessons.course.predictions import none_given, older, possible, predictions

Predicted = Literal["none of them", "about half of them", "all of them are dealt out anew"]
CHOICES = NONE, HALF, ALL = get_args(Predicted)
SAID = {
    NONE: "And so it is: each stays where it is, at its offset.",
    HALF: "None of them moved: all are in partition 0, at the offsets that they had, and partition 1 began empty.",
    ALL: "None of them moved: a record never changes its partition, or its offset.",
}
EXPECTED = f"a prediction, and after it a second partition of {TOPIC}"


class PredictedMoves(BaseModel):
    moves: Predicted = Field(
        title=f"How many of the records in {TOPIC} will move to the new partition?",
        json_schema_extra={"widget": "radio"},
    )


class HowManyMove(Exercise):
    id = "adding-partitions.how-many-move"
    reads_topics = (TOPIC,)
    remembers = True
    title = "How many move?"
    points = 1
    guess = Guess("moves", choices=CHOICES, truth=NONE)
    todo = "Predict before you add the partition; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [create(), SEND, submit(id, moves=HALF), add()]
    wrong_ways: ClassVar = [
        WrongWay([create(), SEND, submit(id, moves=NONE)], "not-grown"),
        WrongWay([create(), SEND, add(), submit(id, moves=NONE)], "afterwards"),
        WrongWay([create(partitions=2), submit(id, moves=ALL)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedMoves

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, how many partitions the topic has and had when a check first saw one, and since when there are
        more: by this seat's acts, and by the first record in another partition than 0."""
        topic = evidence.topic(TOPIC)
        topic_id, count = (topic.topic_id, len(topic.partitions)) if topic else (None, 0)
        grown = [each["at"] for each in partitions_after(evidence, topic_id) if each["partitions"] > 1]
        others = [each.at_ms for each in evidence.newest(TOPIC) if each.partition and each.at_ms] if count > 1 else []
        before = [each for each in evidence.earlier(self.id) if each.get("topic_id") == topic_id]
        return {
            "predictions": predictions(evidence, self, "moves"),
            "topic_id": topic_id,
            "partitions": count,
            "had": [each.get("partitions") for each in before if each.get("predictions")][:1],
            "grown_at": min([*grown, *map(moment_of, others[:1])], default=None),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given = possible(observation["predictions"], CHOICES)
        if not given:
            return none_given(observation["predictions"], expected=EXPECTED)
        if observation["partitions"] < 2:
            return not_yet(
                f"Your prediction is stored: “{given[-1]['answer']}”.", expected=EXPECTED, misconception="not-grown",
                why="Now add the partition, and see.",
            )  # fmt: skip
        if first := _in_time(observation, given):
            answer = first[-1]["answer"]
            return done(f"Before you added the partition, you predicted “{answer}”. {SAID[answer]}")
        return not_yet(
            f"{TOPIC} had its second partition before your prediction.", expected=EXPECTED, misconception="afterwards",
            why=f"To predict before you see, delete {TOPIC}, create it with one partition, and do this lesson's steps again.",
        )  # fmt: skip


def _in_time(observation: Observation, given: list[Any]) -> list[Any]:
    """The predictions that came before the second partition."""
    grown_at = observation["grown_at"]
    first = older(given, grown_at) if grown_at else []
    return first or (given[:1] if 1 in observation["had"] else [])
