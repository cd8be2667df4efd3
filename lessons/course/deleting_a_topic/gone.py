from __future__ import annotations

from typing import ClassVar

from lessons.course.bare_names import BARE_NAME, told
from lessons.course.deleting_a_topic.lives import TOPIC, create, delete, known_lives
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.predictions import acts_on, topic_facts

EXPECTED = "the topic test2die that was there, by its id, is no longer on the cluster"


class Gone(Exercise):
    id = "deleting-a-topic.gone"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Gone"
    points = 2
    todo = "Delete the topic `test2die` that you have created."
    hint = "The form above is already filled in. There has to be a test2die first: lesson 3 creates it."
    solution: ClassVar = [create(TOPIC), delete(TOPIC)]
    wrong_ways: ClassVar = [
        WrongWay([create("test1p"), delete(TOPIC)], "never-there"),
        WrongWay([create(TOPIC)], "still-there"),
        WrongWay([create(TOPIC, partitions=2), delete(TOPIC), create(TOPIC)], "still-there"),
        WrongWay([create(TOPIC), create("test2p"), delete("test2p")], "other-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """Each test2die that is known, by its id, and the one that the cluster has now."""
        topic, lives = evidence.topic(TOPIC), known_lives(evidence)
        acts, making = evidence.acts("delete-topic"), [*evidence.acts("create-topic"), *evidence.acts("create-topics")]
        created = [each["at"] for each in acts_on(making, TOPIC)]
        deleted = [act for act in acts if act.state == "done" and act.settled_at > max(created, default="")]
        return {
            "topic": topic_facts(topic),
            "known": lives,
            "deleted": [each["topic_id"] for each in acts_on(acts, TOPIC) if each["topic_id"]],
            "others_deleted": sorted({act.fields["name"] for act in deleted} - {TOPIC}),
            "asked": any(act.fields["name"] == TOPIC for act in acts),
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None and not lives else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        topic = observation["topic"]
        now = topic and topic["topic_id"]
        if gone := [topic_id for topic_id in _wanted(observation) if topic_id != now]:
            return done(_found(gone[-1], is_there=topic is not None))
        if topic is None:
            return _never_there(observation)
        if observation["others_deleted"]:
            others = ", ".join(observation["others_deleted"])
            return not_yet(
                f"{others} was deleted; test2die is still there.", expected=EXPECTED, misconception="other-topic",
                why=f"A deletion can't be undone. If you still need {others}, create it again; its records are lost.",
            )  # fmt: skip
        return not_begun(
            "test2die is still there.", expected=EXPECTED, misconception="still-there",
            why="Delete it, by the form above or by a program.",
        )  # fmt: skip


def _never_there(observation: Observation) -> Verdict:
    bare = observation.get("unprefixed", {})
    say = not_yet if observation["asked"] else not_begun
    return say(
        "There is no topic test2die, and none of yours is known here.",
        expected=EXPECTED,
        misconception=BARE_NAME if bare else "never-there",
        why=told(bare) if bare else "Only what exists can be deleted: create it first (lesson 3).",
    )


def _wanted(observation: Observation) -> list[str]:
    """The ids that count. One that came out wrong in lesson 3 and was replaced there does not, when a right one
    is known: its deletion belongs to lesson 3."""
    known = observation["known"]
    right = [each["topic_id"] for each in known if (each["partitions"], each["replicas"]) == (1, 1)]
    return right or [*(each["topic_id"] for each in known), *observation["deleted"]]


def _found(gone: str, *, is_there: bool) -> str:
    found = f"The topic with the id {gone}, your test2die, is gone."
    return f"{found} What is called test2die now is another topic, with an id of its own." if is_there else found
