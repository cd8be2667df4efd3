"""The standing of each exercise of each seat, computed from attempts and overrides: one place for every page and export.

Why it is so
------------
Only what happened is stored, so a standing can't disagree with its evidence. Done stays done: one done attempt is
enough, unless that very attempt was re-graded (`AttemptQuerySet.counted`). A grader's override, the latest `Change` of
that kind, wins over both. "Could not check" counts neither as a verdict nor as an attempt, and its points are not among those
that could be had; a check that staff asked for is no attempt and no sign of the student. Whether work is late depends
on the time of the act that did it, not of the check.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Attempt, Change, Class, LateRule, Member
from lessons.course.exercise import Exercise
from lessons.course.loader import all_exercises

DONE, NOT_YET, COULD_NOT_CHECK, NOT_BEGUN = "done", "not_yet", "could_not_check", ""
STATE_WORDS = {
    DONE: _("done"), NOT_YET: _("not yet"), COULD_NOT_CHECK: _("could not check"), NOT_BEGUN: _("not started"),
}  # fmt: skip
WORTH_WHEN_LATE = {LateRule.COUNTS: 1.0, LateRule.HALF: 0.5, LateRule.NOTHING: 0.0}


@dataclass(frozen=True, slots=True)
class Override:
    """A grader's own decision: who made it, when and why."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The standing of one exercise of one seat. `at`: when it was done, else when it was last checked."""

    state: str = NOT_BEGUN  # done, not_yet, could_not_check, or empty: not begun
    points: float = 0.0
    attempts: int = 0
    at: datetime | None = None
    is_late: bool = False
    attempt_id: int | None = None  # the one to show: the one that did it, else the latest
    version: int = 0  # grows with each attempt: of two standings the higher one is the later one
    override: Override | None = None

    @property
    def points_told(self) -> str:
        return told(self.points)


def told(points: float) -> str:
    """2 and 1.5, never 2.0."""
    return f"{points:g}"


NOT_BEGUN_YET = Standing()
JUST_BEGUN = Standing(NOT_YET, attempts=1, version=1)  # by an attempt that came between two queries
Standings = Mapping[str, Standing]  # by exercise; one that is missing is not begun


def class_standings(klass: Class, *, of: Collection[int] | None = None) -> dict[int, dict[str, Standing]]:
    """{member's key: {exercise: standing}} for everybody in the class who has begun anything, or only for these members."""
    attempts, overrides = Attempt.objects.filter(member__klass=klass), klass.changes.filter(kind=ChangeKind.OVERRIDE)
    if of is not None:
        attempts, overrides = attempts.filter(member__in=of), overrides.filter(seat__in=of)
    rows = _fold(klass, attempts)
    _apply(overrides, rows)
    return rows


class KeptStandings:
    """Those of whole classes as they were folded last, renewed for the seats whose attempts are others by now. For any thread.

    An attempt is never changed but for which exercise's standing it counts, and that by a new one: so a seat with as many
    attempts and the same newest one stands as it stood. To count them costs a tenth of folding them.
    """

    def __init__(self, *, classes: int = 8) -> None:
        self._classes = classes
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def of_class(self, klass: Class) -> dict[int, dict[str, Standing]]:
        """As `class_standings` has them."""
        with self._lock:
            kept = self._kept.setdefault(klass.pk, _Kept())
            self._kept.move_to_end(klass.pk)
            while len(self._kept) > self._classes:
                self._kept.popitem(last=False)
        rows = kept.renewed(klass)
        _apply(klass.changes.filter(kind=ChangeKind.OVERRIDE), rows)
        return rows


