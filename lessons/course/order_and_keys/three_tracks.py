from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from lessons.cluster.partitioners import by_crc32
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done
from lessons.course.order_and_keys.tracks import (
    POINTS,
    TOPIC,
    bikes_asked,
    create,
    seen_of,
    send_in_turn,
    tracks_in,
)
from lessons.course.seeded import of_seat

EXERCISE = "order-and-keys.three-tracks"


def sent(ways: Callable[[Sequence[str]], Sequence[Step]], *, partitions: int = 3) -> StepsFor:
    """Steps: the topic, and what is sent for the three bikes."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield create(partitions)
        yield from ways(bikes_asked(of_seat(seed, EXERCISE)))

    return steps


def torn(bikes: Sequence[str]) -> list[Step]:
    """The first half where the keys lead, the second half in another partition."""
    other = (by_crc32(bikes[0], 3) + 1) % 3
    return [send_in_turn(bikes, POINTS[:5]), send_in_turn(bikes, POINTS[5:], partition=other)]


class ThreeTracks(Exercise):
    id = EXERCISE
    reads_topics = (TOPIC,)
    title = "Three tracks"
    points = 2
    todo = (
        "Three other bikes are on the road at the same time (the lesson's page names them). Have the points 1 to 10 of each "
        "in `tracks`, sent in turn: each bike's in their order in one partition, but not all thirty in the same one."
    )
    hint = "With a key a line for each of the three, the form lets them take turns. The newest ten of each bike count."
    solution: ClassVar = staticmethod(sent(lambda bikes: [send_in_turn(bikes)]))
    wrong_ways: ClassVar = [
        WrongWay([create(), send_in_turn(("bike-11", "bike-12", "bike-13"))], "not-sent"),
        WrongWay(sent(lambda bikes: [send_in_turn(bikes, key="")]), "no-key"),
        WrongWay(sent(lambda bikes: [send_in_turn(bikes, POINTS[:9])]), "too-few"),
        WrongWay(sent(torn), "torn"),
        WrongWay(sent(lambda bikes: [send_in_turn(bikes, POINTS[::-1])]), "out-of-order"),
        WrongWay(sent(lambda bikes: [send_in_turn([bike]) for bike in bikes]), "one-by-one"),
        WrongWay(sent(lambda bikes: [send_in_turn(bikes)], partitions=1), "one-partition"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        first, second, third = bikes_asked(of_seat(seed, self.id))
        return (
            f"Three other bikes are on the road at the same time: **{first}**, **{second}** and **{third}**. Have the points "
            "1 to 10 of each in `tracks`, sent in turn: each bike's in their order in one partition, but not all thirty in "
            "the same one."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """The newest ten records of each bike that a seat may be asked for."""
        return seen_of(evidence)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        bikes = bikes_asked(of_seat(seed, self.id))
        expected = (
            f"points 1 to 10 of {', '.join(bikes)} in {TOPIC}, sent in turn, each in one partition, not all in the same"
        )
        tracks = tracks_in(observation, bikes, expected=expected)
        if isinstance(tracks, Verdict):
            return tracks
        places = [f"{bike} in partition {points[0].partition}" for bike, points in tracks.items()]
        return done(f"1 to 10 are in order: {', '.join(places)}.")
