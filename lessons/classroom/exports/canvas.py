"""A gradebook for Canvas, matched to one that Canvas exported, because Canvas knows people by its own ids.

Why it is so
------------
Canvas makes a new column from an unknown header, and asks what to do about an unknown person. So headers and ids come
from its own export, and seats without a match are left out and listed. Nothing is guessed: an id or a name that fits
two people fits nobody. An empty grade in the file deletes the grade in Canvas.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from lessons.classroom.exports.tables import CsvRow, grade, unique_title
from lessons.classroom.grading.completion import Table
from lessons.classroom.models import Member

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOST_LINES = 20_000  # 2 MB could hold two million, which would block everybody for ten seconds
POINTS_POSSIBLE = "    Points Possible"  # with these spaces, as Canvas writes it
_HEADER_WITH_ID = re.compile(r"(?P<title>.*) \([0-9]+\)", re.DOTALL)


class NotAGradebook(Exception):
    """The file is not a gradebook from Canvas; the message says why."""


@dataclass(frozen=True)
class Person:
    """A row of the exported gradebook; the fields are its columns."""

    student: str
    id: str
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""

    @property
    def ids(self) -> set[str]:
        return {_plain(each) for each in (self.sis_login_id, self.sis_user_id, self.id) if each.strip()}

    @property
    def name(self) -> str:
        """`Ada Lovelace`, also where Canvas writes `Lovelace, Ada`."""
        last, comma, first = self.student.partition(",")
        return _plain(f"{first} {last}" if comma else self.student)


@dataclass(frozen=True)
class Gradebook:
    people: tuple[Person, ...]
    headers: Mapping[
        str, str
    ]  # by an assignment's title: its header, with Canvas' number; no title that is there twice

    def as_json(self) -> dict[str, Any]:
        return {"people": [asdict(person) for person in self.people], "headers": dict(self.headers)}

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Gradebook:
        return cls(tuple(Person(**person) for person in data["people"]), data["headers"])


@dataclass(frozen=True)
class Matches:
    by_id: Mapping[int, Person]  # by the seat's key
    by_name: Mapping[int, Person]
    seats_left: tuple[Member, ...]
    people_left: tuple[Person, ...]

    def of(self, seat: Member) -> Person | None:
        return self.by_id.get(seat.pk) or self.by_name.get(seat.pk)


def read_gradebook(file: bytes) -> Gradebook:
    """What Canvas exported, with commas or semicolons. Raises: NotAGradebook."""
    try:
        text = file.decode("utf-8-sig")
        if text.count("\n") > MOST_LINES:
            raise NotAGradebook(
                _("The file has more than %(number)s lines. Export the gradebook of one course.")
                % {"number": f"{MOST_LINES:,}"}
            )
        first = text.partition("\n")[0]
        semicolons = first.count(";") > first.count(",")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",", strict=True))
    except UnicodeDecodeError:
        raise NotAGradebook(_("The file is not UTF-8.")) from None
    except csv.Error as error:
        raise NotAGradebook(_("The file is not CSV: %(error)s.") % {"error": error}) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    if not {"ID", "Section"} <= set(header) or not (
        {"Student"} <= set(header) or {"LastName", "FirstName"} <= set(header)
    ):
        raise NotAGradebook(_("Its first line lacks the columns Student, ID and Section that Canvas exports."))
    return Gradebook(tuple(dict.fromkeys(_people(header, rows[1:]))), _headers(header))


def _people(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Person]:
    """The people, without rows that are not people: points possible, posting policies, the test student."""
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        student = row.get("Student") or ", ".join(filter(None, (row.get("LastName"), row.get("FirstName"))))
        if row.get("ID", "").strip() and "Points Possible" not in student:
            yield Person(
                student.strip(), row["ID"].strip(), row.get("SIS User ID", "").strip(), row.get("SIS Login ID", "").strip(),
                row.get("Section", "").strip(),
            )  # fmt: skip


def _headers(header: Sequence[str]) -> dict[str, str]:
    found = defaultdict(list)
    for each in header[header.index("Section") + 1 :]:
        if match := _HEADER_WITH_ID.fullmatch(each):
            found[match["title"]].append(each)
    return {title: same[0] for title, same in found.items() if len(same) == 1}


def match(seats: Sequence[Member], gradebook: Gradebook) -> Matches:
    """Match each seat to one person and each person to one seat: by the seat's external id, otherwise by name."""
    ids = {seat.pk: {_plain(seat.external_id)} for seat in seats if seat.external_id}
    by_id = _pairs(ids, [(person, person.ids) for person in gradebook.people])
    taken = set(by_id.values())
    names = {
        seat.pk: {_plain(seat.name)} for seat in seats
    }  # of all seats, so that a name of two is never taken for the name of one
    found = _pairs(names, [(person, {person.name}) for person in gradebook.people])
    by_name = {pk: person for pk, person in found.items() if pk not in by_id and person not in taken}
    matched = by_id | by_name
    known = set(matched.values())
    return Matches(
        by_id,
        by_name,
        tuple(seat for seat in seats if seat.pk not in matched),
        tuple(person for person in gradebook.people if person not in known),
    )


def _pairs(seats: Mapping[int, set[str]], people: Sequence[tuple[Person, set[str]]]) -> dict[int, Person]:
    """The pairs that fit each other and nobody else."""
    known: dict[str, set[Person]] = defaultdict(set)
    for person, words in people:
        for word in words:
            known[word].add(person)
    fits = {pk: set[Person]().union(*(known.get(word, set()) for word in words)) for pk, words in seats.items()}
    asked = Counter(person for persons in fits.values() for person in persons)
    pairs = {pk: next(iter(persons)) for pk, persons in fits.items() if len(persons) == 1}
    return {pk: person for pk, person in pairs.items() if asked[person] == 1}


def canvas_rows(table: Table, gradebook: Gradebook, matches: Matches, *, zeros: bool = False) -> Iterator[CsvRow]:
    """The gradebook to import: the matched seats of the table, under the headers that Canvas already has."""
    titles = [unique_title(exercise, table.exercises) for exercise in table.exercises]
    yield (*COLUMNS, *(gradebook.headers.get(title, title) for title in titles))
    yield (POINTS_POSSIBLE, "", "", "", "", *(exercise.points for exercise in table.exercises))
    for row in table.rows:
        if person := matches.of(row.seat):
            grades = [grade(cell, zeros=zeros) for cell in row.cells]
            yield (person.student, person.id, person.sis_user_id, person.sis_login_id, person.section, *grades)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
