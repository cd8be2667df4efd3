"""Students × exercises as a table: the one part of the room of which single rows are drawn.

The cells are joined by hand: a template for each of 5,000 cells would take a second.
"""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lessons.glance import Glance, SeatRow
from lessons.models import Class

WORDS = {"done": "done", "trying": "trying", "stuck": "stuck", "open": "not begun"}
_CELLS = {state: f'<td class="{state}"><span class="vh">{words}</span></td>' for state, words in WORDS.items()}


def seat_url(klass: Class, seat_slug: str) -> str:
    """The page of one student, for staff."""
    return f"/c/{klass.slug}/seats/{seat_slug}/"


def row_id(seat_slug: str) -> str:
    return f"seat-row-{seat_slug}"


def draw_row(klass: Class, row: SeatRow) -> SafeString:
    """The row's state is in `data-state`, so that a row that changed is tinted for a moment."""
    return format_html(
        '<tr id="{}" data-state="{}"><th scope="row"><a href="{}" dir="auto">{}</a></th>{}</tr>',
        row_id(row.slug),
        "".join(cell[0] for cell in row.cells),
        seat_url(klass, row.slug),
        row.name,
        mark_safe("".join(_CELLS[cell] for cell in row.cells)),  # noqa: S308 - our own words
    )


def heat_context(klass: Class, glance: Glance) -> dict[str, Any]:
    return {
        "columns": [
            {"number": lesson.number, "lesson": lesson.title, "title": exercise.title, "is_first": place == 0}
            for lesson in glance.lessons
            for place, exercise in enumerate(lesson.exercises)
        ],
        "rows": [draw_row(klass, row) for row in glance.rows],
        "legend": [{"state": state, "words": words} for state, words in WORDS.items()],
    }


def summary_context(glance: Glance) -> dict[str, Any]:
    return {"students": len(glance.rows), "stuck": len(glance.stuck)}
