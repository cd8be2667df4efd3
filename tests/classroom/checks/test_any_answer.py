"""A check gives a verdict on any answer that can be stored, and a check that fails itself takes nobody down with it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons.classroom.checks.attempts import CHECK_FAILED, check, evidence_of, seed_of
from lessons.classroom.models import Act, Attempt, Member
from lessons.classroom.overview import ClassOverview
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.exercise import Exercise
from lessons.course.loader import all_exercises
from tests.course.taking import QUIET, take

pytestmark = pytest.mark.usefixtures("kafka")
ASKING = [exercise for exercise in QUIET if exercise.asks]

ANSWERED = [
    "brokers", "broker", "internal", "why_not", "boxes", "when", "id_start", "first_offset",
    "order", "partition", "offset", "ordered",
]  # fmt: skip
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
fields = st.sampled_from(ANSWERED) | texts
answers = st.dictionaries(
    fields, texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=3), max_size=4
)


@pytest.mark.parametrize("exercise", ASKING, ids=lambda exercise: exercise.id)
def test_any_answer_that_can_be_stored_has_a_verdict(exercise: Exercise, alice: Member) -> None:
    """Also one that fits no question: of an older version of the course, or of a program that stored it."""
    take(alice, exercise, exercise.solution)
    row = Act.objects.filter(member=alice, kind=SubmitAnswers.kind, fields__exercise=exercise.id).latest("settled_at")

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(answers)
    def judged(given: dict[str, object]) -> None:
        SubmitAnswers(exercise=exercise.id, answers=given)
        Act.objects.filter(pk=row.pk).update(fields={"exercise": exercise.id, "answers": given})
        verdict = exercise.judge(exercise.observe(evidence_of(alice)), seed_of(alice, exercise))
        assert verdict.state in ("done", "not_yet")

    judged()


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
    room = ClassOverview(alice.klass).current()
    assert [(check.exercise, check.seats) for check in room.failing_checks] == [(exercise.title, 1)]
    assert room.misconceptions == ()