class _Kept:
    """Of one class, without overrides."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: object = None
        self._counts: dict[int, tuple[int, int]] = {}
        self._rows: dict[int, dict[str, Standing]] = {}

    def renewed(self, klass: Class) -> defaultdict[int, dict[str, Standing]]:
        """A copy, for overrides to be laid upon."""
        attempts = Attempt.objects.filter(member__klass=klass)
        rules = klass.due_at, klass.late_rule, tuple((each.id, each.points) for each in all_exercises())
        with self._lock:
            # Before the fold: what comes after that is seen the next time.
            counted = attempts.order_by().values_list("member_id").annotate(number=Count("pk"), newest=Max("pk"))
            counts = {member: (number, newest) for member, number, newest in counted}
            if rules != self._rules:
                self._rules, self._counts, self._rows = rules, {}, {}
            others = {member for member in counts if self._counts.get(member) != counts[member]}
            rows = {member: row for member, row in self._rows.items() if member in counts and member not in others}
            if others:
                rows |= _fold(klass, attempts if not rows else attempts.filter(member__in=others))
            self._counts, self._rows = counts, rows
            return defaultdict(dict, {member: dict(row) for member, row in rows.items()})


def standings_of(member: Member) -> Standings:
    overrides = member.changes.filter(kind=ChangeKind.OVERRIDE)
    rows = _fold(member.klass, member.attempts.all())
    _apply(overrides, rows)
    return rows.get(member.pk, MappingProxyType({}))


def _fold(klass: Class, attempts: QuerySet[Attempt]) -> defaultdict[int, dict[str, Standing]]:
    """Without overrides."""
    points = {exercise.id: exercise.points for exercise in all_exercises()}
    rows: defaultdict[int, dict[str, Standing]] = defaultdict(dict)
    could_not, of_the_student = Q(state=Attempt.State.COULD_NOT_CHECK), Q(asked_by=None)
    counted = attempts.filter(replaced_by=None).order_by()
    for member, exercise, number, last, last_verdict, at, version in counted.values_list(
        "member_id", "exercise"
    ).annotate(
        number=Count("pk", filter=~could_not & of_the_student),
        last=Max("pk"),
        last_verdict=Max("pk", filter=~could_not),
        at=Max("decided_at", filter=of_the_student),
        version=Count("pk"),
    ):
        state = NOT_YET if last == last_verdict else COULD_NOT_CHECK
        rows[member][exercise] = Standing(state, attempts=number, at=at, attempt_id=last, version=version)
    done_at = Coalesce("deciding_act__settled_at", "observation__observed_at", "decided_at")
    done = counted.filter(state=Attempt.State.DONE).annotate(done_at=done_at).order_by("-done_at", "-pk")
    for member, exercise, attempt, at in done.values_list("member_id", "exercise", "pk", "done_at"):  # the first stays
        is_late = klass.due_at is not None and at > klass.due_at
        worth = WORTH_WHEN_LATE[LateRule(klass.late_rule)] if is_late else 1.0
        rows[member][exercise] = replace(
            rows[member].get(exercise, JUST_BEGUN), state=DONE, points=points.get(exercise, 0) * worth, at=at, is_late=is_late,
            attempt_id=attempt,
        )  # fmt: skip
    return rows


def _apply(overrides: QuerySet[Change], rows: defaultdict[int, dict[str, Standing]]) -> None:
    latest = {
        (change.seat_id, change.data["exercise"]): change for change in overrides.select_related("by").order_by("pk")
    }
    for (member, exercise), change in latest.items():
        if member is not None and change.data["state"]:
            under = rows[member].get(exercise, NOT_BEGUN_YET)
            rows[member][exercise] = replace(  # the grader's points count in full, late or not
                under, state=change.data["state"], points=float(change.data["points"]), is_late=False,
                override=Override(change.data["reason"], change.by.name, change.at),
            )  # fmt: skip


def attempts_shown(standings: Iterable[Standing]) -> dict[int, Attempt]:
    """{attempt_id: the attempt}: the words of each standing, of the same moment as its state."""
    return Attempt.objects.in_bulk([each.attempt_id for each in standings if each.attempt_id is not None])


def points_total(exercises: Iterable[Exercise], standings: Iterable[Standing]) -> int:
    """The points of those that could be checked: what could not counts against nobody."""
    both = zip(exercises, standings, strict=True)
    return sum(exercise.points for exercise, standing in both if standing.state != COULD_NOT_CHECK)


def progress(member: Member, standings: Standings | None = None) -> dict[str, float]:
    """Exercises and points of the lessons that are switched on: done, and in total."""
    standings = standings_of(member) if standings is None else standings
    exercises = [exercise for lesson in member.klass.lessons for exercise in lesson.exercises]
    here = [standings.get(exercise.id, NOT_BEGUN_YET) for exercise in exercises]
    return {
        "done": sum(standing.state == DONE for standing in here),
        "total": len(exercises),
        "points": sum(standing.points for standing in here),
        "points_total": points_total(exercises, here),
    }
