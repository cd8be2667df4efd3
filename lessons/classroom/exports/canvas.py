"""A gradebook for Canvas, matched to one that Canvas exported, because Canvas knows people by its own ids.

Why it is so
------------
Canvas makes a new column from an unknown header, and asks what to do about an unknown person. So headers and ids come
from its own export, and seats without a match are left out and listed. An empty grade in the file deletes the grade in
Canvas, and one that is empty or a number ends an excuse: so who is excused there is excused in the file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lessons.classroom.exports.roster import (
    EXCUSED,
    Matches,
    NotARoster,
    Person,
    csv_rows,
    people_as_json,
    people_of,
    people_of_json,
)
from lessons.classroom.exports.tables import CsvRow, grade, unique_title
from lessons.classroom.grading.completion import Row, Table
from lessons.classroom.grading.standings import COULD_NOT_CHECK

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"  # with these spaces, as Canvas writes it
_HEADER_WITH_ID = re.compile(r"(?P<title>.*) \([0-9]+\)", re.DOTALL)


@dataclass(frozen=True)
class Gradebook:
    people: tuple[Person, ...]
    headers: Mapping[
        str, str
    ]  # by an assignment's title: its header, with Canvas' number; no title that is there twice

    def as_json(self) -> dict[str, Any]:
        return {"people": people_as_json(self.people), "headers": dict(self.headers)}

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Gradebook:
        return cls(people_of_json(data["people"]), data["headers"])


def read_gradebook(file: bytes) -> Gradebook:
    """What Canvas exported. Raises: NotARoster."""
    header, *rows = csv_rows(file)
    if not {"ID", "Section"} <= set(header) or not (
        {"Student"} <= set(header) or {"LastName", "FirstName"} <= set(header)
    ):
        raise NotARoster(_("Its first line lacks the columns Student, ID and Section that Canvas exports."))
    return Gradebook(people_of(header, rows), _headers(header))


def _headers(header: Sequence[str]) -> dict[str, str]:
    found = defaultdict(list)
    for each in header[header.index("Section") + 1 :]:
        if match := _HEADER_WITH_ID.fullmatch(each):
            found[match["title"]].append(each)
    return {title: same[0] for title, same in found.items() if len(same) == 1}


def canvas_rows(table: Table, gradebook: Gradebook, matches: Matches, *, zeros: bool = False) -> Iterator[CsvRow]:
    """The gradebook to import: the matched seats of the table, under the headers that Canvas already has."""
    titles = [unique_title(exercise, table.exercises) for exercise in table.exercises]
    grades = {row.seat.pk: [grade(cell, zeros=zeros) for cell in row.cells] for row in table.rows}
    yield from _rows(gradebook, matches, titles, [exercise.points for exercise in table.exercises], grades)


def canvas_total_rows(
    table: Table, gradebook: Gradebook, matches: Matches, *, title: str, zeros: bool = False
) -> Iterator[CsvRow]:
    """The same with one column: the total, which a seat lacks while an exercise of it could not be checked."""
    grades = {row.seat.pk: [_total(row, zeros=zeros)] for row in table.rows}
    yield from _rows(gradebook, matches, [title], [table.points], grades)


def _rows(
    gradebook: Gradebook,
    matches: Matches,
    titles: Sequence[str],
    points: Sequence[int],
    grades: Mapping[int, Sequence[float | None]],
) -> Iterator[CsvRow]:
    """`grades`: by the seat's key, one for each title."""
    headers = [gradebook.headers.get(title, title) for title in titles]
    yield (*COLUMNS, *headers)
    yield (POINTS_POSSIBLE, "", "", "", "", *points)
    for seat, own in grades.items():
        if person := matches.of(seat):
            cells = [EXCUSED if header in person.excused else cell for header, cell in zip(headers, own, strict=True)]
            yield (person.student, person.id, person.sis_user_id, person.sis_login_id, person.section, *cells)


def _total(row: Row, *, zeros: bool) -> float | None:
    grades = [grade(cell, zeros=zeros) for cell in row.cells]
    known = [points for points in grades if points is not None]
    return sum(known) if known and not any(cell.state == COULD_NOT_CHECK for cell in row.cells) else None
