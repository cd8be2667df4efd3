"""The lessons by part, with a member's progress in each: beside a lesson, and as the list of lessons."""

from __future__ import annotations

from typing import Any

from lessons.classroom.grading.standings import DONE, Standings, standings_of
from lessons.classroom.models import Member
from lessons.course.loader import PARTS, Lesson
from lessons.web.links import lesson_url


def rail(member: Member, *, here: Lesson | None = None, standings: Standings | None = None) -> list[dict[str, Any]]:
    """Parts without lessons are left out."""
    standings = standings_of(member) if standings is None else standings
    finished = {exercise for exercise, standing in standings.items() if standing.state == DONE}
    begun = set(member.acts.values_list("lesson", flat=True).distinct())
    rows = [_row(member, lesson, finished, begun, here) for lesson in member.klass.lessons]
    parts = [{"title": part, "lessons": [row for row in rows if row["part"] == part]} for part in PARTS]
    return [part for part in parts if part["lessons"]]


def _row(member: Member, lesson: Lesson, finished: set[str], begun: set[str], here: Lesson | None) -> dict[str, Any]:
    done = sum(exercise.id in finished for exercise in lesson.exercises)
    is_done = done == len(lesson.exercises)
    return {
        "part": lesson.part, "slug": lesson.slug, "number": lesson.number, "title": lesson.title, "summary": lesson.summary,
        "url": lesson_url(member, lesson), "here": lesson is here, "done": done, "total": len(lesson.exercises),
        "state": "done" if is_done else "begun" if done or lesson.slug in begun else "open",
    }  # fmt: skip
