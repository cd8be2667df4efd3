from __future__ import annotations

from typing import ClassVar

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet

TOPIC = "my-first"
WANTED = 2


def create(name: str, *, partitions: int) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": 1})


class OwnTopic(Exercise):
    id = "template.own-topic"
    reads_topics = (TOPIC,)
    title = "A topic of your own"
    points = 1
    todo = "Create `my-first` with 2 partitions."
    hint = "The form above is already filled in."
    # How it is done, and each wrong answer that you expect with the name of its reason: the course's own test
    # (tests/course/test_course.py) takes these steps on a real cluster.
    solution: ClassVar = [create(TOPIC, partitions=WANTED)]
    wrong_ways: ClassVar = [
        WrongWay([create("my-second", partitions=WANTED)], "missing"),
        WrongWay([create(TOPIC, partitions=1)], "partitions"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """Reads the cluster and the learner's acts, and returns JSON: the evidence, which is kept."""
        topic = evidence.topic(TOPIC)
        return {"partitions": len(topic.partitions) if topic else None}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        """Pure: it has to give the same verdict from the same evidence years later."""
        expected = f"{TOPIC} with {WANTED} partitions"
        partitions = observation["partitions"]
        if partitions is None:  # no first try: the page says nothing before there is one
            return not_begun(f"There is no topic {TOPIC}.", expected=expected, misconception="missing")
        if partitions != WANTED:
            return not_yet(
                f"The number of partitions of {TOPIC} is {partitions}.", expected=expected,
                misconception="partitions", why="Delete the topic and create it again.",
            )  # fmt: skip
        return done(f"{TOPIC} has {WANTED} partitions.")


EXERCISES = [OwnTopic()]
