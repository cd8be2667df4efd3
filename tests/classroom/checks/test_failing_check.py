"""A check that fails itself takes nobody down with it."""

from __future__ import annotations

import pytest

from lessons.classroom.checks.attempts import CHECK_FAILED, check
from lessons.classroom.grading.standings import KeptStandings
from lessons.classroom.models import Attempt
from lessons.classroom.overview import ClassOverview
from lessons.course.loader import all_exercises

pytestmark = pytest.mark.usefixtures("kafka")


@pytest.mark.parametrize("part", ["observe", "judge"])
def test_a_check_that_fails_itself_says_so_to_the_student_and_to_the_room(part, alice, monkeypatch, caplog) -> None:
    exercise = all_exercises()[0]

    def fail(*arguments: object) -> None:
        raise KeyError("brokers")

    monkeypatch.setattr(type(exercise), part, fail)
    attempt = check(alice, exercise)
    assert attempt.state == Attempt.State.COULD_NOT_CHECK
    assert attempt.verdict["seen"] == "The check itself failed."
    assert attempt.verdict["misconception"] == CHECK_FAILED
    assert exercise.id in caplog.text
    assert alice.namespace.prefix in caplog.text
    room = ClassOverview(alice.klass, KeptStandings()).current()
    assert [(check.exercise, check.seats) for check in room.failing_checks] == [(exercise.title, 1)]
    assert room.misconceptions == ()
