"""The picture itself, and who keeps it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils import timezone

from lessons.classroom.changes import Changed, Changes
from lessons.classroom.grading.standings import DONE, NOT_BEGUN, NOT_BEGUN_YET, KeptStandings, class_standings
from lessons.classroom.models import Act, Class
from lessons.classroom.overview.place import Place
from lessons.classroom.overview.seats import NOTHING, SeatFacts, read_seats
from lessons.classroom.overview.summary import (
    FailingCheck,
    Misconception,
    Predictions,
    failing_checks,
    misconceptions,
    predictions,
)
from lessons.course.loader import Lesson

TIME_PASSES_S = 5.0  # ten minutes without progress are told so much late

Cell = Literal["done", "trying", "stuck", "open"]


@dataclass(frozen=True, slots=True)
class SeatRow:
    slug: str
    name: str
    cells: tuple[Cell, ...]  # one for each exercise of the overview


@dataclass(frozen=True, slots=True)
class Stuck:
    slug: str
    name: str
    lesson: int
    exercise: str
    since: datetime
    refusals: int
    words: str  # of the last refusal, else what was seen last


@dataclass(frozen=True, slots=True)
class Overview:
    lessons: tuple[Lesson, ...]
    rows: tuple[SeatRow, ...]
    stuck: tuple[Stuck, ...]  # who is longest first
    misconceptions: tuple[Misconception, ...]
    failing_checks: tuple[FailingCheck, ...]
    predictions: tuple[Predictions, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    pk: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A row, and what it was made of: most rows of a second are those of the second before."""

    seat: Seat
    facts: SeatFacts
    stuck: str | None
    row: SeatRow


