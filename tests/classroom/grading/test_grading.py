"""The fold: how an exercise stands, from attempts and from what graders decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from lessons.classroom import process
from lessons.classroom.grading.deciding import override, remove_override
from lessons.classroom.grading.standings import NOT_BEGUN_YET, class_standings, standings_of
from lessons.classroom.models import Act, Attempt, Class, Observation
from lessons.course.loader import all_exercises

pytestmark = pytest.mark.django_db
EXERCISE = next(each for each in all_exercises() if each.id == "creating-topics.three-topics")  # 2 points
NOW = timezone.now()
HOUR = timedelta(hours=1)


def look(member, state: str, *, acted=None, replaces=None, at=NOW, seen_at=None):
    """An attempt, decided by an act of that moment if there is one, else of a look of that moment."""
    act = acted and Act.objects.create(member=member, kind="create-topic", fields={}, state="done", settled_at=acted)
    seen = seen_at and Observation.objects.create(
        member=member, exercise=EXERCISE.id, version=1, data={}, observed_at=seen_at
    )
    return Attempt.objects.create(
        member=member, exercise=EXERCISE.id, state=state, check_hash="0" * 64, deciding_act=act or None,
        observation=seen or None, replaces=replaces, decided_at=at,
    )  # fmt: skip


def stands(member):
    standing = standings_of(member).get(EXERCISE.id, NOT_BEGUN_YET)
    kept = process.current().standings.of_class(member.klass)
    assert kept == class_standings(member.klass)
    assert kept.get(member.pk, {}).get(EXERCISE.id, NOT_BEGUN_YET) == standing
    return standing


def due(klass: Class, at, rule: str = "counts") -> None:
    klass.due_at, klass.late_rule = at, rule
    klass.save()


def test_only_seats_whose_attempts_are_others_by_now_are_folded_anew(classroom, django_assert_num_queries):
    alice, bob = classroom.alice, classroom.bob
    of_class = process.current().standings.of_class
    for member in (alice, bob):
        look(member, "not_yet")
    assert stands(alice).state == stands(bob).state == "not_yet"
    with django_assert_num_queries(2):  # how many attempts each has, and what graders decided
        before = of_class(alice.klass)
    look(alice, "done")
    assert stands(alice).state == "done"
    assert of_class(alice.klass)[bob.pk] == before[bob.pk]
    alice.attempts.update(member=bob)  # as when seats are merged
    assert (stands(alice).state, stands(bob).state) == ("", "done")
    bob.attempts.filter(state="done").delete()
    assert stands(bob).attempts == 2
    due(alice.klass, NOW - HOUR, "nothing")
    look(bob, "done", acted=NOW)
    assert stands(bob).points == 0


def test_what_nobody_looked_at_is_not_begun(alice):
    assert stands(alice) == NOT_BEGUN_YET


def test_done_stays_done_whatever_is_seen_later(alice):
    first = look(alice, "done", at=NOW - HOUR)
    look(alice, "not_yet")
    look(alice, "could_not_check")
    standing = stands(alice)
    assert (standing.state, standing.points, standing.attempts, standing.attempt_id) == ("done", 2, 2, first.pk)
    assert standing.at == NOW - HOUR


def test_of_two_that_did_it_the_one_that_was_done_first_is_shown_and_decides_whether_it_was_late(alice):
    due(alice.klass, NOW - 2 * HOUR, "nothing")
    look(alice, "done", acted=NOW - HOUR)
    early = look(alice, "done", acted=NOW - 3 * HOUR)
    standing = stands(alice)
    assert (standing.attempt_id, standing.is_late, standing.points) == (early.pk, False, 2)


def test_an_attempt_that_was_judged_again_counts_no_more(alice):
    old = look(alice, "done")
    look(alice, "not_yet", replaces=old)
    standing = stands(alice)
    assert (standing.state, standing.points, standing.attempts) == ("not_yet", 0, 1)


def test_judged_again_to_be_done_it_is_done_once(alice):
    old = look(alice, "not_yet")
    new = look(alice, "done", replaces=old)
    standing = stands(alice)
    assert (standing.state, standing.attempts, standing.attempt_id) == ("done", 1, new.pk)


def test_could_not_check_stands_out_when_it_was_the_last_look_and_is_no_attempt(alice):
    look(alice, "not_yet")
    look(alice, "could_not_check")
    standing = stands(alice)
    assert (standing.state, standing.attempts, standing.points) == ("could_not_check", 1, 0)
    look(alice, "not_yet")
    assert stands(alice).state == "not_yet"


@pytest.mark.parametrize(("rule", "points"), [("counts", 2), ("half", 1), ("nothing", 0)])
def test_late_work_is_worth_what_the_class_says_and_stays_done(alice, rule, points):
    due(alice.klass, NOW - HOUR, rule)
    look(alice, "done", acted=NOW)
    standing = stands(alice)
    assert (standing.state, standing.is_late, standing.points) == ("done", True, points)


def test_late_is_decided_by_the_act_and_not_by_the_look(alice):
    due(alice.klass, NOW - HOUR, "nothing")
    look(alice, "done", acted=NOW - 2 * HOUR, seen_at=NOW, at=NOW)
    assert not stands(alice).is_late


def test_without_an_act_late_is_decided_by_the_look_and_not_by_when_it_was_judged(alice):
    due(alice.klass, NOW - HOUR, "nothing")
    look(alice, "done", seen_at=NOW - 2 * HOUR, at=NOW)
    assert not stands(alice).is_late


def test_the_moment_that_is_due_is_in_time(alice):
    due(alice.klass, NOW, "nothing")
    look(alice, "done", acted=NOW)
    assert not stands(alice).is_late


def test_an_override_wins_over_all_attempts_until_it_is_removed(classroom):
    alice, greta = classroom.alice, classroom.greta
    look(alice, "not_yet")
    override(alice, greta, EXERCISE, state="done", points=1.5, reason="Shown on paper.")
    look(alice, "not_yet")
    standing = stands(alice)
    assert (standing.state, standing.points, standing.attempts) == ("done", 1.5, 2)
    assert (standing.override.reason, standing.override.by) == ("Shown on paper.", "Greta")
    remove_override(alice, greta, EXERCISE)
    assert (stands(alice).state, stands(alice).override) == ("not_yet", None)


def test_an_override_may_lower_and_the_latest_one_stands(classroom):
    alice, greta = classroom.alice, classroom.greta
    look(alice, "done")
    override(alice, classroom.ines, EXERCISE, state="done", points=1, reason="Copied in part.")
    override(alice, greta, EXERCISE, state="not_yet", points=0, reason="Copied.")
    assert (stands(alice).state, stands(alice).points, stands(alice).override.by) == ("not_yet", 0, "Greta")


def test_the_late_rule_takes_nothing_from_overridden_points(classroom):
    due(classroom.klass, NOW - HOUR, "nothing")
    look(classroom.alice, "done", acted=NOW)
    override(classroom.alice, classroom.greta, EXERCISE, state="done", points=2, reason="The class agreed.")
    assert (stands(classroom.alice).points, stands(classroom.alice).is_late) == (2, False)


def test_an_override_needs_no_look_and_is_of_one_seat_and_one_exercise(classroom):
    override(classroom.alice, classroom.greta, EXERCISE, state="done", points=2, reason="On paper.")
    assert stands(classroom.alice).state == "done"
    assert stands(classroom.bob) == NOT_BEGUN_YET
    assert set(standings_of(classroom.alice)) == {EXERCISE.id}


def test_an_attempt_that_comes_between_two_queries_is_in_the_standings_or_not_yet(alice):
    look(alice, "not_yet")
    came = []

    def come_after_the_first(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if sql.startswith("SELECT") and "lessons_attempt" in sql and not came:
            came.append(True)
            Attempt.objects.create(member=alice, exercise="producing.queue-full", state="done", check_hash="0" * 64)
        return found

    with connection.execute_wrapper(come_after_the_first):
        standings = standings_of(alice)
    assert came
    assert standings["producing.queue-full"].state == "done"
