"""The lessons in which brokers go down: each exercise from untouched to done, and its wrong answers."""

from __future__ import annotations

import pytest

from lessons.classroom.models import Member
from lessons.course import own_brokers
from lessons.course.exercise import Exercise, WrongWay
from lessons.embedded.cluster import EmbeddedCluster
from tests.course.taking import (
    LOUD,
    assert_done_by_its_solution,
    assert_fails_for_its_own_reason,
    wrong_ways_of,
)

pytestmark = pytest.mark.django_db
WRONG = wrong_ways_of(LOUD)


@pytest.fixture(autouse=True)
def may_stop_brokers(monkeypatch: pytest.MonkeyPatch, own_cluster: EmbeddedCluster) -> None:
    monkeypatch.setattr(own_brokers, "_data_dir", own_cluster.data_dir)


@pytest.mark.parametrize("exercise", LOUD, ids=lambda exercise: exercise.id)
def test_untouched_it_is_not_done_and_by_its_solution_it_is(exercise: Exercise, alice: Member) -> None:
    """Once: an outage takes some seven seconds."""
    assert_done_by_its_solution(alice, exercise, times=1)


@pytest.mark.parametrize(("exercise", "wrong"), WRONG, ids=[f"{e.id}-{w.misconception}" for e, w in WRONG])
def test_a_known_wrong_answer_fails_for_its_own_reason(exercise: Exercise, wrong: WrongWay, alice: Member) -> None:
    assert_fails_for_its_own_reason(alice, exercise, wrong)
