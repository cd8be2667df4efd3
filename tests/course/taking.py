"""Steps of solutions and of wrong answers, as a student takes them with the lesson's page open."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from lessons.classroom.checks.attempts import check, check_lesson, evidence_of, seed_of
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Attempt, Member, Observation
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.exercise import Exercise, Step, Steps, WrongWay
from lessons.course.loader import all_exercises, get_lesson
from tests.waiting import wait_for

# Of these the steps stop a broker, and others use the brokers of most tests.
STOP_BROKERS = ("a-broker-goes-down.", "what-delivered-means.")
QUIET = [exercise for exercise in all_exercises() if not exercise.id.startswith(STOP_BROKERS)]
# Of these each run waits for groups, up to a quarter of a minute: once is enough.
SLOW = ("a-group-shares-the-work.", "commit-crash-read-again.", "queues-share-groups.")
LOUD = [exercise for exercise in all_exercises() if exercise.id.startswith(STOP_BROKERS)]


SETTLED_S = 5.0  # all brokers know of a change by then


def wrong_ways_of(exercises: Iterable[Exercise]) -> list[tuple[Exercise, WrongWay]]:
    return [(exercise, wrong) for exercise in exercises for wrong in exercise.wrong_ways]


def resolve(member: Member, exercise: Exercise, steps: Steps) -> Iterable[Step]:
    """The steps themselves, where they depend on the seat or the cluster: see `Steps`."""
    return steps(evidence_of(member), seed_of(member, exercise)) if callable(steps) else steps


def take(member: Member, exercise: Exercise, steps: Steps) -> None:
    for step in resolve(member, exercise, steps):
        perform(member, ACTIONS[step.kind].model_validate(step.fields), act_id=uuid4())
        if exercise.remembers:  # what a page that is open has seen of it
            check_lesson(member, get_lesson(exercise.id.partition(".")[0]))


def assert_done_by_its_solution(member: Member, exercise: Exercise, *, times: int) -> None:
    """Untouched it is not; and it stays so when the steps are taken once more. What is stored of it gives the same verdict."""
    assert check(member, exercise).state == Attempt.State.NOT_YET
    for _ in range(times):
        take(member, exercise, exercise.solution)
        attempt = check(member, exercise)
        assert attempt.state == Attempt.State.DONE, attempt.verdict
        stored = Observation.objects.get(pk=attempt.observation_id)
        assert exercise.judge(stored.data, seed_of(member, exercise)).state == attempt.state
        assert len(attempt.check_hash) == 64
    assert standings_of(member)[exercise.id].state == Attempt.State.DONE


def assert_fails_for_its_own_reason(member: Member, exercise: Exercise, wrong: WrongWay) -> None:
    """A broker may hear of a setting a moment after the one that was asked about it: then a check says what was true before."""
    take(member, exercise, wrong.steps)

    def says_so() -> bool:
        attempt = check(member, exercise)
        assert attempt.state == Attempt.State.NOT_YET
        assert attempt.verdict["expected"]
        return bool(attempt.verdict["misconception"] == wrong.misconception)

    wait_for(says_so, timeout_s=SETTLED_S, why=lambda: check(member, exercise).verdict)
