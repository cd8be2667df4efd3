"""The completion table as `_completion_table.html` shows it.

Why its cells are joined by hand
--------------------------------
500 students × 40 exercises are 20,000 cells. As strings they take 86 ms of CPU; the same markup in a template's loop,
with all of it computed beforehand, took 640, in a page of 710. The head and the rows are a template: that costs nothing
that can be measured (`tests.benchmarks.completion_table`). In a cell only the address comes from people, and is escaped;
the rest is our own words and numbers.

Addresses are relative to the page, which saves a megabyte. The state of a cell is told by the shape of its mark
(`completion.css`), by that mark's label, and by colour last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from lessons.classroom.grading.completion import Cell, Query, Row, Table
from lessons.classroom.grading.standings import STATE_WORDS, told
from lessons.classroom.models import Class

SORTED_BY = {"name": _("Student"), "points": _("Points"), "done": _("Done"), "last": _("Last")}
DESCENDING_FIRST = {"points", "done", "last"}
MARKS = {"done": "d", "not_yet": "n", "could_not_check": "q", "": "o"}  # classes of `completion.css`
WIDEST = 9  # exercises of a lesson for which `completion.css` has a class
ROWS_DRAWN_AT_ONCE = 50  # a browser draws such a block when it comes into sight; `completion.css` knows its height
Clock = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Words:
    """What the cells say, as HTML in the reader's language: looked up once, not 20,000 times."""

    marks: Mapping[str, str]  # by state
    late: str
    by_hand: str


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A row of the table; `cells` are HTML."""

    slug: str
    name: str
    is_removed: bool
    points: str
    points_total: int | None  # where it is not that of the class, for something could not be checked
    done: int
    last: str
    cells: SafeString


def table_html(table: Table, klass: Class, query: Query) -> SafeString:
    clock, words = clock_of(klass), _words()
    links = [f"{escape(exercise.id)}/" for exercise in table.exercises]
    lines = [_line(row, links, clock, words, of_all=table.points) for row in table.rows]
    context = {
        "sorters": [_sorter(by, query) for by in SORTED_BY],
        "lessons": _lessons(table, klass),
        "exercises": [
            {"id": exercise.id, "title": exercise.title, "done": done}
            for exercise, done in zip(table.exercises, table.done, strict=True)
        ],
        "seats": len(lines),
        "blocks": [lines[i : i + ROWS_DRAWN_AT_ONCE] for i in range(0, len(lines), ROWS_DRAWN_AT_ONCE)],
    }
    return render_to_string("grading/_completion_table.html", context)


def clock_of(klass: Class) -> Clock:
    """Short: the time of day for what is of today in the class's time zone, else the day, e.g. `14 Nov`."""
    zone = ZoneInfo(klass.time_zone)
    today = timezone.now().astimezone(zone).date()

    @lru_cache(maxsize=10_000)
    def of_minute(minute: datetime) -> str:
        there = minute.astimezone(zone)
        return f"{there:%H:%M}" if there.date() == today else f"{there.day} {there:%b}"

    return lambda at: of_minute(at.replace(second=0, microsecond=0))


def _lessons(table: Table, klass: Class) -> list[dict[str, Any]]:
    """The heads above the exercises' own, each as wide as its lesson."""
    lesson_of = {exercise.id: lesson for lesson in klass.lessons for exercise in lesson.exercises}
    return [
        {"number": lesson.number, "title": lesson.title, "width": min(len(list(exercises)), WIDEST)}
        for lesson, exercises in groupby(table.exercises, key=lambda exercise: lesson_of[exercise.id])
    ]


def _sorter(by: str, query: Query) -> dict[str, str]:
    """A column that sorts; asked again, it sorts the other way."""
    up, down = by, f"-{by}"
    first, other = (down, up) if by in DESCENDING_FIRST else (up, down)
    wanted = other if query.sort == first else first
    return {
        "by": by,
        "label": str(SORTED_BY[by]),
        "params": urlencode({**query.params, "sort": wanted}),
        "sorted": {up: "ascending", down: "descending"}.get(query.sort, ""),
    }


def _words() -> Words:
    # `escape` leaves a lazy text lazy, so each is made a string first.
    marks = {state: f'<i role=img aria-label="{escape(str(words))}"></i>' for state, words in STATE_WORDS.items()}
    return Words(marks, late=escape(str(_("late"))), by_hand=escape(str(_("by hand"))))


def _line(row: Row, links: list[str], clock: Clock, words: Words, *, of_all: int) -> SeatLine:
    slug = escape(row.seat.slug)
    cells = "".join([_cell(cell, f"{slug}/{link}", clock, words) for cell, link in zip(row.cells, links, strict=True)])
    return SeatLine(
        slug=row.seat.slug,
        name=row.seat.name,
        is_removed=bool(row.seat.removed_at),
        points=told(row.points),
        points_total=row.points_total if row.points_total < of_all else None,
        done=row.done,
        last=clock(row.last_at) if row.last_at else "–",
        cells=mark_safe(cells),  # noqa: S308 - see above
    )


def _cell(cell: Cell, link: str, clock: Clock, words: Words) -> str:
    mark = words.marks[cell.state]
    if not cell.state:
        return f'<td class=o><a href="{link}">{mark}</a></td>'
    points = told(cell.points) if cell.points or cell.override or cell.state == "done" else ""
    late = f"<em>{words.late}</em>" if cell.is_late else ""
    small = words.by_hand if cell.override else f"{cell.attempts}× {clock(cell.at) if cell.at else ''}"
    kind = MARKS[cell.state] + (" h" if cell.override else "")
    return f'<td class="{kind}"><a href="{link}">{mark}{points}{late}<small>{small}</small></a></td>'
