from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.deleting_a_topic.lives import TOPIC, create, delete
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, done, not_begun, not_yet, submit
from lessons.course.predictions import acts_on, ids_when_predicted, older, possible, predictions, topic_facts

EXPECTED = f"a prediction, and after it the end of {TOPIC}"

When = Literal[
    "as soon as Kafka has accepted the deletion",
    "once every broker has dropped the old topic",
    "a minute later, when its files are gone",
]
AT_ONCE, EVERYWHERE, FILES = CHOICES = get_args(When)
SAID = {
    AT_ONCE: "And so it is.",
    EVERYWHERE: "You need not wait for that: the name is free as soon as the deletion is accepted.",
    FILES: "You need not wait for that: the files have other names by then, and the topic's name is free at once.",
}


class Predicted(BaseModel):
    when: When = Field(
        title="When may somebody create a new topic of that name?", json_schema_extra={"widget": "radio"}
    )


class WhenAgain(Exercise):
    id = "deleting-a-topic.when-again"
    reads_topics = (TOPIC,)
    title = "A name becomes free"
    points = 1
    guess = Guess("when", choices=CHOICES, truth=AT_ONCE)
    todo = f"You are about to delete `{TOPIC}`. Predict first: *Check now* stores it, and any guess counts."
    solution: ClassVar = [create(TOPIC), submit(id, when=FILES), delete(TOPIC)]
    wrong_ways: ClassVar = [
        WrongWay([submit(id, when=FILES)], "missing"),
        WrongWay([create(TOPIC), submit(id, when=FILES)], "still-there"),
        WrongWay([create(TOPIC), delete(TOPIC), submit(id, when=AT_ONCE)], "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return Predicted

    def observe(self, evidence: Evidence) -> Observation:
        return {
            "predictions": predictions(evidence, self, "when"),
            "topic": topic_facts(evidence.topic(TOPIC)),
            "before": ids_when_predicted(evidence, self),
            "deleted": acts_on(evidence.acts("delete-topic"), TOPIC),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        given, topic = possible(observation["predictions"], CHOICES), observation["topic"]
        if not given:
            return not_begun("Nothing was predicted yet.", expected=EXPECTED)
        if verdict := _in_time(observation):
            return verdict
        stored = f"Your prediction is stored: “{given[-1]['answer']}”."
        if topic is not None:
            return not_yet(stored, expected=EXPECTED, misconception="still-there", why=f"Now delete {TOPIC}.")
        if observation["deleted"]:
            return not_yet(
                f"{TOPIC} was gone before your prediction.", expected=EXPECTED, misconception="afterwards",
                why="The prediction is stored now. Create the topic and delete it again: then it came first.",
            )  # fmt: skip
        return not_yet(
            stored,
            expected=EXPECTED,
            misconception="missing",
            why=f"There is no {TOPIC}: create it, and delete it then.",
        )


def _in_time(observation: Observation) -> Verdict | None:
    """Done, if one of the predictions is older than the end of a topic of that name."""
    given, topic = possible(observation["predictions"], CHOICES), observation["topic"]
    first = [each for deleted in observation["deleted"] for each in older(given, deleted["at"])]
    now = topic and topic["topic_id"]
    if not first and any(before not in (None, now) for before in observation["before"]):
        first = given[:1]
    if not first:
        return None
    answer = first[-1]["answer"]
    return done(f"Before {TOPIC} was deleted, you predicted “{answer}”. {SAID[answer]}")
