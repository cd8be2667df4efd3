"""The lessons by part, with a member's progress in each: beside a lesson, and as the list of lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from lessons.classroom.grading.standings import DONE, Standings, standings_of
from lessons.classroom.models import Member
from lessons.course.loader import PARTS, Lesson
from lessons.web.links import lesson_url


def rail(
    member: Member,
    *,
    here: Lesson | None = None,
    standings: Standings | None = None,
    url_of: Callable[[Lesson], str] | None = None,
) -> list[dict[str, Any]]:
    """Parts without lessons are left out. `url_of`: where a lesson leads, by default to the member's own page of it."""
    standings = standings_of(member) if standings is None else standings
    finished = {exercise for exercise, standing in standings.items() if standing.state == DONE}
    begun = set(member.acts.values_list("lesson", flat=True).distinct())
    url_of = url_of or partial(lesson_url, member)
    rows = [
        {**_row(lesson, finished, begun), "url": url_of(lesson), "here": lesson is here}
        for lesson in member.klass.lessons
    ]
    parts = [{"title": part, "lessons": [row for row in rows if row["part"] == part]} for part in PARTS]
    return [part for part in parts if part["lessons"]]


def go_on(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The first lesson of `rail` that is not done, and whether it is the very beginning; None: all are done."""
    rows = [row for part in parts for row in part["lessons"]]
    is_first = all(row["state"] == "open" for row in rows)
    return next(({**row, "is_first": is_first} for row in rows if row["state"] != "done"), None)


def _row(lesson: Lesson, finished: set[str], begun: set[str]) -> dict[str, Any]:
    done = sum(exercise.id in finished for exercise in lesson.exercises)
    is_done = done == len(lesson.exercises)
    return {
        "part": lesson.part, "number": lesson.number, "title": lesson.title, "summary": lesson.summary,
        "done": done, "total": len(lesson.exercises),
        "state": "done" if is_done else "begun" if done or lesson.slug in begun else "open",
    }  # fmt: skip
