"""The end of a lesson's page: where it goes on, and what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from lessons.classroom.grading.standings import DONE, Standings
from lessons.classroom.models import Member
from lessons.course.loader import Lesson
from lessons.web.links import lesson_url


@dataclass(frozen=True)
class Neighbour:
    title: str
    url: str


@dataclass(frozen=True)
class Turn:
    """`go_on` is the next lesson that is not done, wherever it stands; None when there is none but this one."""

    state: Literal["open", "lesson_done", "all_done"]
    title: str
    previous: Neighbour | None
    next: Neighbour | None
    go_on: Neighbour | None


def turn(
    member: Member, lesson: Lesson, standings: Standings, *, url_of: Callable[[Lesson], str] | None = None
) -> Turn:
    """`url_of`: where other lessons lead, by default to the member's own pages."""
    url_of = url_of or partial(lesson_url, member)
    others = member.klass.lessons
    before = [other for other in others if other.number < lesson.number]
    after = [other for other in others if other.number > lesson.number]
    left = [other for other in (*after, *before) if not _is_done(other, standings)]
    is_done = _is_done(lesson, standings)

    def neighbour(found: list[Lesson]) -> Neighbour | None:
        return Neighbour(found[0].title, url_of(found[0])) if found else None

    return Turn(
        state="open" if not is_done else "lesson_done" if left else "all_done",
        title=lesson.title, previous=neighbour(before[-1:]), next=neighbour(after), go_on=neighbour(left),
    )  # fmt: skip


def _is_done(lesson: Lesson, standings: Standings) -> bool:
    return all(each.id in standings and standings[each.id].state == DONE for each in lesson.exercises)
