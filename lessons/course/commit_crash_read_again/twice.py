from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lessons.course.commit_crash_read_again.charges import Counts, never_in, twice_in
from lessons.course.commit_crash_read_again.steps import AFTER, BEFORE, BEGIN, RIDES, crash_and_go_on, work
from lessons.course.commit_crash_read_again.stretch import Stretch, StretchExercise, crashed
from lessons.course.evidence import Evidence
from lessons.course.exercise import Step, WrongWay

SHOWN = [4, 5]


def other_rides(evidence: Evidence, seed: str) -> Iterator[Step]:
    """Rides 6 and 7, or one more where just these are asked for."""
    yield from BEGIN
    is_asked = Twice.wanted(seed) == [6, 7]
    yield from crash_and_go_on("others", AFTER, batch=5, crash_after=8 if is_asked else 7)


class Twice(StretchExercise):
    id = "commit-crash-read-again.twice"
    title = "Charged twice"
    hit = "twice"
    stretches: ClassVar = [
        Stretch(begin + 1, last, batch, crash_after=last)
        for batch in (3, 4, 5)
        for begin in range(batch, RIDES - batch + 1, batch)
        for last in range(begin + 1, begin + batch)
        if [*range(begin + 1, last + 1)] != SHOWN
    ]
    shown = SHOWN
    todo = "Have a worker commit and crash so that its group charges exactly these rides twice, and all others once."
    hint = "Commit after the work. Which rides has the worker done since its last commit when it crashes?"
    wrong_ways: ClassVar = [
        WrongWay(BEGIN, "no-charges"),
        WrongWay([*BEGIN, work("once")], "no-crash"),
        WrongWay([*BEGIN, *crash_and_go_on("before", BEFORE, batch=3, crash_after=5)], "no-crash"),
        WrongWay([*BEGIN, work("alone", crash_after=5)], "no-crash"),
    ]

    def hits(self, rides: Counts, charged: Counts) -> list[int]:
        return [] if never_in(rides, charged) else twice_in(rides, charged)


Twice.solution = staticmethod(crashed(Twice, "twice", AFTER))
Twice.wrong_ways = [*Twice.wrong_ways, WrongWay(other_rides, "other-rides")]
