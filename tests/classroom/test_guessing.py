"""Wrong codes are counted in rows: by any number of processes at once, in windows of a fixed length."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from lessons.classroom.models import WrongCodes
from lessons.classroom.people.guessing import LIMITS, GuessLimits, wait_after_wrong_code_s

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "10.0.0.9"


def count_of(address: str) -> int:
    return WrongCodes.objects.get(key=f"address:{address}").count


def let_pass(seconds: float) -> None:
    """As if every window had begun so much earlier."""
    WrongCodes.objects.update(window_began_at=F("window_began_at") - timedelta(seconds=seconds))


def waits_s(times: int, **limits: float) -> list[float]:
    return [wait_after_wrong_code_s(ADDRESS, limits=GuessLimits(**limits)) for _ in range(times)]


def at_once(guess: Callable[[], float], *, threads: int, times: int) -> list[float]:
    """What this many threads were told, each with a connection of its own, as so many processes have."""
    together = Barrier(threads)

    def guess_often(_: int) -> list[float]:
        try:
            together.wait(10)
            return [guess() for _ in range(times)]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return [wait_s for told in pool.map(guess_often, range(threads)) for wait_s in told]


def test_some_wrong_codes_are_free_and_each_further_one_waits_twice_as_long_up_to_the_longest_wait():
    assert waits_s(8, free_of_address=2, longest_wait_s=5) == [0, 0, 0.5, 1, 2, 4, 5, 5]


def test_who_guesses_a_million_times_waits_as_long_as_one_may():
    WrongCodes.objects.create(key=f"address:{ADDRESS}", count=1_000_000, window_began_at=timezone.now())
    assert waits_s(1) == [LIMITS.longest_wait_s]


def test_a_window_begins_with_its_first_wrong_code_and_no_later_one_makes_it_longer_or_shorter():
    limits = {"free_of_address": 1, "window_s": 600}
    assert waits_s(1, **limits) == [0]
    let_pass(400)
    assert waits_s(1, **limits) == [0.5]
    let_pass(190)  # 590 s after the first, 190 s after the second
    assert waits_s(1, **limits) == [1]
    let_pass(15)
    assert waits_s(2, **limits) == [0, 0.5]


def test_no_wrong_code_is_lost_when_many_come_at_once():
    limits = GuessLimits(free_of_address=0, first_wait_s=1, longest_wait_s=float("inf"))
    waited = at_once(lambda: wait_after_wrong_code_s(ADDRESS, limits=limits), threads=8, times=2)
    assert sorted(waited) == [2**n for n in range(16)]  # each was told a count of its own
    assert count_of(ADDRESS) == 16


def test_no_wrong_code_is_lost_when_many_find_that_the_window_is_over():
    WrongCodes.objects.create(key=f"address:{ADDRESS}", count=50, window_began_at=timezone.now())
    let_pass(LIMITS.window_s + 1)
    at_once(lambda: wait_after_wrong_code_s(ADDRESS), threads=8, times=1)
    assert count_of(ADDRESS) == 8


def test_a_new_window_deletes_those_that_are_over_and_no_other(classroom):
    for address in ("10.0.0.1", "10.0.0.2"):
        wait_after_wrong_code_s(address, classroom.klass)
    let_pass(LIMITS.window_s + 1)
    wait_after_wrong_code_s("10.0.0.3", classroom.klass)
    wait_after_wrong_code_s(ADDRESS, classroom.klass)
    keys = set(WrongCodes.objects.values_list("key", flat=True))
    assert keys == {"address:10.0.0.3", f"address:{ADDRESS}", f"door:{classroom.klass.pk}"}


def test_each_door_counts_for_itself_and_all_addresses_together(classroom):
    limits = GuessLimits(free_at_door=2)

    def guess(number: int, klass) -> float:
        return wait_after_wrong_code_s(f"10.0.0.{number}", klass, limits=limits)

    assert [guess(number, classroom.klass) for number in range(3)] == [0, 0, 0.5]
    assert guess(3, classroom.charlie.klass) == 0
    assert guess(4, None) == 0
