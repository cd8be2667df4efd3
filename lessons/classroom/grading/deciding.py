"""What a grader can do: override an exercise with a reason, and re-check it on the live cluster.

Why it is so
------------
An override is a `Change`, never an edit of an attempt: the evidence stays as it was, and the override says who decided
otherwise, when and why. Removing an override adds one more row.

A class has thousands of cells, and each check asks Kafka. So they are checked in portions: each is a request of its own
that ends after 20 checks or 3 seconds. The next portion begins after the last cell that was checked, not at a number:
so seats that come or go in between shift nothing. What could not be checked is counted, and the others go on; only when
the cluster does not answer at all it stops, for each check would wait in vain.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lessons.classroom.checks.attempts import check, check_unbegun
from lessons.classroom.grading.standings import (
    COULD_NOT_CHECK,
    DONE,
    NOT_BEGUN,
    NOT_BEGUN_YET,
    NOT_YET,
    standings_of,
)
from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Attempt, Change, Class, Member
from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.cluster.metadata import ask_whether_it_answers
from lessons.course.exercise import Exercise
from lessons.course.loader import all_exercises

CHECKS_AT_ONCE = 20
PORTION_S = 3.0

Cursor = tuple[int, int]  # a seat's key and the number of an exercise in the course
BEGINNING: Cursor = (0, 0)


def override(seat: Member, by: Member, exercise: Exercise, *, state: str, points: float, reason: str) -> Change:
    data = {"exercise": exercise.id, "state": state, "points": points, "reason": reason}
    return _decide(seat, by, data)


def remove_override(seat: Member, by: Member, exercise: Exercise) -> Change:
    """The exercise's attempts count again."""
    return _decide(seat, by, {"exercise": exercise.id, "state": "", "points": 0, "reason": ""})


def _decide(seat: Member, by: Member, data: dict[str, object]) -> Change:
    before = standings_of(seat).get(str(data["exercise"]), NOT_BEGUN_YET)
    data["before"] = {"state": before.state, "points": before.points}
    return record_change(seat.klass, by, ChangeKind.OVERRIDE, seat=seat, data=data)


@dataclass(frozen=True)
class Portion:
    """Some of the checks of a re-check; `cursor` is None when none is left."""

    cursor: Cursor | None
    checks: int
    newly_done: int
    failed: int  # could not be checked
    problem: str  # why the last of them could not; empty: none
    is_away: bool = False  # the cluster does not answer: nothing more was tried


def ask_recheck(klass: Class, by: Member, *, seat: Member | None, exercise: Exercise | None) -> Change:
    """Record who asked for the re-check; `recheck` does it, in portions."""
    data = {"exercise": exercise.id if exercise else "", "checks": len(cells_of(klass, seat, exercise))}
    return record_change(klass, by, ChangeKind.RECHECK, seat=seat, data=data)


def recheck_one(seat: Member, by: Member, exercise: Exercise) -> Attempt:
    """Check one exercise now. This always adds an attempt, even when it could not check."""
    attempt = check(seat, exercise, asked_by=by)
    _record_recheck(seat, by, exercise, attempt.state)
    return attempt


def _record_recheck(seat: Member, by: Member, exercise: Exercise, state: str) -> None:
    """Of one cell, with what came out: the student is told."""
    data = {"exercise": exercise.id, "checks": 1, "state": state}
    record_change(seat.klass, by, ChangeKind.RECHECK, seat=seat, data=data)


def cells_of(klass: Class, seat: Member | None, exercise: Exercise | None) -> list[tuple[Member, Exercise, Cursor]]:
    """The cells to check, in order: of one seat or all that are not removed; one exercise or all that are switched on."""
    seats = klass.present_seats().select_related("klass").order_by("pk")
    exercises = [exercise] if exercise else [each for lesson in klass.lessons for each in lesson.exercises]
    number = {each.id: i for i, each in enumerate(all_exercises())}
    return [
        (member, each, (member.pk, number[each.id])) for member in ([seat] if seat else seats) for each in exercises
    ]


def recheck(cells: Sequence[tuple[Member, Exercise, Cursor]], by: Member, *, after: Cursor = BEGINNING) -> Portion:
    """Check the next cells. Done stays done; an exercise that was not begun is stored only when it turns out done."""
    ends = time.monotonic() + PORTION_S
    checks = newly_done = failed = 0
    problem = ""
    for member, exercise, cursor in cells:
        if cursor <= after:
            continue
        if checks == CHECKS_AT_ONCE or time.monotonic() > ends:
            return Portion(after, checks, newly_done, failed, problem)
        try:
            ask_whether_it_answers(asked=_("Re-check"))
        except KafkaUnavailable as error:
            return Portion(after, checks, newly_done, failed, str(error), is_away=True)
        was = standings_of(member).get(exercise.id, NOT_BEGUN_YET).state
        state, why = _check(member, exercise, was, by)
        after, checks = cursor, checks + 1
        if state == DONE != was:
            newly_done += 1
            _record_recheck(member, by, exercise, state)
        if state == COULD_NOT_CHECK:
            failed, problem = failed + 1, f"{exercise.title}: {why}"
    return Portion(None, checks, newly_done, failed, problem)


def _check(member: Member, exercise: Exercise, was: str, by: Member) -> tuple[str, str]:
    """The new verdict's state and, if it could not be checked, why."""
    if was != NOT_BEGUN:
        attempt = check(member, exercise, asked_by=by)
        return attempt.state, attempt.verdict["why"]
    try:
        verdict = check_unbegun(member, exercise, asked_by=by)
    except ClusterError as error:
        return COULD_NOT_CHECK, str(error)
    return was if verdict.state == NOT_YET else verdict.state, verdict.why
