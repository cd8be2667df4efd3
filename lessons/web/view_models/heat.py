"""Students × exercises as a table: the one part of the room of which single rows are drawn.

The cells are joined by hand: a template for each of 5,000 cells would take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lessons.classroom.models import Class
from lessons.classroom.overview import Overview, SeatRow
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.web.links import seat_url

WORDS = {"done": "done", "trying": "trying", "stuck": "stuck", "open": "not begun"}
_CELLS = {
    (state, is_first): f'<td class="{state}{" first" if is_first else ""}"><span class="vh">{words}</span></td>'
    for state, words in WORDS.items()
    for is_first in (True, False)
}


def row_id(seat_slug: str) -> str:
    return f"seat-row-{seat_slug}"


def first_columns(lessons: Sequence[Lesson]) -> tuple[bool, ...]:
    """For each exercise, whether a lesson begins with it: there is a gap before it."""
    return tuple(exercise is lesson.exercises[0] for lesson in lessons for exercise in lesson.exercises)


def draw_row(klass: Class, row: SeatRow, first: Sequence[bool]) -> SafeString:
    """The row's state is in `data-state`, so that a row that changed is tinted for a moment."""
    return format_html(
        '<tr id="{}" data-state="{}"><th scope="row"><a href="{}" dir="auto" title="{}">{}</a></th>{}</tr>',
        row_id(row.slug),
        "".join(cell[0] for cell in row.cells),
        seat_url(klass, row.slug),
        row.name,  # whole: the table cuts it
        row.name,
        mark_safe("".join(map(_CELLS.__getitem__, zip(row.cells, first, strict=True)))),  # noqa: S308 - our own words
    )


def _columns(lessons: Sequence[Lesson]) -> list[tuple[Lesson, Exercise]]:
    return [(lesson, exercise) for lesson in lessons for exercise in lesson.exercises]


def heat_context(klass: Class, overview: Overview) -> dict[str, Any]:
    first = first_columns(overview.lessons)
    return {
        "columns": [
            {"number": lesson.number, "lesson": lesson.title, "title": exercise.title, "is_first": is_first}
            for is_first, (lesson, exercise) in zip(first, _columns(overview.lessons), strict=True)
        ],
        "rows": [draw_row(klass, row, first) for row in overview.rows],
        "legend": [{"state": state, "words": words} for state, words in WORDS.items()],
    }


def summary_context(overview: Overview) -> dict[str, Any]:
    return {"students": len(overview.rows), "stuck": len(overview.stuck)}
