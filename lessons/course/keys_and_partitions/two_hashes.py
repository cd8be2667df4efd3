from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.keys_and_partitions.steps import (
    BIKES,
    MURMUR2,
    TOPIC,
    WANTED,
    create,
    not_ready,
    places_of,
    send,
    topic_facts,
)
from lessons.course.seeded import seeded_choice

SPLIT = [bike for bike in BIKES if by_crc32(bike, WANTED) != by_murmur2(bike, WANTED)]  # two thirds of them


def bike_asked(seed: str) -> str:
    """Whose records are to be in two partitions, for this seat."""
    return seeded_choice(SPLIT, seed)


def sent(*ways: Callable[[str], Step]) -> StepsFor:
    """Steps: records for the seeded bike, each in one of these ways."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield create()
        for way in ways:
            yield way(bike_asked(seed))

    return steps


def in_javas_way(bike: str) -> Step:
    return send(bike, partitioner=MURMUR2)


def to_the_third(bike: str) -> Step:
    """To the partition that neither hash names."""
    third = next(each for each in range(WANTED) if each not in (by_crc32(bike, WANTED), by_murmur2(bike, WANTED)))
    return send(bike, partition=third)


class TwoHashes(Exercise):
    id = "keys-and-partitions.two-hashes"
    reads_topics = (TOPIC,)
    title = "One bike, two places"
    points = 2
    todo = (
        "The repair app, which is in Java, and this client both send an unlock of one bike (the lesson's page names it). "
        "Have a record of it in `unlocks` where each of the two puts it, and in no third place."
    )
    hint = "What does a producer do with a key if you tell it nothing? And which setting has it do what Java's does?"
    solution: ClassVar = staticmethod(sent(send, in_javas_way))
    wrong_ways: ClassVar = [
        WrongWay([create(), send("bike-11"), send("bike-11", partitioner=MURMUR2)], "not-sent"),
        WrongWay([create(2)], "other-count"),
        WrongWay(sent(send, send), "one-client"),
        WrongWay(sent(in_javas_way), "other-client"),
        WrongWay(sent(send, in_javas_way, to_the_third), "third-place"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"The repair app, which is in Java, and this client both send an unlock of **{bike_asked(seed)}**. Have a record "
            "of it in `unlocks` where each of the two puts it, and in no third place."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """In which partitions the newest records of each bike are that a seat may be asked for."""
        facts = topic_facts(evidence)
        places = {} if facts["partitions"] is None else places_of(evidence, BIKES)
        return {**facts, "found": {key: sorted({partition for partition, _ in each}) for key, each in places.items()}}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        bike = bike_asked(seed)
        expected = f"records of {bike} in two partitions of {TOPIC}: this client's and Java's"
        if verdict := not_ready(observation, expected=expected):
            return verdict
        found = observation["found"].get(bike, [])
        if not found:
            return not_begun(f"{TOPIC} holds no record of {bike}.", expected=expected, misconception="not-sent")
        here, java = by_crc32(bike, WANTED), by_murmur2(bike, WANTED)
        if set(found) == {here, java}:
            return done(f"{bike} is in partition {here} by CRC32, and in partition {java} by murmur2.")
        seen = f"{bike} is in partition {' and '.join(map(str, found))}."
        if set(found) - {here, java}:
            return not_yet(
                seen, expected=expected, misconception="third-place",
                why="By its key it would not be in all of these. Delete the topic, create it again, and name no partition.",
            )  # fmt: skip
        if found == [here]:
            return not_yet(
                seen, expected=expected, misconception="one-client",
                why="That is where this client puts it. The app in Java does not hash as this client does.",
            )  # fmt: skip
        return not_yet(
            seen, expected=expected, misconception="other-client",
            why="That is where Java's producer puts it. This client has a hash of its own.",
        )  # fmt: skip
