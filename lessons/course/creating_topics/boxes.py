from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.creating_topics.three_topics import create
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, done, not_begun, not_yet, submit
from lessons.course.predictions import (
    acts_on,
    ids_when_predicted,
    older,
    possible,
    predictions,
    topic_facts,
)

TOPIC = "test3r"
PARTITIONS, REPLICAS = 2, 3
EXPECTED = f"a prediction, and after it {TOPIC} with {PARTITIONS} partitions and {REPLICAS} replicas of each"

Boxed = Literal["2", "3", "5", "6"]
CHOICES = get_args(Boxed)
TRUTH = "6"
SAID = {
    "2": "2 is how many partitions there are: each of them is kept three times.",
    "3": "3 is how often each partition is kept, and there are two of them.",
    "5": "The two numbers are not added: each of the 2 partitions is kept 3 times.",
    TRUTH: "And so it is.",
}
CREATE = create(TOPIC, partitions=PARTITIONS, replicas=REPLICAS)


class Predicted(BaseModel):
    boxes: Boxed = Field(
        title=f"How many boxes will the picture of the cluster draw for {TOPIC}, on all brokers together?",
        json_schema_extra={"widget": "radio"},
    )


class Boxes(Exercise):
    id = "creating-topics.boxes"
    reads_topics = (TOPIC,)
    title = "Two times three"
    points = 1
    guess = Guess("boxes", choices=CHOICES, truth=TRUTH)
    todo = (
        f"Predict first: *Check now* stores it, and any guess counts. Then create `{TOPIC}` with {PARTITIONS} partitions "
        f"and a replication factor of {REPLICAS}, and count."
    )
    solution: ClassVar = [submit(id, boxes="5"), CREATE]
    wrong_ways: ClassVar = [
        WrongWay([submit(id, boxes="5")], "missing"),
        WrongWay([submit(id, boxes="5"), create(TOPIC, partitions=3, replicas=2)], "other-numbers"),
        WrongWay([CREATE, submit(id, boxes=TRUTH)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return Predicted

    def observe(self, evidence: Evidence) -> Observation:
        return {
            "predictions": predictions(evidence, self, "boxes"),
            "topic": topic_facts(evidence.topic(TOPIC)),
            "before": ids_when_predicted(evidence, self),
            "created": acts_on([*evidence.acts("create-topic"), *evidence.acts("create-topics")], TOPIC),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given, topic = possible(observation["predictions"], CHOICES), observation["topic"]
        if not given:
            say = not_yet if topic else not_begun
            return say("Nothing was predicted yet.", expected=EXPECTED)
        if topic is None:
            return not_yet(
                f"Your prediction is stored: “{given[-1]['answer']}”.", expected=EXPECTED, misconception="missing",
                why=f"Now create {TOPIC}, and count.",
            )  # fmt: skip
        if (topic["partitions"], topic["replicas"]) != (PARTITIONS, REPLICAS):
            return not_yet(
                f"{TOPIC} has {topic['partitions']} partition(s) with {topic['replicas']} replica(s) each.",
                expected=EXPECTED, misconception="other-numbers", why="Delete it and create it again.",
            )  # fmt: skip
        return _in_time(observation) or not_yet(
            f"{TOPIC} was there before your prediction.", expected=EXPECTED, misconception="afterwards",
            why=f"The prediction is stored now. Delete {TOPIC} and create it again: then it came first.",
        )  # fmt: skip


def _in_time(observation: Observation) -> Verdict | None:
    """Done, if one of the predictions is older than the topic that is there."""
    given, now = possible(observation["predictions"], CHOICES), observation["topic"]["topic_id"]
    made = [each["at"] for each in observation["created"] if each["topic_id"] == now]
    first = [each for moment in made for each in older(given, moment)]
    if not first and any(before != now for before in observation["before"]):
        first = given[:1]
    if not first:
        return None
    answer = first[-1]["answer"]
    return done(
        f"Before {TOPIC} was there, you predicted {answer}. {SAID[answer]} {PARTITIONS} × {REPLICAS} = {TRUTH}."
    )
