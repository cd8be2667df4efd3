from __future__ import annotations

from typing import ClassVar

from lessons.course.adding_partitions.steps import TOPIC, add, create
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.growth import partitions_after

WANTED = 2


TOGETHER = Step("create-topics", {"names": f"{TOPIC}\nother", "partitions": WANTED, "replicas": 1})


class TwoPartitions(Exercise):
    """The cluster does not tell how many partitions a topic had before. The seat's acts do, and earlier checks; what a
    program made from the start as it is now, while nobody looked, is taken for grown."""

    id = "adding-partitions.two-partitions"
    version = 2  # `had`
    reads_topics = (TOPIC,)
    remembers = True
    title = "Two partitions"
    points = 2
    todo = "Give `test2p`, which has one partition, a second one."
    hint = "The form asks for the number of partitions in all, the old one included."
    solution: ClassVar = [create(), add(WANTED)]
    wrong_ways: ClassVar = [
        WrongWay([create("test1p"), add(WANTED, topic="test1p")], "missing"),
        WrongWay([create(), add(3)], "too-many"),
        WrongWay([create(partitions=2)], "made-with-two"),
        WrongWay([TOGETHER], "made-with-two"),
        WrongWay([create(), create("test1p"), add(WANTED, topic="test1p")], "other-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """The topic as it is now, how many partitions it is known to have had, and which others were given more."""
        topic = evidence.topic(TOPIC)
        topic_id = topic.topic_id if topic else None
        acts = partitions_after(evidence, topic_id)
        before = [each for each in evidence.earlier(self.id) if topic_id and each.get("topic_id") == topic_id]
        grown = {act.fields["topic"] for act in evidence.acts("add-partitions") if act.state == "done"}
        return {
            "topic_id": topic_id,
            "leaders": [partition.leader for partition in topic.partitions] if topic else [],
            "had": [*(each["partitions"] for each in acts), *(len(each.get("leaders", ())) for each in before)],
            "made_with": next((each["partitions"] for each in acts if each["was_made"]), None),
            "others_grown": sorted(grown - {TOPIC}),
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "a topic test2p that had one partition, and has a second one now"
        leaders, others = observation["leaders"], observation["others_grown"]
        if observation["topic_id"] is None:
            return no_topic(
                TOPIC, observation.get("unprefixed", {}), expected=expected, misconception="missing",
                why="Create it first, with one partition (lesson 3).", say=not_yet if others else not_begun,
            )  # fmt: skip
        if len(leaders) > WANTED:
            return not_yet(
                f"test2p has {len(leaders)} partitions.", expected=expected, misconception="too-many",
                why="That can't be undone: delete it, create it again with one partition, and add one.",
            )  # fmt: skip
        if len(leaders) < WANTED and others:
            return not_yet(
                f"Partitions were added to {', '.join(others)}; test2p has one.",
                expected=expected, misconception="other-topic",
                why="The other one keeps what it was given, unless it is deleted and created again.",
            )  # fmt: skip
        if len(leaders) < WANTED:
            return not_begun("test2p has 1 partition.", expected=expected)
        if _was_made_with_two(observation):
            return not_yet(
                "test2p was created with 2 partitions.", expected=expected, misconception="made-with-two",
                why="Delete it, create it with one, and add the second: so you see what becomes of the first.",
            )  # fmt: skip
        return done(f"test2p had 1 partition and has 2, led by {_brokers(leaders)}.")


def _was_made_with_two(observation: Observation) -> bool:
    made_with = observation.get("made_with")
    return made_with is not None and made_with >= WANTED and 1 not in observation.get("had", [])


def _brokers(leaders: list[int | None]) -> str:
    names = ["nobody just now" if leader is None else f"broker {leader}" for leader in leaders]
    return names[0] if len(set(names)) == 1 else " and ".join(names)
