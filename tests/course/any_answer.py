"""Answers of any kind: each that can be stored has a verdict."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons.classroom.checks.attempts import evidence_of, seed_of
from lessons.classroom.models import Act, Member
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.exercise import Exercise

ANSWERED = [
    "brokers", "broker", "internal", "why_not", "boxes", "when", "id_start", "first_offset",
    "order", "partition", "offset", "ordered",
]  # fmt: skip
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
fields = st.sampled_from(ANSWERED) | texts
answers = st.dictionaries(
    fields, texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=3), max_size=4
)


def assert_any_answer_has_a_verdict(member: Member, exercise: Exercise) -> None:
    """Of somebody who has answered; also one that fits no question: of an older version of the course, or of a program that
    stored it."""
    row = Act.objects.filter(member=member, kind=SubmitAnswers.kind, fields__exercise=exercise.id).latest("settled_at")

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(answers)
    def judged(given: dict[str, object]) -> None:
        SubmitAnswers(exercise=exercise.id, answers=given)
        Act.objects.filter(pk=row.pk).update(fields={"exercise": exercise.id, "answers": given})
        verdict = exercise.judge(exercise.observe(evidence_of(member)), seed_of(member, exercise))
        assert verdict.state in ("done", "not_yet")

    judged()
