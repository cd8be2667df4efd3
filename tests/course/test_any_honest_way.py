"""Any honest way counts: by forms (test_course.py), by the Python that is shown, by a program of one's own, by Kafka's tools.

Whatever the way: what was done is read from the cluster, and only what is typed is typed in the page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from lessons.classroom.checks.attempts import check
from lessons.classroom.feed.topic import create_feed_topic
from lessons.classroom.models import Attempt
from tests.course import (  # noqa: F401 - their ways are among WAYS
    ways_of_crashing,
    ways_of_designing,
    ways_of_forgetting,
    ways_of_groups,
    ways_of_keys,
    ways_of_queues,
    ways_of_sharing,
    ways_of_transactions,
)
from tests.course.seat import BY_ID, Seat
from tests.course.taking import QUIET
from tests.course.ways import IMPOSSIBLE, PROGRAM, TOOLS, WAYS
from tests.waiting import wait_for

EXERCISES = QUIET  # the others: tests/outages
# What an earlier lesson asks of a client, and no cluster tells.
ONLY_ACTS = {"kafka-and-its-cluster.one-is-dead"}


@pytest.fixture
def seat(alice, kafka: str) -> Seat:
    return Seat(alice, kafka)


def assert_done(seat: Seat, exercise: str) -> None:
    """Once each broker has heard of it. Nothing but typing was an act."""
    looks: list[Attempt] = []

    def is_done() -> bool:
        looks.append(check(seat.member, BY_ID[exercise]))
        return looks[-1].state == Attempt.State.DONE

    wait_for(is_done, every_s=0.5, timeout_s=20, why=lambda: looks[-1].verdict)
    kinds = set(seat.member.acts.values_list("kind", flat=True))
    assert kinds <= {"submit-answers"}


# Up to half a minute each way; the tests of their acts run their Python.
WAITS_MUCH = {
    "a-group-shares-the-work.what-it-costs", "commit-crash-read-again.never", "queues-share-groups.overtaken",
}  # fmt: skip


def tried(exercises: Iterable[str]) -> list[ParameterSet]:
    """The last one of each lesson, and all of them with --every-way."""
    exercises = list(exercises)
    by_lesson = {each.partition(".")[0]: each for each in exercises}
    return [pytest.param(each, id=each, marks=_marks(each, by_lesson.values())) for each in exercises]


def _marks(exercise: str, always: Collection[str]) -> Collection[pytest.MarkDecorator]:
    return () if exercise in always and exercise not in WAITS_MUCH else (pytest.mark.every_way,)


def ways(by: str) -> list[ParameterSet]:
    return tried(each.id for each in EXERCISES if (each.id, by) in WAYS)


@pytest.mark.parametrize("exercise", ways(PROGRAM))
def test_a_program_of_ones_own_does_it(exercise: str, seat: Seat) -> None:
    WAYS[exercise, PROGRAM](seat)
    assert_done(seat, exercise)


@pytest.mark.long
@pytest.mark.parametrize("exercise", ways(TOOLS))
def test_kafkas_own_tools_do_it(exercise: str, seat: Seat, tools: Path) -> None:
    WAYS[exercise, TOOLS](Seat(seat.member, seat.brokers, tools))
    assert_done(seat, exercise)


@pytest.mark.parametrize("exercise", tried(each.id for each in EXERCISES if each.id not in ONLY_ACTS))
def test_the_python_that_is_shown_does_it(exercise: str, seat: Seat) -> None:
    create_feed_topic(seat.member.klass)
    seat.solve_by_shown_code(BY_ID[exercise])
    assert_done(seat, exercise)


def test_no_exercise_is_forgotten() -> None:
    begun = {exercise.partition(".")[0] for exercise, _ in WAYS}
    wanted = {(each.id, by) for each in EXERCISES if each.id.partition(".")[0] in begun for by in (PROGRAM, TOOLS)}
    assert WAYS.keys() | IMPOSSIBLE.keys() == wanted
    assert not WAYS.keys() & IMPOSSIBLE.keys()
