from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import ClassVar

from lessons.cluster.limits import MAX_PARTITIONS
from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.growth import partitions_after
from lessons.course.more_partitions_move_keys.steps import PARTITIONS, TOPIC, add, create, send
from lessons.course.seeded import seeded_choice

MOVES_AT = 5  # partitions; with 2, 3 or 4 the bike has the same one
KEPT = 6  # places of a bike, in the evidence


def _suits(bike: str) -> bool:
    """Whether it stays until there are five, and Java's hash never looks like this client's on the way."""
    place, java = by_crc32(bike, PARTITIONS), [by_murmur2(bike, count) for count in (3, MOVES_AT)]
    stays = all(by_crc32(bike, count) == place for count in range(PARTITIONS, MOVES_AT))
    return stays and by_crc32(bike, MOVES_AT) != place and 2 not in java and place not in java


BIKES = [bike for bike in (f"bike-{number}" for number in range(100, 1000)) if _suits(bike)]


def bike_asked(seed: str) -> str:
    """Whose records are to be in two partitions, for this seat."""
    return seeded_choice(BIKES, seed)


def taken(*ways: Callable[[str], Step]) -> StepsFor:
    """Steps: the topic, a record of the seeded bike, and then these."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        bike = bike_asked(seed)
        yield create()
        yield send(bike)
        for way in ways:
            yield way(bike)

    return steps


def grown_until_it_moves(evidence: Evidence, seed: str) -> Iterator[Step]:
    bike = bike_asked(seed)
    yield create()
    yield send(bike)
    topic = evidence.topic(TOPIC)
    count = len(topic.partitions) if topic else PARTITIONS
    totals = range(count + 1, MAX_PARTITIONS + 1)
    yield add(next(total for total in totals if by_crc32(bike, total) != by_crc32(bike, count)))
    yield send(bike)


class Moved(Exercise):
    id = "more-partitions-move-keys.moved"
    reads_topics = (TOPIC,)
    remembers = True  # how many partitions there were
    title = "Two places for one bike"
    points = 2
    todo = (
        "One bike (the lesson's page names it) is broken now, and repaired after `repairs` has grown. Have its records in two "
        "partitions: the newest where its key leads now, and an older one where it led before. Name no partition: the key does it."
    )
    hint = (
        "Not every number of partitions moves it. Which one does can be computed, or found out: a topic may grow often."
    )
    solution: ClassVar = staticmethod(grown_until_it_moves)
    wrong_ways: ClassVar = [
        WrongWay([create(), send("bike-11"), add(3), send("bike-11")], "not-sent"),
        WrongWay(taken(), "not-grown"),
        WrongWay(taken(lambda bike: add(MOVES_AT)), "not-sent-again"),
        WrongWay(taken(lambda bike: add(3), send), "same-place"),
        WrongWay(taken(lambda bike: add(3), lambda bike: send(bike, partition=2)), "by-hand"),
        WrongWay(taken(lambda bike: send(bike, partition=1 - by_crc32(bike, PARTITIONS)), send), "not-grown"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"**{bike_asked(seed)}** is broken now, and repaired after `repairs` has grown. Have its records in two partitions: "
            "the newest where its key leads now, and an older one where it led before. Name no partition: the key does it."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """How many partitions there are and have been, and of each bike that a seat may be asked for the partitions of its
        newest records, oldest first."""
        topic = evidence.topic(TOPIC)
        topic_id = topic.topic_id if topic else None
        acts = partitions_after(evidence, topic_id)
        before = [each for each in evidence.earlier(self.id) if topic_id and each.get("topic_id") == topic_id]
        had = {*(each["partitions"] for each in acts), *(each["partitions"] for each in before)}
        return {
            "topic_id": topic_id,
            "partitions": len(topic.partitions) if topic else 0,
            "had": sorted(had),
            "was_made": any(each["was_made"] for each in acts),
            "found": _found(evidence) if topic else {},
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        bike, now = bike_asked(seed), observation["partitions"]
        expected = f"an older record of {bike} where its key led before {TOPIC} grew, and the newest where it leads now"
        if not now:
            return no_topic(TOPIC, observation["unprefixed"], expected=expected)
        places: Sequence[int] = observation["found"].get(bike, [])
        if not places:
            return not_begun(f"{TOPIC} holds no record of {bike}.", expected=expected, misconception="not-sent")
        before = _counts_before(observation)
        for hashed in (by_crc32, by_murmur2):
            earlier = {hashed(bike, count) for count in before} & set(places[:-1])
            if places[-1] == hashed(bike, now) and (others := sorted(earlier - {places[-1]})):
                return done(
                    f"{bike} was in partition {others[0]}. With {now} partitions its key leads to {places[-1]}."
                )
        return _not_moved(bike, places, now, before, expected=expected)


def _not_moved(bike: str, places: Sequence[int], now: int, before: Collection[int], *, expected: str) -> Verdict:
    seen = f"The newest record of {bike} is in partition {places[-1]}, and {TOPIC} has {now} partitions."
    if not before:
        return not_yet(
            seen, expected=expected, misconception="not-grown",
            why="It has not grown yet. As long as the number of partitions stays, a key stays.",
        )  # fmt: skip
    if places[-1] in (by_crc32(bike, now), by_murmur2(bike, now)):
        return not_yet(
            seen, expected=expected, misconception="same-place",
            why=f"With {now} its key leads where it led before. With which number would the remainder be another one?",
        )  # fmt: skip
    if any(places[-1] in (by_crc32(bike, count), by_murmur2(bike, count)) for count in before):
        return not_yet(
            seen, expected=expected, misconception="not-sent-again",
            why="That is where its key led before. No record moves when a topic grows: send the next one.",
        )  # fmt: skip
    return not_yet(
        seen, expected=expected, misconception="by-hand",
        why="Its key does not lead there. Send once more, with its key, and name no partition.",
    )  # fmt: skip


def _counts_before(observation: Observation) -> list[int]:
    """How many partitions there were, as far as is known. If nobody saw the topic being made: any smaller number."""
    now = observation["partitions"]
    known = [count for count in observation["had"] if 0 < count < now]
    return known if known or observation["was_made"] else [*range(1, now)]


def _found(evidence: Evidence) -> dict[str, list[int]]:
    """{bike: partitions} in the order of the records' times. Raises: ClusterError."""
    found: dict[str, list[int]] = {}
    for each in sorted(evidence.newest(TOPIC), key=lambda each: each.at_ms):
        if each.key in BIKES:
            found.setdefault(each.key, []).append(each.partition)
    return {bike: places[-KEPT:] for bike, places in found.items()}
