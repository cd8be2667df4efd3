"""The people of a course, from a file that Canvas or Moodle exported, and who of them has which seat.

Why it is so
------------
Nothing is guessed: an id or a name that fits two people fits nobody. Canvas and Moodle call their columns differently, and
Moodle in the language of whoever exports, so the usual names of a column are listed. The test student of Canvas, who is
in every gradebook whose teacher has used the student's view, is nobody.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from lessons.classroom.models import Member

MOST_LINES = 20_000  # 2 MB could hold two million, which would block everybody for ten seconds
EXCUSED = "EX"
TEST_STUDENT = "Student, Test"
FIRST_NAME = ("firstname", "first name", "vorname")
LAST_NAME = ("lastname", "last name", "surname", "nachname")
ID = ("id", "id number", "idnumber", "id-nummer")
LOGIN = ("sis login id", "email address", "email", "e-mail", "e-mail-adresse")


class NotARoster(Exception):
    """The file does not list the people of a course; the message says why."""


@dataclass(frozen=True)
class Person:
    """Somebody in a course; the fields are the columns of Canvas. In Moodle the login is the e-mail address."""

    student: str
    id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""
    excused: frozenset[str] = frozenset()  # the headers under which Canvas has EX

    @property
    def ids(self) -> set[str]:
        return {_plain(each) for each in (self.sis_login_id, self.sis_user_id, self.id) if each.strip()}

    @property
    def name(self) -> str:
        return _name(self.student)

    @property
    def external_id(self) -> str:
        """What a seat needs to be matched with this person by id."""
        return self.sis_login_id or self.sis_user_id or self.id


@dataclass(frozen=True)
class Matches:
    by_id: Mapping[int, Person]  # by the seat's key
    by_name: Mapping[int, Person]
    seats_left: tuple[Member, ...]
    people_left: tuple[Person, ...]

    def of(self, seat: int) -> Person | None:
        """`seat`: its key."""
        return self.by_id.get(seat) or self.by_name.get(seat)


def read_roster(file: bytes) -> tuple[Person, ...]:
    """The people of a gradebook or a list of participants. Raises: NotARoster."""
    header, *rows = csv_rows(file)
    known = {title.casefold() for title in header}
    if not known & {"student", *LAST_NAME} or not known & {*ID, *LOGIN}:
        raise NotARoster(_("Its first line lacks a column of names, or one of e-mail addresses or id numbers."))
    return people_of(header, rows)


def csv_rows(file: bytes) -> list[list[str]]:
    """The lines, with commas or semicolons; the first one has the titles. Raises: NotARoster."""
    try:
        text = file.decode("utf-8-sig")
        if text.count("\n") > MOST_LINES:
            raise NotARoster(
                _("The file has more than %(number)s lines. Export the gradebook of one course.")
                % {"number": f"{MOST_LINES:,}"}
            )
        first = text.partition("\n")[0]
        semicolons = first.count(";") > first.count(",")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",", strict=True))
    except UnicodeDecodeError:
        raise NotARoster(_("The file is not UTF-8.")) from None
    except csv.Error as error:
        raise NotARoster(_("The file is not CSV: %(error)s.") % {"error": error}) from None
    return [[cell.strip() for cell in rows[0]], *rows[1:]] if rows else [[]]


def people_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[Person, ...]:
    return tuple(dict.fromkeys(_people(header, rows)))


def people_as_json(people: Iterable[Person]) -> list[dict[str, Any]]:
    return [{**asdict(person), "excused": sorted(person.excused)} for person in people]


def people_of_json(data: Iterable[Mapping[str, Any]]) -> tuple[Person, ...]:
    return tuple(Person(**{**person, "excused": frozenset(person["excused"])}) for person in data)


def _people(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Person]:
    """The people, without rows that are not people: points possible, posting policies, the test student."""
    for cells in rows:
        row = {title.casefold(): cell.strip() for title, cell in zip(header, cells, strict=False)}
        person = Person(
            student=row.get("student")
            or ", ".join(filter(None, (_first_of(row, LAST_NAME), _first_of(row, FIRST_NAME)))),
            id=_first_of(row, ID),
            sis_user_id=row.get("sis user id", ""),
            sis_login_id=_first_of(row, LOGIN),
            section=row.get("section", ""),
            excused=frozenset(
                title for title, cell in zip(header, cells, strict=False) if cell.strip().upper() == EXCUSED
            ),
        )
        if _is_real(person):
            yield person


def _is_real(person: Person) -> bool:
    is_test_student = person.student == TEST_STUDENT and not person.sis_user_id
    return bool(person.ids) and "Points Possible" not in person.student and not is_test_student


def _first_of(row: Mapping[str, str], titles: Iterable[str]) -> str:
    return next((row[title] for title in titles if row.get(title)), "")


def match(seats: Sequence[Member], people: Sequence[Person]) -> Matches:
    """Match each seat to one person and each person to one seat: by the seat's external id, otherwise by name."""
    ids = {seat.pk: {_plain(seat.external_id)} for seat in seats if seat.external_id}
    by_id = _pairs(ids, [(person, person.ids) for person in people])
    taken = set(by_id.values())
    names = {
        seat.pk: {_name(seat.name)} for seat in seats
    }  # of all seats, so that a name of two is never taken for the name of one
    found = _pairs(names, [(person, {person.name}) for person in people])
    by_name = {pk: person for pk, person in found.items() if pk not in by_id and person not in taken}
    matched = by_id | by_name
    known = set(matched.values())
    return Matches(
        by_id,
        by_name,
        tuple(seat for seat in seats if seat.pk not in matched),
        tuple(person for person in people if person not in known),
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


def _name(text: str) -> str:
    """`ada lovelace`, also where somebody writes `Lovelace, Ada`."""
    last, comma, first = text.partition(",")
    return _plain(f"{first} {last}" if comma else text)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
