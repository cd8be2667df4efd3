from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.classroom.grading.completion import Query, QueryForm, completion
from lessons.classroom.models import Attempt, Change, Class
from lessons.classroom.people.seats import set_removed, take_seat
from lessons.course.loader import get_lesson

pytestmark = pytest.mark.django_db
TOPICS, ENTRY = "creating-topics.three-topics", "kafka-and-its-cluster.entry-points"


def attempt(member, state: str, exercise: str = TOPICS, *, at=None):
    at = at or timezone.now()
    return Attempt.objects.create(member=member, exercise=exercise, state=state, check_hash="0" * 64, decided_at=at)


def names(klass: Class, **params: str) -> list[str]:
    return [row.seat.name for row in completion(klass, Query.of(klass, params)).rows]


def test_a_row_a_student_and_a_cell_an_exercise_that_is_switched_on(classroom):
    klass = classroom.klass
    attempt(classroom.alice, "done")
    klass.lessons_off = ["producing"]
    table = completion(klass)
    assert [row.seat.name for row in table.rows] == ["Alice", "Bob"]
    assert not [exercise.id for exercise in table.exercises if exercise.id.startswith("producing.")]
    alice = table.rows[0]
    assert dict(zip((e.id for e in table.exercises), alice.cells, strict=True))[TOPICS].state == "done"
    assert (alice.done, alice.points) == (1, 2)
    assert sum(table.done) == 1


def test_a_lesson_chooses_its_exercises_and_the_totals_are_of_these(classroom):
    klass = classroom.klass
    attempt(classroom.alice, "done")
    attempt(classroom.alice, "done", ENTRY)
    table = completion(klass, Query(lesson="creating-topics"))
    assert [exercise.id for exercise in table.exercises] == [
        exercise.id for exercise in get_lesson("creating-topics").exercises
    ]
    assert (table.rows[0].done, table.points) == (1, 5)


def test_filters_choose_seats_that_have_an_exercise_that_stands_so(classroom):
    klass = classroom.klass
    attempt(classroom.alice, "could_not_check")
    attempt(classroom.bob, "not_yet")
    assert names(klass, state="could_not_check") == ["Alice"]
    assert names(klass, state="not_yet") == ["Bob"]
    assert names(klass, state="not_begun") == ["Alice", "Bob"]
    assert names(klass, state="not_yet", lesson="creating-topics") == ["Bob"]
    assert names(klass, state="not_yet", lesson="looking-around") == []
    assert names(klass, state="override") == []
    data = {"exercise": TOPICS, "state": "done", "points": 1, "reason": "on paper"}
    Change.objects.create(klass=klass, by=classroom.greta, seat=classroom.bob, kind="override", data=data)
    assert names(klass, state="override") == ["Bob"]


def test_late_and_a_state_are_asked_of_the_same_exercise(classroom):
    klass = classroom.klass
    klass.due_at = timezone.now()
    attempt(classroom.alice, "done", at=klass.due_at + timedelta(hours=1))
    attempt(classroom.alice, "not_yet", ENTRY)
    attempt(classroom.bob, "done", at=klass.due_at - timedelta(hours=1))
    assert names(klass, late="1") == ["Alice"]
    assert names(klass, late="1", state="done") == ["Alice"]
    assert names(klass, late="1", state="not_yet") == []


def test_the_text_is_looked_for_in_name_and_slug_whatever_the_case(classroom):
    assert names(classroom.klass, text="LIC") == ["Alice"]
    assert names(classroom.klass, text=classroom.bob.slug.lower()) == ["Bob"]
    assert names(classroom.klass, text="nobody") == []


def test_who_was_removed_is_left_out_unless_asked_for(classroom):
    set_removed(classroom.bob, classroom.ines, removed=True)
    assert names(classroom.klass) == ["Alice"]
    assert names(classroom.klass, removed="1") == ["Alice", "Bob"]


def test_the_order_is_what_was_asked_for_and_those_alike_stand_by_name(classroom):
    klass, now = classroom.klass, timezone.now()
    take_seat(klass, "aaron")
    attempt(classroom.alice, "done", at=now - timedelta(hours=2))
    attempt(classroom.bob, "not_yet", at=now)
    assert names(klass) == ["aaron", "Alice", "Bob"]
    assert names(klass, sort="-name") == ["Bob", "Alice", "aaron"]
    assert names(klass, sort="-points") == ["Alice", "aaron", "Bob"]
    assert names(klass, sort="done") == ["aaron", "Bob", "Alice"]
    assert names(klass, sort="-last") == ["Bob", "Alice", "aaron"]
    assert names(klass, sort="last") == ["aaron", "Alice", "Bob"]


def test_a_parameter_that_makes_no_sense_is_as_if_it_were_not_there(classroom):
    klass = classroom.klass
    odd = {"state": "x", "lesson": "y", "sort": "-", "text": "\x00", "late": "", "page": "7"}
    assert Query.of(klass, odd) == Query()
    asked = {"text": "a", "lesson": "producing", "state": "done", "late": "1", "removed": "1", "sort": "-last"}
    assert Query.of(klass, asked).params == asked


def test_a_query_and_its_form_have_the_same_names():
    assert {field.name for field in fields(Query)} == set(QueryForm.base_fields)
