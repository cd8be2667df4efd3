"""The bikes' points in `tracks`, sent by any program, and the steps that send them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from typing import Any, NamedTuple

from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Step, Verdict, not_begun, not_yet

TOPIC = "tracks"
PARTITIONS = 3  # of the lesson's form; two do as well
BIKES_ASKED = 3
POINTS = [str(number) for number in range(1, 11)]
BIKES = [f"bike-{number}" for number in range(20, 100)]  # of which a seat is asked for three

# JSON: bike → [partition, offset, value, at_ms] of its newest, oldest first
Rows = Mapping[str, Sequence[Sequence[Any]]]


class Point(NamedTuple):
    """One of a bike's ten, where it stands."""

    partition: int
    offset: int
    value: str
    at_ms: int


Tracks = Mapping[str, Sequence[Point]]


def bikes_asked(seat: str) -> list[str]:
    """Three that are in two partitions of three, by either hash: two together, and one alone."""
    chance = random.Random(seat)  # noqa: S311 - no secret
    while True:
        bikes = sorted(chance.sample(BIKES, BIKES_ASKED))
        if all(len({hashed(bike, PARTITIONS) for bike in bikes}) == 2 for hashed in (by_crc32, by_murmur2)):
            return bikes


def create(partitions: int = PARTITIONS) -> Step:
    return Step("create-topic", {"name": TOPIC, "partitions": partitions, "replicas": 1})


def send_in_turn(bikes: Sequence[str], points: Sequence[str] = POINTS, **more: Any) -> Step:
    """The first point of each bike, then the second of each, and so on."""
    values = "\n".join(point for point in points for _ in bikes)
    return Step("produce", {"topic": TOPIC, "values": values, "key": "\n".join(bikes), **more})


def seen_of(evidence: Evidence) -> dict[str, Any]:
    """What `tracks_in` needs. Raises: ClusterError."""
    topic, wanted = evidence.topic(TOPIC), set(BIKES)
    rows: dict[str, list[Point]] = {}
    found = evidence.newest(TOPIC) if topic else ()
    for each in found:
        if each.key in wanted:
            rows.setdefault(each.key, []).append(Point(each.partition, each.offset, each.value[:20], each.at_ms))
    return {
        "partitions": len(topic.partitions) if topic else None,
        "keyless": sum(each.key is None for each in found),
        "rows": {bike: [list(each) for each in _newest(points)] for bike, points in rows.items()},
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
    }


def _newest(points: Sequence[Point]) -> list[Point]:
    return sorted(points, key=lambda each: (each.at_ms, each.offset))[-len(POINTS) :]


def tracks_in(observation: Observation, bikes: Sequence[str], *, expected: str) -> Tracks | Verdict:
    """The ten points of each of these bikes, or why there are none yet that could be asked about."""
    if observation["partitions"] is None:
        return no_topic(TOPIC, observation["unprefixed"], expected=expected)
    rows: Rows = observation["rows"]
    if not any(bike in rows for bike in bikes):
        has_keyless = observation["keyless"] >= len(POINTS)
        return not_begun(
            f"{TOPIC} holds no record of {', '.join(bikes)}.", expected=expected,
            misconception="no-key" if has_keyless else "not-sent",
            why="The records in it have no key: the producer was free to put them anywhere." if has_keyless else "",
        )  # fmt: skip
    tracks = {bike: [Point(*each) for each in rows.get(bike, ())] for bike in bikes}
    for bike, points in tracks.items():
        if verdict := _no_track(bike, points, expected=expected):
            return verdict
    return _not_together(tracks, expected=expected) or tracks


def _no_track(bike: str, points: Sequence[Point], *, expected: str) -> Verdict | None:
    """What is wrong with the points of one bike."""
    partitions, values = sorted({each.partition for each in points}), [each.value for each in points]
    if len(points) < len(POINTS):
        return not_yet(
            f"{TOPIC} holds {len(points)} records of {bike}.", expected=expected, misconception="too-few",
            why="Each bike sends ten points.",
        )  # fmt: skip
    if len(partitions) > 1:
        return not_yet(
            f"The newest ten of {bike} are in partitions {' and '.join(map(str, partitions))}.", expected=expected,
            misconception="torn", why="Between two partitions there is no order. What kept the key from deciding?",
        )  # fmt: skip
    if values != POINTS:
        return not_yet(
            f"The newest ten of {bike} are {', '.join(each or '(empty)' for each in values)}.", expected=expected,
            misconception="out-of-order", why="They stand in the order of sending: send 1 to 10 once more.",
        )  # fmt: skip
    return None


def _not_together(tracks: Tracks, *, expected: str) -> Verdict | None:
    """What is wrong with them as a whole: one bike was sent after another, or all of them are in one partition."""
    for first, second in permutations(tracks, 2):
        if _is_behind(tracks[first][-1], tracks[second][0]):
            return not_yet(
                f"All points of {first} were sent before the first one of {second}.", expected=expected,
                misconception="one-by-one", why="On the road they take turns: point 1 of each bike, then point 2 of each.",
            )  # fmt: skip
    used = {points[0].partition for points in tracks.values()}
    if len(used) < 2:
        return not_yet(
            f"All thirty are in partition {used.pop()}.", expected=expected, misconception="one-partition",
            why="That is order, but nobody shares the work. The keys can stay: what else decides where they go?",
        )  # fmt: skip
    return None


def _is_behind(last: Point, first: Point) -> bool:
    """Whether `first` came after `last`: by their offsets, or between two partitions by their times."""
    if last.partition == first.partition:
        return last.offset < first.offset
    return last.at_ms < first.at_ms


def together(tracks: Tracks) -> list[tuple[str, str]]:
    """The pairs of bikes that share a partition."""
    return [(a, b) for a, b in combinations(sorted(tracks), 2) if tracks[a][0].partition == tracks[b][0].partition]
