"""What those who grade decide and ask for: an override with its reason, and another look at the live cluster.

Why it is so
------------
A decision is a `Change`, and never an edit of an attempt: the evidence says still what it said, and over it stands who
decided otherwise, when and why. To take it back is one more row.

A class has thousands of cells, and each look asks Kafka: so they are taken in portions, each a request of its own that
ends after 20 looks or 3 seconds. Where the next one begins is told by the last cell looked at, and not by a number:
seats that come or go meanwhile shift nothing. After a look that failed no other one is begun by itself: when the
cluster is away, all would wait for it in vain.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lessons.classroom.checks.attempts import check, check_unbegun
from lessons.classroom.grading.standings import COULD_NOT_CHECK, DONE, NOT_BEGUN, NOT_BEGUN_YET, OVERRIDE, standings_of
from lessons.classroom.history import record_change
from lessons.classroom.models import Attempt, Change, Class, Member, Role
from lessons.cluster.errors import ClusterError
from lessons.course.exercise import Exercise
from lessons.course.loader import all_exercises

RECHECK = "re-check"
LOOKS_AT_ONCE = 20
PORTION_S = 3.0

Cursor = tuple[int, int]  # a seat's key and the number of an exercise in the course
BEGINNING: Cursor = (0, 0)


def override(seat: Member, by: Member, exercise: Exercise, *, state: str, points: float, reason: str) -> Change:
    data = {"exercise": exercise.id, "state": state, "points": points, "reason": reason}
    return _decide(seat, by, data)


def take_back(seat: Member, by: Member, exercise: Exercise) -> Change:
    """From now on the exercise stands again as its attempts say."""
    return _decide(seat, by, {"exercise": exercise.id, "state": "", "points": 0, "reason": ""})


def _decide(seat: Member, by: Member, data: dict[str, object]) -> Change:
    before = standings_of(seat).get(str(data["exercise"]), NOT_BEGUN_YET)
    data["before"] = {"state": before.state, "points": before.points}
    return record_change(seat.klass, by, OVERRIDE, seat=seat, data=data)


@dataclass(frozen=True)
class Portion:
    """Some of the looks that were asked for; `cursor` is None when all are taken."""

    cursor: Cursor | None
    looks: int
    newly_done: int
    problem: str  # why the last look failed; empty: it did not


def ask_recheck(klass: Class, by: Member, *, seat: Member | None, exercise: Exercise | None) -> Change:
    """The row that says who wanted it; `recheck` does it, in portions."""
    data = {"exercise": exercise.id if exercise else "", "looks": len(cells_of(klass, seat, exercise))}
    return record_change(klass, by, RECHECK, seat=seat, data=data)


def recheck_one(seat: Member, by: Member, exercise: Exercise) -> Attempt:
    """One look, now; it always adds an attempt, and "could not check" too."""
    data = {"exercise": exercise.id, "looks": 1}
    record_change(seat.klass, by, RECHECK, seat=seat, data=data)
    return check(seat, exercise)


def cells_of(klass: Class, seat: Member | None, exercise: Exercise | None) -> list[tuple[Member, Exercise, Cursor]]:
    """What is to be looked at, in order: of one seat or of all that are not removed, one exercise or all that are on."""
    seats = klass.members.filter(role=Role.STUDENT, removed_at=None).select_related("klass").order_by("pk")
    exercises = [exercise] if exercise else [each for lesson in klass.lessons for each in lesson.exercises]
    number = {each.id: i for i, each in enumerate(all_exercises())}
    return [
        (member, each, (member.pk, number[each.id])) for member in ([seat] if seat else seats) for each in exercises
    ]


def recheck(cells: Sequence[tuple[Member, Exercise, Cursor]], *, after: Cursor = BEGINNING) -> Portion:
    """Looks at the next cells. Done stays done; what was never begun is only kept when it turns out done."""
    ends = time.monotonic() + PORTION_S
    looks = newly_done = 0
    for member, exercise, cursor in cells:
        if cursor <= after:
            continue
        if looks == LOOKS_AT_ONCE or time.monotonic() > ends:
            return Portion(after, looks, newly_done, "")
        was = standings_of(member).get(exercise.id, NOT_BEGUN_YET).state
        state, problem = _look(member, exercise, was)
        after, looks = cursor, looks + 1
        newly_done += state == DONE != was
        if problem:
            return Portion(None if cursor == cells[-1][2] else after, looks, newly_done, problem)
    return Portion(None, looks, newly_done, "")


def _look(member: Member, exercise: Exercise, was: str) -> tuple[str, str]:
    """The new verdict's state and, if the look failed, why."""
    if was != NOT_BEGUN:
        attempt = check(member, exercise)
        return attempt.state, attempt.verdict["why"] if attempt.state == COULD_NOT_CHECK else ""
    try:
        kept = check_unbegun(member, exercise)
    except ClusterError as error:
        return COULD_NOT_CHECK, str(error)
    return kept.state if kept else was, ""
