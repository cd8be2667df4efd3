"""What is common in the class: misconceptions, and what was predicted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lessons.classroom.checks.attempts import CHECK_FAILED
from lessons.classroom.overview.seats import SeatFacts, Seen
from lessons.course.exercise import STILL_TO_DO, Exercise
from lessons.course.loader import Lesson


@dataclass(frozen=True, slots=True)
class Misconception:
    """What most of those who have not done an exercise take for true there."""

    lesson: int
    exercise: str  # its title
    name: str
    seats: int
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class FailingCheck:
    """A check that is at fault itself."""

    lesson: int
    exercise: str  # its title
    seats: int


@dataclass(frozen=True, slots=True)
class Bar:
    choice: str
    seats: int
    is_true: bool


@dataclass(frozen=True, slots=True)
class Predictions:
    lesson: int
    exercise: str
    seats: int
    bars: tuple[Bar, ...]


def misconceptions(lessons: Sequence[Lesson], seats: Iterable[SeatFacts]) -> tuple[Misconception, ...]:
    """For each exercise its most common one, the commonest first. What is only not finished yet is none."""
    known: dict[str, list[Seen]] = {}
    for facts in seats:
        for exercise, seen in facts.seen.items():
            if seen.misconception and seen.misconception not in {CHECK_FAILED, *STILL_TO_DO}:
                known.setdefault(exercise, []).append(seen)
    found = [_commonest(lesson, e, known[e.id]) for lesson in lessons for e in lesson.exercises if e.id in known]
    return tuple(sorted(found, key=lambda each: -each.seats))


def failing_checks(lessons: Sequence[Lesson], seats: Iterable[SeatFacts]) -> tuple[FailingCheck, ...]:
    """The exercises whose check raised something when it was last tried, and for how many seats."""
    failed = Counter(
        exercise for facts in seats for exercise, seen in facts.seen.items() if seen.misconception == CHECK_FAILED
    )
    return tuple(
        FailingCheck(lesson.number, exercise.title, failed[exercise.id])
        for lesson in lessons
        for exercise in lesson.exercises
        if failed[exercise.id]
    )


def _commonest(lesson: Lesson, exercise: Exercise, known: Sequence[Seen]) -> Misconception:
    name, seats = Counter(seen.misconception for seen in known).most_common(1)[0]
    theirs = Counter((seen.words, seen.why) for seen in known if seen.misconception == name)
    words, why = theirs.most_common(1)[0][0]
    return Misconception(lesson.number, exercise.title, name, seats, words, why)


def predictions(lessons: Sequence[Lesson], seats: Sequence[SeatFacts]) -> tuple[Predictions, ...]:
    """Those exercises for which somebody has predicted anything."""
    charts = [_chart(lesson, exercise, seats) for lesson in lessons for exercise in lesson.exercises if exercise.guess]
    return tuple(chart for chart in charts if chart.seats)


def _chart(lesson: Lesson, exercise: Exercise, seats: Sequence[SeatFacts]) -> Predictions:
    guess = exercise.guess
    assert guess is not None
    chosen = Counter(facts.predicted[exercise.id] for facts in seats if exercise.id in facts.predicted)
    bars = tuple(Bar(choice, chosen[choice], choice == guess.truth) for choice in guess.choices)
    return Predictions(lesson.number, exercise.title, chosen.total(), bars)