class ClassOverview:
    """One class as this process has read it. For any thread. Made by `Overviews`, which has it closed."""

    def __init__(self, klass: Class, standings: KeptStandings) -> None:
        self._class_pk = klass.pk
        self._standings = standings
        self._lock = threading.Lock()
        self._read_at_s = float("-inf")
        self._lessons: tuple[Lesson, ...] = ()
        self._is_first = True
        self._exercises: tuple[str, ...] = ()
        self._facts: dict[int, SeatFacts] = {}
        self._old_lock = threading.Lock()
        self._old: set[int] = set()  # whose facts are to be read again
        self._is_old = True
        self._made: dict[int, Made] = {}
        self._refusals: dict[UUID, str] = {}  # words, by act
        self._last: Overview | None = None

    def hear(self, changed: Changed) -> None:
        with self._old_lock:
            self._is_old = True
            if changed.member_pk is not None:
                self._old.add(changed.member_pk)

    def current(self) -> Overview:
        """The same object while nothing has changed. What rests on time alone is a few seconds old at most."""
        with self._lock:
            is_late = time.monotonic() - self._read_at_s >= TIME_PASSES_S
            with self._old_lock:
                is_old, self._is_old = self._is_old, False
            if self._last is None or is_old or is_late:
                overview = self._read_anew(timezone.now())
                self._last = self._last if overview == self._last else overview
                self._read_at_s = time.monotonic()
            assert self._last is not None
            return self._last

    def _read_anew(self, now: datetime) -> Overview:
        klass = Class.objects.get(pk=self._class_pk)
        here = klass.present_seats().filter(merged_into=None).order_by("name", "slug")
        seats = [Seat(*row) for row in here.values_list("pk", "slug", "name")]
        self._read(klass, seats)
        facts = {seat.pk: self._facts.get(seat.pk, NOTHING) for seat in seats}
        return Overview(
            lessons=klass.lessons,
            rows=tuple(self._row(seat, facts[seat.pk], now) for seat in seats),
            stuck=self._stuck(seats, now),
            misconceptions=misconceptions(klass.lessons, facts.values()),
            failing_checks=failing_checks(klass.lessons, facts.values()),
            predictions=predictions(klass.lessons, list(facts.values())),
        )

    def _read(self, klass: Class, seats: Sequence[Seat]) -> None:
        """Only what is not as it was; everything at first, and when lessons were switched on or off."""
        if self._is_first or self._lessons != klass.lessons:
            self._is_first = False
            self._lessons, self._facts, self._made = klass.lessons, {}, {}
            self._exercises = tuple(exercise.id for lesson in klass.lessons for exercise in lesson.exercises)
        known = {seat.pk for seat in seats}
        with self._old_lock:
            old, self._old = self._old, set()
        if wanted := (old | (known - self._facts.keys())) & known:
            try:
                standings = class_standings(klass, of=wanted) if self._facts else self._standings.of_class(klass)
                read = read_seats(klass, wanted, standings)
            except Exception:  # a database that is busy is asked again
                with self._old_lock:
                    self._old |= old
                    self._is_old = True
                raise
            self._facts = {pk: facts for pk, facts in self._facts.items() if pk in known} | read

    def _row(self, seat: Seat, facts: SeatFacts, now: datetime) -> SeatRow:
        stuck = facts.place.exercise if facts.place and facts.place.is_stuck(now) else None
        made = self._made.get(seat.pk)
        if made is None or made.facts is not facts or (made.seat, made.stuck) != (seat, stuck):
            cells = tuple(_cell(facts, exercise, stuck) for exercise in self._exercises)
            made = self._made[seat.pk] = Made(seat, facts, stuck, SeatRow(seat.slug, seat.name, cells))
        return made.row

    def _stuck(self, seats: Sequence[Seat], now: datetime) -> tuple[Stuck, ...]:
        there = [(seat, facts, facts.place) for seat in seats if (facts := self._facts[seat.pk]).place]
        stuck = [(seat, facts, place) for seat, facts, place in there if place and place.is_stuck(now)]
        self._learn_refusals([place.last_refusal for *_, place in stuck])
        return tuple(sorted((self._say(*each) for each in stuck), key=lambda each: each.since))

    def _learn_refusals(self, wanted: Sequence[UUID | None]) -> None:
        acts = {act for act in wanted if act is not None}
        self._refusals = {act: words for act, words in self._refusals.items() if act in acts}
        if missing := acts - self._refusals.keys():
            told = Act.objects.filter(pk__in=missing).values_list("pk", "answer__words")
            self._refusals |= {pk: words or "" for pk, words in told}

    def _say(self, seat: Seat, facts: SeatFacts, place: Place) -> Stuck:
        lesson, exercise = next((each, e) for each in self._lessons for e in each.exercises if e.id == place.exercise)
        seen = facts.seen.get(place.exercise)
        refusal = self._refusals.get(place.last_refusal, "") if place.last_refusal else ""
        words = refusal or (seen.words if seen else "")
        return Stuck(seat.slug, seat.name, lesson.number, exercise.title, place.since, place.refusals, words)


def _cell(facts: SeatFacts, exercise: str, stuck: str | None) -> Cell:
    if exercise == stuck:
        return "stuck"
    state = facts.standings.get(exercise, NOT_BEGUN_YET).state
    return "done" if state == DONE else "open" if state == NOT_BEGUN else "trying"


class Overviews:
    """Those of this process: one of each class, while a page shows it."""

    def __init__(self, changes: Changes, standings: KeptStandings) -> None:
        self._changes = changes
        self._standings = standings
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[ClassOverview, Callable[[], None]]] = {}
        self._pages: Counter[int] = Counter()

    def of(self, klass: Class) -> Overview:
        """For a page that is made now: the one that is kept, or one that is read for this page alone."""
        with self._lock:
            kept = self._kept.get(klass.pk)
        return (kept[0] if kept else ClassOverview(klass, self._standings)).current()

    def keep(self, klass: Class) -> tuple[ClassOverview, Callable[[], None]]:
        """For a page that stays open; with the way out, which may be taken once."""
        with self._lock:
            if klass.pk not in self._kept:
                overview = ClassOverview(klass, self._standings)
                self._kept[klass.pk] = overview, self._changes.listen_to_class(klass.pk, overview.hear)
            self._pages[klass.pk] += 1
            overview, stop_listening = self._kept[klass.pk]

        def leave() -> None:
            with self._lock:
                self._pages[klass.pk] -= 1
                if self._pages[klass.pk] <= 0:
                    del self._pages[klass.pk], self._kept[klass.pk]
                    stop_listening()

        return overview, leave
