from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lessons.course.adding_partitions.steps import add, create
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet

TOPIC = "docks"
WANTED = 3


def created_or_grown(evidence: Evidence, seed: str) -> Iterator[Step]:
    """Steps: with three partitions, or where it is there with fewer, one more and one more."""
    yield create(TOPIC, partitions=WANTED)
    while (topic := evidence.topic(TOPIC)) and len({each.leader for each in topic.partitions}) < WANTED:
        yield add(len(topic.partitions) + 1, topic=TOPIC)


class ThreeLeaders(Exercise):
    id = "adding-partitions.three-leaders"
    reads_topics = (TOPIC,)
    remembers = True  # how many brokers there were: one may be down
    title = "Three leaders"
    points = 2
    todo = (
        f"The city gets new stations. Have a topic `{TOPIC}` whose partitions are led by three different brokers, so that "
        "they share the work. (On a cluster with fewer brokers: by all of them.)"
    )
    hint = "How many leaders has one partition, however many copies there are of it?"
    solution: ClassVar = staticmethod(created_or_grown)
    wrong_ways: ClassVar = [
        WrongWay([create("another", partitions=3)], "missing"),
        WrongWay([create(TOPIC, partitions=2)], "too-few-partitions"),
        WrongWay([create(TOPIC, replicas=3)], "copies-are-not-leaders"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        topic = evidence.topic(TOPIC)
        partitions = topic.partitions if topic else ()
        brokers = {*evidence.cluster().addresses, *(broker for each in partitions for broker in each.replicas)}
        return {
            "brokers": max([len(brokers), *(each.get("brokers", 0) for each in evidence.earlier(self.id))]),
            "leaders": [each.leader for each in partitions],
            "first": [each.replicas[0] for each in partitions if each.replicas],  # who leads while all brokers are up
            "copies": max((len(each.replicas) for each in partitions), default=0),
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        leaders = sorted({leader for leader in observation["leaders"] if leader is not None})
        usual = sorted(set(observation.get("first", ())))
        count, wanted = len(observation["leaders"]), min(WANTED, observation["brokers"])
        expected = f"a topic {TOPIC} whose partitions have {wanted} different leaders"
        if not count:
            return no_topic(TOPIC, observation["unprefixed"], expected=expected, why="", misconception="missing")
        has = "1 partition" if count == 1 else f"{count} partitions"
        led = f"{TOPIC} has {has}, led by broker {' and '.join(map(str, leaders)) or '(none just now)'}"
        if len(leaders) >= wanted:
            return done(f"{led}.")
        if len(usual) >= wanted:
            return done(f"{led}; while all are up, by broker {' and '.join(map(str, usual))}.")
        if observation["copies"] >= wanted:
            return not_yet(
                f"{led}, with {observation['copies']} copies of each.", expected=expected,
                misconception="copies-are-not-leaders",
                why="A partition has one leader, however many copies there are of it. The others are followers.",
            )  # fmt: skip
        return not_yet(
            f"{led}.", expected=expected, misconception="too-few-partitions",
            why="Each partition has one leader, and two partitions can have the same. More can be added.",
        )  # fmt: skip
