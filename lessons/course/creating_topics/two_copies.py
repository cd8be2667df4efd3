from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

from lessons.cluster.metadata import Topic
from lessons.course.bare_names import BARE_NAME, told
from lessons.course.creating_topics.three_topics import create
from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    while_not,
)
from lessons.course.seeded import seeded_choice

TOPIC = "test2r"
HEARD_WITHIN_S = 20.0
EXPECTED = f"{TOPIC} with one copy on each broker but the one that is named"
_AGAIN = "Delete the topic and create it again."


def left_out(evidence: Evidence, seed: str) -> int:
    """The broker that is to hold nothing."""
    return seeded_choice(evidence.cluster().addresses, seed)


def until(suits: bool) -> StepsFor:
    """Steps: with two replicas, deleted and created again until the broker is left out; or until it is not."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        while True:
            before = evidence.topic(TOPIC)
            if before is not None:
                yield Step("delete-topic", {"name": TOPIC})
            yield create(TOPIC, replicas=len(evidence.cluster().addresses) - 1)
            held = {broker for partition in _new(evidence, before).partitions for broker in partition.replicas}
            if (left_out(evidence, seed) not in held) == suits:
                return

    return steps


def _new(evidence: Evidence, before: Topic | None) -> Topic:
    """Once the broker that is asked has heard of it: a program that creates a topic does not wait for all of them."""

    def found() -> Topic | None:
        topic = evidence.topic(TOPIC)
        return topic if topic and topic.topic_id != (before and before.topic_id) else None

    for _ in while_not(found, within_s=HEARD_WITHIN_S):
        time.sleep(0.1)
    topic = evidence.topic(TOPIC)
    assert topic is not None
    return topic


class TwoCopies(Exercise):
    id = "creating-topics.two-copies"
    reads_topics = (TOPIC,)
    title = "Not on that one"
    points = 2
    todo = (
        f"One broker is going to be replaced. Create a topic `{TOPIC}` of which that broker holds nothing, and each of the "
        "others one copy. The lesson's page says which broker it is."
    )
    hint = (
        "How many copies are that in all? Which brokers get them, Kafka decides anew each time a topic is created, and a "
        "topic can be deleted."
    )
    solution: ClassVar = staticmethod(until(suits=True))
    wrong_ways: ClassVar = [
        WrongWay([create(TOPIC)], "one-copy"),
        WrongWay([create(TOPIC, replicas=3)], "every-broker"),
        WrongWay([create(TOPIC, partitions=2, replicas=2)], "partitions"),
        WrongWay(until(suits=False), "holds-a-copy"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Broker **{left_out(evidence, seed)}** is going to be replaced. Create a topic `{TOPIC}` of which this broker "
            "holds nothing, and each of the others one copy."
        )

    def observe(self, evidence: Evidence) -> Observation:
        topic = evidence.topic(TOPIC)
        return {
            "brokers": sorted(evidence.cluster().addresses),
            "replicas": None if topic is None else [list(partition.replicas) for partition in topic.partitions],
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        replicas, unprefixed = observation["replicas"], observation.get("unprefixed", {})
        if replicas is None:
            return not_begun(
                f"There is no topic {TOPIC}.", expected=EXPECTED,
                misconception=BARE_NAME if unprefixed else "missing", why=told(unprefixed) if unprefixed else "",
            )  # fmt: skip
        brokers = {*observation["brokers"], *(broker for each in replicas for broker in each)}
        if len(brokers) < 2:
            return Verdict(
                "could_not_check", "The cluster has one broker.", why="There is no other that could hold a copy."
            )
        return _placed(replicas, brokers, seeded_choice(brokers, seed))


def _placed(replicas: Sequence[Sequence[int]], brokers: set[int], unwanted: int) -> Verdict:
    def wrong(seen: str, misconception: str, why: str) -> Verdict:
        return not_yet(seen, expected=EXPECTED, misconception=misconception, why=f"{why} {_AGAIN}")

    if len(replicas) != 1:
        return wrong(
            f"{TOPIC} has {len(replicas)} partitions.", "partitions",
            "Each partition has copies of its own, and their places differ: then every broker gets some.",
        )  # fmt: skip
    held, wanted = set(replicas[0]), brokers - {unwanted}
    if held == wanted:
        places = " and ".join(f"broker {broker}" for broker in sorted(held))
        return done(f"{TOPIC} has its copies on {places}, and broker {unwanted} holds none.")
    if len(held) == len(brokers):
        return wrong("Every broker holds a copy.", "every-broker", "As many replicas as brokers leave none out.")
    if len(held) < len(wanted):
        return wrong(
            f"{TOPIC} is held by {len(held)} broker(s).", "one-copy", "The leader counts as one of the replicas."
        )
    return wrong(
        f"Broker {unwanted} holds a copy.", "holds-a-copy",
        "The number of copies is right. Kafka chose their places, and will choose anew.",
    )  # fmt: skip
