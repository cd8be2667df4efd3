"""The completion table as files: rows for CSV, and JSON. Pure functions: a table in, text out.

Why it is so
------------
A file holds what is on the page, so every export is made from a `Table`. A grade is a number of points, or nothing: an
exercise that is not done has no grade unless zeros are asked for, and one that could not be checked never has one.
Anybody can choose a name or write a sentence, and a spreadsheet runs a cell that begins with `=`: so such a text gets
an apostrophe in front, which makes spreadsheets show it as text. Where the comma is the decimal separator, spreadsheets
split lines at semicolons, even inside quotes: so a text also gets one after anything that could end a cell. The CSV
follows RFC 4180, in UTF-8. Excel reads that as another encoding unless a byte order mark says so; files for spreadsheets
have one, those for Canvas and Moodle have none.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from lessons.classroom.grading.completion import Cell, Row, Table
from lessons.classroom.grading.standings import COULD_NOT_CHECK, DONE
from lessons.classroom.models import Member
from lessons.course.exercise import Exercise

CsvCell = str | float | None
CsvRow = Sequence[CsvCell]
MoodleKey = Literal["useremail", "useridnumber"]
BYTE_ORDER_MARK = "\ufeff"
NO_GRADE_IN_MOODLE = "-"  # as in Moodle's own exports; an empty cell of a new grade item would be an error there

# The last ones are = + - @ as East Asian full-width characters, which spreadsheets treat like the plain ones.
_RUNS = re.compile(r"^(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])|(?<=[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def csv_text(rows: Iterable[CsvRow]) -> str:
    """CSV with CR LF at the end of lines. Numbers stay numbers, None is an empty cell."""
    out = io.StringIO()
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def spreadsheet_text(rows: Iterable[CsvRow]) -> str:
    """The same, for a spreadsheet to open."""
    return BYTE_ORDER_MARK + csv_text(rows)


def guarded(cell: CsvCell) -> CsvCell:
    """Text that a spreadsheet would run, made harmless. Numbers stay as they are, negative ones too."""
    if isinstance(cell, float):
        return int(cell) if cell == int(cell) else cell
    is_harmless = not isinstance(cell, str) or cell == NO_GRADE_IN_MOODLE or _NUMBER.fullmatch(cell)
    return cell if is_harmless else _RUNS.sub("'", str(cell))


def grade(cell: Cell, *, zeros: bool) -> float | None:
    """Points; None if there is no grade."""
    if cell.state == DONE or cell.override:
        return cell.points
    return 0.0 if zeros and cell.state != COULD_NOT_CHECK else None


def long_rows(table: Table) -> Iterator[CsvRow]:
    """A row for each exercise of each seat."""
    yield (
        "seat", "name", "external_id", "exercise", "title", "state", "points", "points_possible", "attempts", "at",
        "late", "override_reason", "override_by",
    )  # fmt: skip
    for row in table.rows:
        for exercise, cell in zip(table.exercises, row.cells, strict=True):
            override = cell.override
            yield (
                row.seat.slug, row.seat.name, row.seat.external_id, exercise.id, exercise.title, _state(cell), cell.points,
                exercise.points, cell.attempts, _moment(cell.at), "yes" if cell.is_late else "no",
                override.reason if override else "", override.by if override else "",
            )  # fmt: skip


def wide_rows(table: Table, *, zeros: bool = False) -> Iterator[CsvRow]:
    """A row for the points possible, then one for each seat, with a grade for each exercise."""
    exercises = (f"{exercise.title} ({exercise.id})" for exercise in table.exercises)
    yield ("seat", "name", "external_id", *exercises, "done", "points", "points_total", "last_at")
    possible = (exercise.points for exercise in table.exercises)
    yield ("", _("Points possible"), "", *possible, len(table.exercises), table.points, table.points, "")
    for row in table.rows:
        grades = [grade(cell, zeros=zeros) for cell in row.cells]
        about = row.seat.slug, row.seat.name, row.seat.external_id
        yield (*about, *grades, row.done, row.points, row.points_total, _moment(row.last_at))


def as_json(table: Table, *, about: Mapping[str, Any]) -> str:
    """The table as JSON. `about` says which class, when, and by which filter."""
    exercises = [{"id": each.id, "title": each.title, "points": each.points} for each in table.exercises]
    seats = [_seat(row, table.exercises) for row in table.rows]
    return json.dumps({**about, "exercises": exercises, "seats": seats}, ensure_ascii=False, indent=1)


def _seat(row: Row, exercises: tuple[Exercise, ...]) -> dict[str, Any]:
    seat = row.seat
    cells = {exercise.id: _cell(cell) for exercise, cell in zip(exercises, row.cells, strict=True)}
    return {
        "seat": seat.slug, "name": seat.name, "external_id": seat.external_id, "done": row.done, "points": row.points,
        "points_total": row.points_total, "last_at": _moment(row.last_at) or None, "exercises": cells,
    }  # fmt: skip


def _cell(cell: Cell) -> dict[str, Any]:
    override = cell.override
    return {
        "state": _state(cell), "points": cell.points, "attempts": cell.attempts, "at": _moment(cell.at) or None,
        "late": cell.is_late, "attempt_id": cell.attempt_id,
        "override": {"reason": override.reason, "by": override.by, "at": _moment(override.at)} if override else None,
    }  # fmt: skip


def moodle_rows(
    table: Table, key: MoodleKey, *, found: Mapping[int, str] | None = None, zeros: bool = False
) -> Iterator[CsvRow]:
    """A column of grades and one of feedback for each exercise: Moodle drops grades when it gets feedback alone.

    `found`: what the check found, by the attempt's key.
    """
    titles = [unique_title(exercise, table.exercises) for exercise in table.exercises]
    yield (key, *(column for title in titles for column in (title, _("%(title)s (feedback)") % {"title": title})))
    known = {seat.pk for seat in known_to_moodle([row.seat for row in table.rows], key)}
    for row in table.rows:
        if row.seat.pk in known:
            yield (row.seat.external_id, *_moodle_cells(row, found or {}, zeros=zeros))


def _moodle_cells(row: Row, found: Mapping[int, str], *, zeros: bool) -> Iterator[CsvCell]:
    for cell in row.cells:
        points = grade(cell, zeros=zeros)
        yield NO_GRADE_IN_MOODLE if points is None else points
        yield _feedback(cell, found.get(cell.attempt_id or 0, ""))


def known_to_moodle(seats: Sequence[Member], key: MoodleKey) -> list[Member]:
    """Seats with an e-mail address, or an id number, that no other seat has: Moodle stops at the first one that it does
    not know."""
    is_email = key == "useremail"
    fitting = [seat for seat in seats if seat.external_id and ("@" in seat.external_id) == is_email]
    number = Counter(seat.external_id for seat in fitting)
    return [seat for seat in fitting if number[seat.external_id] == 1]


def _feedback(cell: Cell, found: str) -> str:
    if cell.override:
        return _("Set by %(name)s: %(reason)s") % {"name": cell.override.by, "reason": cell.override.reason}
    done = _("Done late.") if cell.is_late else _("Done.")
    words = {DONE: done, COULD_NOT_CHECK: _("Could not be checked.")}.get(cell.state, _("Not yet."))
    return f"{words} {found}".strip() if cell.state else ""


def unique_title(exercise: Exercise, among: Iterable[Exercise]) -> str:
    """The title, with the exercise's id if another one has the same title."""
    alone = sum(other.title == exercise.title for other in among) == 1
    return exercise.title if alone else f"{exercise.title} ({exercise.id})"


def _state(cell: Cell) -> str:
    return cell.state or "not_begun"


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
