from __future__ import annotations

from typing import ClassVar

from lessons.course.commit_crash_read_again.charges import Counts, never_in, twice_in
from lessons.course.commit_crash_read_again.steps import AFTER, BEFORE, BEGIN, RIDES, crash_and_go_on
from lessons.course.commit_crash_read_again.stretch import Stretch, StretchExercise, crashed
from lessons.course.exercise import WrongWay

SHOWN = [6]


class Never(StretchExercise):
    id = "commit-crash-read-again.never"
    title = "Charged by nobody"
    hit = "never"
    stretches: ClassVar = [
        Stretch(first, begin + batch, batch, crash_after=first - 1)
        for batch in (3, 4, 5)
        for begin in range(0, RIDES - batch + 1, batch)
        for first in range(begin + 2, begin + batch + 1)
        if [*range(first, begin + batch + 1)] != SHOWN
    ]
    shown = SHOWN
    todo = "Have a worker commit and crash so that its group charges exactly these rides never, and all others once."
    hint = "Commit before the work. Which rides has the worker committed and not done yet when it crashes?"
    wrong_ways: ClassVar = [
        WrongWay([*BEGIN, *crash_and_go_on("after", AFTER, batch=3, crash_after=5)], "no-crash"),
    ]

    def hits(self, rides: Counts, charged: Counts) -> list[int]:
        return [] if twice_in(rides, charged) else never_in(rides, charged)


Never.solution = staticmethod(crashed(Never, "never", BEFORE))
