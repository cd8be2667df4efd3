"""Lesson 11's checks: how a key is known to have moved, and how the cluster tells what a group has missed."""

from __future__ import annotations

from typing import Any

import pytest

from lessons.classroom.checks.attempts import check, check_lesson, seed_of
from lessons.classroom.models import Member
from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.loader import get_lesson
from lessons.course.more_partitions_move_keys.moved import BIKES, Moved, bike_asked
from lessons.course.more_partitions_move_keys.never_seen import NeverSeen, missed_asked
from lessons.course.more_partitions_move_keys.steps import add, create, send
from tests.course.conftest import Do
from tests.course.seat import Seat
from tests.course.ways import grow


def test_a_bike_that_is_asked_for_stays_until_there_are_five_partitions():
    assert len(BIKES) >= 20
    for bike in BIKES:
        assert len({by_crc32(bike, count) for count in (2, 3, 4)}) == 1
        assert by_crc32(bike, 5) != by_crc32(bike, 4)
        assert by_murmur2(bike, 5) != by_crc32(bike, 2)


def moved(places: list[int], *, now: int, had: list[int], was_made: bool = True) -> str:
    """What is said of the seat's bike in these partitions: `done`, or the name of the mistake."""
    seen = {"topic_id": "x", "partitions": now, "had": had, "was_made": was_made, "unprefixed": {}}
    verdict = Moved().judge({**seen, "found": {bike_asked("a seat"): places}}, "a seat")
    return verdict.misconception or verdict.state


def test_what_counts_is_where_the_key_leads_now_and_where_it_led_with_a_number_that_there_was():
    bike = bike_asked("a seat")
    before, after = by_crc32(bike, 2), by_crc32(bike, 5)
    third = next(each for each in range(5) if each not in {before, after, *(by_murmur2(bike, n) for n in (2, 5))})
    assert moved([before, after], now=5, had=[2, 5]) == "done"
    assert moved([before, before, after, after], now=5, had=[2, 3, 5]) == "done"
    assert moved([after, before], now=5, had=[2, 5]) == "not-sent-again"
    assert moved([before], now=5, had=[2, 5]) == "not-sent-again"
    assert moved([third, after], now=5, had=[2, 5]) == "same-place"
    assert moved([before, third], now=5, had=[2, 5]) == "by-hand"


def test_a_topic_that_was_made_with_five_has_not_grown_and_of_one_that_nobody_saw_it_is_believed():
    places = [by_crc32(bike_asked("a seat"), count) for count in (2, 5)]
    assert moved(places, now=5, had=[5]) == "not-grown"
    assert moved(places, now=5, had=[5], was_made=False) == "done"


def test_how_many_there_were_is_known_from_checks_when_a_program_adds_them(alice: Member, kafka: str, do: Do):
    bike = bike_asked(seed_of(alice, Moved()))
    do(create(), send(bike))
    assert check(alice, Moved()).verdict["misconception"] == "not-grown"
    grow(Seat(alice, kafka), "repairs", 5)
    do(send(bike))
    assert check(alice, Moved()).state == "done"


def test_a_refused_partition_is_no_growth(alice: Member, kafka: str, do: Do):
    do(create(), send(bike_asked(seed_of(alice, Moved()))), add(2))
    assert check(alice, Moved()).verdict["misconception"] == "not-grown"


def test_a_seat_that_reads_the_lesson_and_creates_the_topic_has_not_begun_two_of_the_three(alice: Member, do: Do):
    do(create(), send("bike-11", "bike-13", "bike-15"))
    assert not check_lesson(alice, get_lesson("more-partitions-move-keys"))


WANTED = missed_asked("a seat")
AT_FIRST = {"0": [[0, 10]], "1": [[0, 10]]}
LATER = [[offset, 20] for offset in range(WANTED)]
ONE_MORE = {"0": [[0, 10], [1, 30]], "1": [[0, 10]]}


def never_seen(times: dict[str, list[list[int]]], places: dict[str, int], typed: Any = None) -> tuple[str, str]:
    spans = {partition: [0, len(rows)] for partition, rows in times.items()}
    observation = {"spans": spans, "times": times, "places": {"team": places}, "typed": typed, "unprefixed": {}}
    verdict = NeverSeen().judge(observation, "a seat")
    return verdict.misconception or verdict.state, verdict.seen


@pytest.mark.parametrize(
    ("times", "places", "typed", "said"),
    [
        (AT_FIRST, {"0": 1, "1": 1}, None, "nothing-missed"),
        ({**AT_FIRST, "2": LATER}, {"0": 1, "1": 1}, None, "not-back"),
        ({**ONE_MORE, "2": LATER}, {"0": 1, "1": 1}, None, "not-back"),
        ({**ONE_MORE, "2": LATER}, {"0": 2, "1": 1}, WANTED, "done"),
        ({**ONE_MORE, "2": LATER}, {"0": 2, "1": 1, "2": WANTED}, WANTED, "nothing-missed"),
        ({**ONE_MORE, "2": LATER[1:]}, {"0": 2, "1": 1}, WANTED, "other-number"),
        ({**ONE_MORE, "2": LATER}, {"0": 2}, WANTED, "nothing-missed"),  # of partition 1 it knows nothing, either
        ({**ONE_MORE, "2": LATER, "3": LATER}, {"0": 2, "1": 1}, WANTED, "nothing-missed"),
        ({**ONE_MORE, "2": LATER, "3": []}, {"0": 2, "1": 1}, WANTED, "done"),
        ({**ONE_MORE, "2": LATER}, {"0": 2, "1": 1}, WANTED + 3, "all-again"),
        ({**ONE_MORE, "2": LATER}, {"0": 2, "1": 1}, 0, "lost"),
        ({**ONE_MORE, "2": LATER}, {"0": 2, "1": 1}, True, "not_yet"),
        ({"0": [[0, 10], [1, 30], [2, 40]], "1": [[0, 10]], "2": LATER}, {"0": 2, "1": 1}, WANTED, "other-rows"),
        ({"0": [[0, 10], [1, 30], [2, 40]], "1": [[0, 10]], "2": LATER}, {"0": 2, "1": 1}, WANTED + 1, "done"),
    ],
)
def test_a_group_has_missed_what_is_older_than_what_it_has_read_and_where_it_alone_has_no_place(
    times, places, typed, said
):
    assert never_seen(times, places, typed)[0] == said


def test_the_group_that_comes_nearest_is_told():
    spans = {"0": [0, 2], "1": [0, 1], "2": [0, WANTED]}
    places = {"a": {"0": 2, "1": 1, "2": 1}, "b": {"0": 2, "1": 1}, "c": {"0": 1, "1": 1}}
    seen = {"spans": spans, "times": {**ONE_MORE, "2": LATER}, "places": places, "typed": WANTED, "unprefixed": {}}
    verdict = NeverSeen().judge(seen, "a seat")
    assert verdict.state == "done"
    assert verdict.seen.startswith("Group b was never given")
