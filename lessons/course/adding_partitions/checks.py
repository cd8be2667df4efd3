from __future__ import annotations

from typing import ClassVar

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet

TOPIC = "test2p"
WANTED = 2


def create(name: str) -> Step:
    return Step("create-topic", {"name": name, "partitions": 1, "replicas": 1})


def add(total: int, *, topic: str = TOPIC) -> Step:
    return Step("add-partitions", {"topic": topic, "total": total})


class TwoPartitions(Exercise):
    id = "adding-partitions.two-partitions"
    reads_topics = (TOPIC,)
    title = "Two partitions"
    points = 2
    todo = "Give `test2p` a second partition."
    hint = "The form asks for the number of partitions in all, the old one included."
    solution: ClassVar = [create(TOPIC), add(WANTED)]
    wrong_ways: ClassVar = [
        WrongWay([create("test1p")], "missing"),
        WrongWay([create(TOPIC), add(3)], "too-many"),
        WrongWay([create(TOPIC), create("test1p"), add(WANTED, topic="test1p")], "other-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """The topic as it is now, and which others this seat has given partitions to."""
        topic = evidence.topic(TOPIC)
        grown = {act.fields["topic"] for act in evidence.acts("add-partitions") if act.state == "done"}
        return {
            "topic_id": topic.topic_id if topic else None,
            "leaders": [partition.leader for partition in topic.partitions] if topic else [],
            "others_grown": sorted(grown - {TOPIC}),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "test2p with 2 partitions"
        leaders = observation["leaders"]
        if observation["topic_id"] is None:
            return not_yet(
                "There is no topic test2p.", expected=expected, misconception="missing",
                why="Create it first, with one partition (lesson 3).",
            )  # fmt: skip
        if len(leaders) > WANTED:
            return not_yet(
                f"test2p has {len(leaders)} partitions.", expected=expected, misconception="too-many",
                why="That can't be undone: delete it, create it again with one partition, and add one.",
            )  # fmt: skip
        if len(leaders) < WANTED and observation["others_grown"]:
            return not_yet(
                f"Partitions were added to {', '.join(observation['others_grown'])}; test2p has one.",
                expected=expected, misconception="other-topic",
                why="The other one keeps what it was given, unless it is deleted and created again.",
            )  # fmt: skip
        if len(leaders) < WANTED:
            return not_yet("test2p has 1 partition.", expected=expected)
        return done(f"test2p has 2 partitions, led by {_brokers(leaders)}.")


def _brokers(leaders: list[int | None]) -> str:
    names = ["nobody just now" if leader is None else f"broker {leader}" for leader in leaders]
    return names[0] if len(set(names)) == 1 else " and ".join(names)


class RefusedShrink(Exercise):
    id = "adding-partitions.refused-shrink"
    title = "A refusal worth reading"
    points = 1
    todo = "Ask for no more partitions than a topic has, by the same form, and get Kafka's refusal."
    hint = "test2p has 2 partitions: ask for 1 in all."
    solution: ClassVar = [create(TOPIC), add(WANTED), add(1)]
    wrong_ways: ClassVar = [
        WrongWay([create(TOPIC), add(-1)], "app-refused"),
        WrongWay([create(TOPIC), add(WANTED)], "not-refused"),
        WrongWay([add(1)], "no-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """What this seat asked for, and the code of the answer; an empty one: it was done."""
        asked = [act for act in evidence.acts("add-partitions") if act.state in ("done", "refused")]
        return {
            "asked": [
                {"act": act.id, "topic": act.fields["topic"], "total": act.fields["total"], "code": act.code}
                for act in asked
            ]
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "Kafka's refusal INVALID_PARTITIONS among your acts"
        asked = observation["asked"]
        if refused := [each for each in asked if each["code"] == "INVALID_PARTITIONS"]:
            last = refused[-1]
            return done(f"Kafka refused {last['total']} for {last['topic']} with INVALID_PARTITIONS.")
        if not asked:
            return not_yet("Nothing was asked for by the form above yet.", expected=expected)
        last = asked[-1]
        if not last["code"]:
            return not_yet(
                f"{last['topic']} was given {last['total']} partitions: Kafka did not refuse.", expected=expected,
                misconception="not-refused", why="More is allowed. Ask for fewer than it has now.",
            )  # fmt: skip
        if last["code"] == "UNKNOWN_TOPIC_OR_PART":
            return not_yet(
                f"There was no topic {last['topic']}.", expected=expected, misconception="no-topic",
                why="That is a refusal too, but of another kind: ask it of a topic that exists.",
            )  # fmt: skip
        if last["code"] in ("NO_PARTITIONS", "NEGATIVE_PARTITIONS", "TOO_MANY_PARTITIONS"):
            return not_yet(
                f"The refusal of {last['total']} came from this app; Kafka was not asked.", expected=expected,
                misconception="app-refused", why="Ask for 1 or more, and no more than the topic has.",
            )  # fmt: skip
        return not_yet(f"The last answer was {last['code']}.", expected=expected, why="Ask test2p for 1 partition.")


EXERCISES = [TwoPartitions(), RefusedShrink()]
