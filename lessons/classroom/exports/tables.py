"""The completion table as it goes out: rows for CSV, and JSON. Pure: a table in, texts out.

Why it is so
------------
A file holds what is on the page, so every export is made of a `Table`. A grade is points, or nothing where there is
none to give: what is not done yet has none unless zeros are asked for, and what could not be checked has none ever.
Names and sentences are anybody's, and a spreadsheet runs a cell that begins with `=`: such a text gets an apostrophe
in front, which spreadsheets show as text. Where a comma is the decimal sign, spreadsheets split lines at semicolons,
whatever is in quotes: so a text gets one too behind what may be taken for the end of a cell. CSV is that of RFC 4180,
in UTF-8 without a mark at its beginning.
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

from lessons.classroom.grading.completion import Cell, Row, Table
from lessons.classroom.grading.standings import COULD_NOT_CHECK, DONE
from lessons.classroom.models import Member
from lessons.course.exercise import Exercise

CsvCell = str | float | None
CsvRow = Sequence[CsvCell]
MoodleKey = Literal["useremail", "useridnumber"]
NO_GRADE_IN_MOODLE = "-"  # as in Moodle's own exports; an empty cell of a new grade item would be an error there

# The last ones are = + - @ as East Asian full-width signs, which spreadsheets take for the plain ones.
_RUNS = re.compile(r"^(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])|(?<=[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def csv_text(rows: Iterable[CsvRow]) -> str:
    """Lines end in CR LF. Numbers stay numbers, and nothing is empty."""
    out = io.StringIO()
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def guarded(cell: CsvCell) -> CsvCell:
    """What a spreadsheet would run, as a text that it shows. A number is not run, also when it is negative."""
    if isinstance(cell, float):
        return int(cell) if cell == int(cell) else cell
    is_harmless = not isinstance(cell, str) or cell == NO_GRADE_IN_MOODLE or _NUMBER.fullmatch(cell)
    return cell if is_harmless else _RUNS.sub("'", str(cell))


def grade(cell: Cell, *, zeros: bool) -> float | None:
    """Points; None where there is no grade to give."""
    if cell.state == DONE or cell.override:
        return cell.points
    return 0.0 if zeros and cell.state != COULD_NOT_CHECK else None


def long_rows(table: Table) -> Iterator[CsvRow]:
    """One of each exercise of each seat."""
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
    """One of each seat, with a grade for each exercise."""
    yield ("seat", "name", "external_id", *(exercise.id for exercise in table.exercises), "done", "points", "last_at")
    for row in table.rows:
        grades = [grade(cell, zeros=zeros) for cell in row.cells]
        yield (row.seat.slug, row.seat.name, row.seat.external_id, *grades, row.done, row.points, _moment(row.last_at))


def as_json(table: Table, *, about: Mapping[str, Any]) -> str:
    """`about` says which class, when, and by which filter."""
    exercises = [{"id": each.id, "title": each.title, "points": each.points} for each in table.exercises]
    seats = [_seat(row, table.exercises) for row in table.rows]
    return json.dumps({**about, "exercises": exercises, "seats": seats}, ensure_ascii=False, indent=1)


def _seat(row: Row, exercises: tuple[Exercise, ...]) -> dict[str, Any]:
    seat = row.seat
    cells = {exercise.id: _cell(cell) for exercise, cell in zip(exercises, row.cells, strict=True)}
    return {
        "seat": seat.slug, "name": seat.name, "external_id": seat.external_id, "done": row.done, "points": row.points,
        "last_at": _moment(row.last_at) or None, "exercises": cells,
    }  # fmt: skip


def _cell(cell: Cell) -> dict[str, Any]:
    override = cell.override
    return {
        "state": _state(cell), "points": cell.points, "attempts": cell.attempts, "at": _moment(cell.at) or None,
        "late": cell.is_late, "attempt_id": cell.attempt_id,
        "override": {"reason": override.reason, "by": override.by, "at": _moment(override.at)} if override else None,
    }  # fmt: skip


def moodle_rows(
    table: Table, key: MoodleKey, *, seen: Mapping[int, str] | None = None, zeros: bool = False
) -> Iterator[CsvRow]:
    """A column of grades and one of feedback for each exercise: Moodle drops the grades when it gets feedback alone.

    `seen`: what the check saw, by the attempt's key.
    """
    named = [(exercise, unique_title(exercise, table.exercises)) for exercise in table.exercises]
    yield (key, *(column for _, title in named for column in (title, f"{title} (feedback)")))
    known = {seat.pk for seat in known_to_moodle([row.seat for row in table.rows], key)}
    for row in table.rows:
        if row.seat.pk in known:
            yield (row.seat.external_id, *_moodle_cells(row, seen or {}, zeros=zeros))


def _moodle_cells(row: Row, seen: Mapping[int, str], *, zeros: bool) -> Iterator[CsvCell]:
    for cell in row.cells:
        points = grade(cell, zeros=zeros)
        yield NO_GRADE_IN_MOODLE if points is None else points
        yield _feedback(cell, seen.get(cell.attempt_id or 0, ""))


def known_to_moodle(seats: Sequence[Member], key: MoodleKey) -> list[Member]:
    """Those with an e-mail address, or with an id number, that no other has: Moodle gives up at the first that it does
    not know."""
    is_email = key == "useremail"
    fitting = [seat for seat in seats if seat.external_id and ("@" in seat.external_id) == is_email]
    number = Counter(seat.external_id for seat in fitting)
    return [seat for seat in fitting if number[seat.external_id] == 1]


def _feedback(cell: Cell, seen: str) -> str:
    if cell.override:
        return f"Decided by {cell.override.by}: {cell.override.reason}"
    words = {DONE: "Done late." if cell.is_late else "Done.", COULD_NOT_CHECK: "Could not be checked."}
    return f"{words.get(cell.state, 'Not yet.')} {seen}".strip() if cell.state else ""


def unique_title(exercise: Exercise, among: Iterable[Exercise]) -> str:
    """The title; where two have the same one, with the id."""
    alone = sum(other.title == exercise.title for other in among) == 1
    return exercise.title if alone else f"{exercise.title} ({exercise.id})"


def _state(cell: Cell) -> str:
    return cell.state or "not_begun"


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
