"""The completion table as HTML, by hand: 500 students × 40 exercises are 20,000 cells, too many for a template's loop.

All that comes from people is escaped here; the rest of a cell is made of our own words and numbers. The addresses are
relative to the page, which saves a megabyte. The state of a cell is told by the shape of its mark (`completion.css`), by
that mark's label, and by colour last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lessons.classroom.grading.completion import Cell, Query, Row, Table
from lessons.classroom.grading.standings import STATE_WORDS, told
from lessons.classroom.models import Class
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson

SORTED_BY = {"name": "Student", "points": "Points", "done": "Done", "last": "Last"}
DESCENDING_FIRST = {"points", "done", "last"}
MARKS = {"done": "d", "not_yet": "n", "could_not_check": "q", "": "o"}  # classes of `completion.css`
ROWS_DRAWN_AT_ONCE = 50  # a browser draws such a block when it comes into sight; `completion.css` knows its height
Clock = Callable[[datetime], str]


def table_html(table: Table, klass: Class, query: Query) -> SafeString:
    clock = clock_of(klass)
    links = [f"{escape(exercise.id)}/" for exercise in table.exercises]
    rows = [_row(row, links, clock) for row in table.rows]
    bodies = "".join(_body(rows[i : i + ROWS_DRAWN_AT_ONCE]) for i in range(0, len(rows), ROWS_DRAWN_AT_ONCE))
    head = "".join(_head(table, klass, query))
    html = (
        '<table class="completion" role="table" aria-labelledby="grading-title">'
        f'<thead role="rowgroup">{head}</thead>{bodies}</table>'
    )
    return mark_safe(html)  # noqa: S308 - see above


def clock_of(klass: Class) -> Clock:
    """Short: the time of day for what is of today in the class's time zone, else the day, e.g. `14 Nov`."""
    zone = ZoneInfo(klass.time_zone)
    today = timezone.now().astimezone(zone).date()

    @lru_cache(maxsize=10_000)
    def of_minute(minute: datetime) -> str:
        there = minute.astimezone(zone)
        return f"{there:%H:%M}" if there.date() == today else f"{there.day} {there:%b}"

    return lambda at: of_minute(at.replace(second=0, microsecond=0))


def _head(table: Table, klass: Class, query: Query) -> Iterator[str]:
    yield '<tr role="row" class="lessons-row"><td class="corner"></td><td class="totals"></td>'
    lesson_of = {exercise.id: lesson for lesson in klass.lessons for exercise in lesson.exercises}
    for lesson, exercises in groupby(table.exercises, key=lambda exercise: lesson_of[exercise.id]):
        yield _lesson_head(lesson, len(list(exercises)))
    yield '</tr><tr role="row">'
    yield "".join(_sorter(by, query) for by in SORTED_BY)
    for exercise, done in zip(table.exercises, table.done, strict=True):
        yield _exercise_head(exercise, done, len(table.rows))
    yield "</tr>"


def _lesson_head(lesson: Lesson, width: int) -> str:
    title = escape(lesson.title)
    return f'<th scope="colgroup" class="w{min(width, 9)}" title="{title}"><span>{lesson.number} {title}</span></th>'


def _sorter(by: str, query: Query) -> str:
    """A column that sorts; asked again, it sorts the other way."""
    up, down = by, f"-{by}"
    here = query.sort in (up, down)
    first, other = (down, up) if by in DESCENDING_FIRST else (up, down)
    wanted = other if query.sort == first else first
    address = escape("?" + urlencode({**query.params, "sort": wanted}))
    aria = f' aria-sort="{"descending" if query.sort == down else "ascending"}"' if here else ""
    arrow = ("↓" if query.sort == down else "↑") if here else ""
    sign = f'<span aria-hidden="true"> {arrow}</span>' if arrow else ""
    place = "corner" if by == "name" else "total"
    return f'<th scope="col" class="{place}"{aria}><a href="{address}">{SORTED_BY[by]}{sign}</a></th>'


def _exercise_head(exercise: Exercise, done: int, seats: int) -> str:
    title = escape(exercise.title)
    return (
        f'<th scope="col"><a href="exercises/{escape(exercise.id)}/re-grade/" title="{title}">{title}</a>'
        f"<small>{done} of {seats}</small></th>"
    )


def _body(rows: list[str]) -> str:
    return f'<tbody role="rowgroup">{"".join(rows)}</tbody>'


def _row(row: Row, links: list[str], clock: Clock) -> str:
    seat = row.seat
    name, slug = escape(seat.name), escape(seat.slug)
    last = clock(row.last_at) if row.last_at else "–"
    gone = " · removed" if seat.removed_at else ""
    cells = "".join([_cell(cell, f"{slug}/{link}", clock) for cell, link in zip(row.cells, links, strict=True)])
    return (
        f'<tr role="row"><th scope="row"><a href="../seats/{slug}/" title="{name}" dir="auto">{name}</a>'
        f"<small><code>{slug}</code>{gone}</small></th>"
        f"<td class=total>{told(row.points)}</td><td class=total>{row.done}</td><td class=total>{last}</td>{cells}</tr>"
    )


def _cell(cell: Cell, link: str, clock: Clock) -> str:
    mark = f'<i role=img aria-label="{STATE_WORDS[cell.state]}"></i>'
    if not cell.state:
        return f'<td class=o><a href="{link}">{mark}</a></td>'
    points = told(cell.points) if cell.points or cell.override or cell.state == "done" else ""
    late = "<em>late</em>" if cell.is_late else ""
    small = "by hand" if cell.override else f"{cell.attempts}× {clock(cell.at) if cell.at else ''}"
    kind = MARKS[cell.state] + (" h" if cell.override else "")
    return f'<td class="{kind}"><a href="{link}">{mark}{points}{late}<small>{small}</small></a></td>'
