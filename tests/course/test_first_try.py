"""Silence before the first try: an exercise that nobody has touched shows its task and no verdict."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from lessons.classroom.access import get_exercise
from lessons.classroom.checks.attempts import check, check_lesson, check_seat
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Attempt, Observation
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.exercise import submit
from lessons.course.loader import get_lesson, lessons

pytestmark = pytest.mark.usefixtures("kafka")


def do(member, kind: str, **fields) -> None:
    perform(member, ACTIONS[kind].model_validate(fields), act_id=uuid4())


def card(client, member, exercise_id: str) -> str:
    """The exercise as the lesson's page shows it."""
    page = client.get(reverse("lesson", args=[member.klass.slug, exercise_id.partition(".")[0]])).content.decode()
    begin = page.index(f'id="exercise-{exercise_id.replace(".", "-")}"')
    return page[begin : page.index("</section>", begin)]


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.slug)
def test_a_seat_that_has_done_nothing_has_no_attempt_however_often_its_page_is_checked(lesson, alice, alice_client):
    for _ in range(2):
        assert not check_seat(alice, [lesson], begun={lesson.slug})
    assert not alice.attempts.exists()
    for exercise in lesson.exercises:
        shown = card(alice_client, alice, exercise.id)
        assert 'data-state="not_begun"' in shown
        assert "Not yet" not in shown
        assert "Expected" not in shown


def test_the_list_of_exercises_says_that_it_is_not_begun(alice, alice_client):
    lesson = get_lesson("creating-topics")
    check_lesson(alice, lesson)
    [boxes] = [
        each
        for each in alice_client.get(f"/api/v1/classes/{alice.klass.slug}/exercises").json()
        if each["id"] == "creating-topics.boxes"
    ]
    assert (boxes["state"], boxes["verdict"]) == ("not_begun", {})


def test_an_act_that_belongs_to_it_begins_it_and_no_other(alice, alice_client):
    do(alice, "create-topic", name="test1p")
    assert check_lesson(alice, get_lesson("creating-topics"))
    assert {attempt.exercise for attempt in alice.attempts.all()} == {"creating-topics.three-topics"}
    assert "The cluster has test1p." in card(alice_client, alice, "creating-topics.three-topics")


def test_an_answer_begins_it(alice):
    step = submit("creating-topics.boxes", boxes="5")
    do(alice, step.kind, **step.fields)
    assert check_lesson(alice, get_lesson("creating-topics"))
    [attempt] = alice.attempts.all()
    assert (attempt.exercise, attempt.verdict["misconception"]) == ("creating-topics.boxes", "missing")


def test_once_begun_it_stays_begun_when_everything_is_taken_back(alice):
    lesson = get_lesson("creating-topics")
    do(alice, "create-topic", name="test1p")
    assert check_lesson(alice, lesson)
    do(alice, "delete-topic", name="test1p")
    assert check_lesson(alice, lesson)
    latest = alice.attempts.order_by("-pk").first()
    assert latest.verdict["seen"] == "The cluster has none of the three."
    assert standings_of(alice)["creating-topics.three-topics"].state == Attempt.State.NOT_YET


def test_somebody_who_asks_is_told_also_before_the_first_try(alice):
    _, exercise = get_exercise("creating-topics.three-topics")
    attempt = check(alice, exercise)
    assert attempt.state == Attempt.State.NOT_YET
    assert attempt.verdict["why"].endswith("still to be created.")


def test_what_a_later_check_asks_for_is_kept_without_an_attempt_and_once(alice):
    """The id of a topic that a program made: when it is gone, the cluster does not know it any more."""
    lesson = get_lesson("deleting-a-topic")
    for _ in range(3):
        check_seat(alice, [lesson], begun=set())
    assert Observation.objects.filter(member=alice).count() == 1  # that there was none
    do(alice, "create-topic", name="test2die")
    for _ in range(3):
        check_seat(alice, [lesson], begun=set())
    assert Observation.objects.filter(member=alice).count() == 2
    assert not alice.attempts.exists()
