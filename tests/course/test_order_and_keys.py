"""Lesson 10's checks: which orders can be, what is asked after a miss, and which of many records count."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lessons.classroom.checks.attempts import check, evidence_in, evidence_of, seed_of
from lessons.classroom.models import Member
from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.draws import draw_now
from lessons.course.exercise import Exercise, Verdict, submit
from lessons.course.order_and_keys.could_it_be import CouldItBe, can_be, orders_asked
from lessons.course.order_and_keys.three_tracks import ThreeTracks
from lessons.course.order_and_keys.tracks import POINTS, Point, bikes_asked, create, send_in_turn, tracks_in
from lessons.course.seeded import of_seat
from tests.course.conftest import Do


def bikes_of(member: Member) -> list[str]:
    return bikes_asked(of_seat(seed_of(member, ThreeTracks()), ThreeTracks.id))


def seen(member: Member, exercise: Exercise) -> tuple[str, str]:
    attempt = check(member, exercise)
    return attempt.state, attempt.verdict["misconception"]


def tracks(*partitions: int) -> dict[str, list[Point]]:
    """Of bikes a, b, c in these partitions, sent in turn."""
    return {
        bike: [Point(partition, 3 * n + turn, point, n) for n, point in enumerate(POINTS)]
        for turn, (bike, partition) in enumerate(zip("abc", partitions, strict=True))
    }


@pytest.mark.parametrize(
    ("order", "together", "apart"),
    [
        ("a 1, b 1, c 1, a 2", True, True),
        ("a 1, a 2, b 1, b 2", False, True),
        ("b 1, b 3, a 2, a 4", False, True),
        ("a 4, b 2, a 1", False, False),
        ("c 1, c 9, a 1, b 1", True, True),  # c is alone, in both
    ],
)
def test_two_records_have_an_order_where_they_share_a_partition_whatever_their_keys(order, together, apart):
    assert can_be(order, tracks(1, 1, 0)) is together
    assert can_be(order, tracks(1, 2, 0)) is apart


def one_by_one(*partitions: int, ms_of_a_bike: int) -> dict[str, list[list[object]]]:
    """The rows of bikes a, b, c in these partitions, each sent when the one before had sent all."""
    return {
        bike: [[partition, 10 * turn + n, point, ms_of_a_bike * turn] for n, point in enumerate(POINTS)]
        for turn, (bike, partition) in enumerate(zip("abc", partitions, strict=True))
    }


@pytest.mark.parametrize(
    "rows",
    [one_by_one(0, 0, 1, ms_of_a_bike=0), one_by_one(0, 1, 2, ms_of_a_bike=5)],
    ids=["by offsets where they share a partition", "by times where they do not"],
)
def test_that_one_bike_was_sent_after_another_is_seen(rows):
    seen = {"partitions": 3, "keyless": 0, "rows": rows, "unprefixed": {}}
    found = tracks_in(seen, ["a", "b", "c"], expected="x")
    assert isinstance(found, Verdict)
    assert found.misconception == "one-by-one"


def test_of_the_orders_that_are_asked_one_turns_a_bike_around_and_each_pair_is_swapped_once():
    for seat in range(50):
        orders = orders_asked(f"seat {seat}", "")
        assert len(set(orders)) == 5
        assert {point for order in orders for point in order.replace(",", "").split()[1::2]} <= set(POINTS)
        bikes = bikes_asked(f"seat {seat}")
        apart = {bike: tracks(0, 1, 2)["abc"[n]] for n, bike in enumerate(bikes)}
        two = {bike: tracks(0, 0, 2)["abc"[n]] for n, bike in enumerate(bikes)}
        one = {bike: tracks(0, 0, 0)["abc"[n]] for n, bike in enumerate(bikes)}
        assert [sum(can_be(order, places) for order in orders) for places in (apart, two, one)] == [4, 3, 1]
    assert orders_asked("a seat", "") != orders_asked("a seat", "an answer")


def test_the_three_bikes_are_in_two_partitions_by_either_hash():
    for seat in range(50):
        for hashed in (by_crc32, by_murmur2):
            assert len({hashed(bike, 3) for bike in bikes_asked(f"seat {seat}")}) == 2


def test_both_exercises_are_about_the_same_three_bikes(alice: Member, kafka: str):
    three = ThreeTracks().task(evidence_in(None, alice), seed_of(alice, ThreeTracks()))
    asked = " ".join(orders_asked(seed_of(alice, CouldItBe()), ""))
    assert all(f"**{bike}**" in three and bike in asked for bike in bikes_of(alice))


def test_the_newest_ten_of_a_bike_count(alice: Member, do: Do):
    bikes = bikes_of(alice)
    do(create(), send_in_turn(bikes, POINTS[::-1]))
    assert seen(alice, ThreeTracks()) == ("not_yet", "out-of-order")
    do(send_in_turn(bikes))
    assert seen(alice, ThreeTracks()) == ("done", "")


def test_two_programs_that_hash_otherwise_tear_a_track(alice: Member, do: Do):
    bikes = bikes_of(alice)
    moved = [bike for bike in bikes if by_crc32(bike, 3) != by_murmur2(bike, 3)]
    do(create(), send_in_turn(bikes, POINTS[:5]), send_in_turn(bikes, POINTS[5:], partitioner="murmur2_random"))
    assert seen(alice, ThreeTracks())[1] == ("torn" if moved else "")


def test_after_a_miss_other_orders_are_asked_and_after_that_nothing(alice: Member, do: Do):
    exercise, seed = CouldItBe(), seed_of(alice, CouldItBe())
    do(create(), send_in_turn(bikes_of(alice)), submit(exercise.id, orders=[]))
    assert seen(alice, exercise) == ("not_yet", "nothing-ticked")
    assert exercise.questions(evidence_in(None, alice), seed) is not None
    assert orders_asked(seed, draw_now(evidence_of(alice), CouldItBe.id)) != orders_asked(seed, "")
    for step in exercise.solution(evidence_of(alice), seed):
        do(step)
    assert seen(alice, exercise) == ("done", "")
    assert exercise.questions(evidence_in(None, alice), seed) is None


@pytest.mark.parametrize("answers", [{}, {"orders": "all"}, {"orders": None}, {"orders": ["a 1, b 1"]}])
def test_an_answer_of_another_shape_is_no_answer(alice: Member, do: Do, answers):
    do(create(), send_in_turn(bikes_of(alice)), submit(CouldItBe.id, **answers))
    attempt = check(alice, CouldItBe())
    assert (attempt.state, attempt.verdict["seen"]) == ("not_yet", "Nothing was ticked yet.")


def test_the_page_that_asks_for_the_order_does_not_say_it_beside_the_stage(
    alice: Member, alice_client: Client, kafka: str
):
    said = "Order is guaranteed only within a partition."
    pages = {
        slug: alice_client.get(reverse("lesson", args=[alice.klass.slug, slug])).content.decode()
        for slug in ("order-and-keys", "keys-and-partitions")
    }
    assert {slug: said in page for slug, page in pages.items()} == {
        "order-and-keys": False,
        "keys-and-partitions": True,
    }
