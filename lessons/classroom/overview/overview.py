"""The picture itself, and who keeps it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from weakref import WeakValueDictionary

from django.utils import timezone

from lessons.classroom.grading.standings import DONE, NOT_BEGUN, NOT_BEGUN_YET
from lessons.classroom.models import Act, Class, Role
from lessons.classroom.overview.place import Place
from lessons.classroom.overview.seats import NOTHING, Fresh, SeatFacts, read_seats
from lessons.classroom.overview.summary import Misconception, Predictions, misconceptions, predictions
from lessons.course.loader import Lesson

FRESH_S = 0.9  # less than the second between two pictures, so that each picture finds a new look

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
    """One class as this process has read it. For any thread."""

    def __init__(self, klass: Class) -> None:
        self._class_pk = klass.pk
        self._lock = threading.Lock()
        self._looked_s = float("-inf")
        self._fresh: Fresh | None = None
        self._lessons: tuple[Lesson, ...] = ()
        self._exercises: tuple[str, ...] = ()
        self._facts: dict[int, SeatFacts] = {}
        self._old: set[int] = set()  # whose facts are to be read again
        self._made: dict[int, Made] = {}
        self._refusals: dict[UUID, str] = {}  # words, by act
        self._last: Overview | None = None

    def look(self) -> Overview:
        """At most a second old; the same object while nothing has changed."""
        with self._lock:
            if self._last is None or time.monotonic() - self._looked_s >= FRESH_S:
                overview = self._look(timezone.now())
                self._last = self._last if overview == self._last else overview
                self._looked_s = time.monotonic()
            assert self._last is not None
            return self._last

    def _look(self, now: datetime) -> Overview:
        klass = Class.objects.get(pk=self._class_pk)
        here = klass.members.filter(role=Role.STUDENT, removed_at=None, merged_into=None).order_by("name", "slug")
        seats = [Seat(*row) for row in here.values_list("pk", "slug", "name")]
        self._read(klass, seats)
        facts = {seat.pk: self._facts.get(seat.pk, NOTHING) for seat in seats}
        return Overview(
            lessons=klass.lessons,
            rows=tuple(self._row(seat, facts[seat.pk], now) for seat in seats),
            stuck=self._stuck(seats, now),
            misconceptions=misconceptions(klass.lessons, facts.values()),
            predictions=predictions(klass.lessons, list(facts.values())),
        )

    def _read(self, klass: Class, seats: Sequence[Seat]) -> None:
        """Only what is not as it was; everything at first, and when lessons were switched on or off."""
        if self._fresh is None or self._lessons != klass.lessons:
            self._fresh, self._lessons, self._facts, self._made = Fresh(), klass.lessons, {}, {}
            self._exercises = tuple(exercise.id for lesson in klass.lessons for exercise in lesson.exercises)
        known = {seat.pk for seat in seats}
        self._old = (self._old | self._fresh.members() | (known - self._facts.keys())) & known
        if self._old:
            kept = {pk: facts for pk, facts in self._facts.items() if pk in known}
            self._facts = kept | read_seats(klass, self._old)
            self._old = set()  # not sooner: a database that was busy is asked again

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


_overviews: WeakValueDictionary[int, ClassOverview] = WeakValueDictionary()
_overviews_lock = threading.Lock()


def overview_of(klass: Class) -> ClassOverview:
    """The one of this process. It is kept for as long as somebody holds it: a page that looks again."""
    with _overviews_lock:
        overview = _overviews.get(klass.pk)
        if overview is None:
            overview = _overviews[klass.pk] = ClassOverview(klass)
        return overview
