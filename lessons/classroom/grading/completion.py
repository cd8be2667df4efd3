"""The completion table: students × exercises, sorted and filtered, for the grader's page, the exports and the API.

Why it is so
------------
A filter is a few GET parameters, and one function makes the table of them: what is downloaded is what is on the page.
A parameter that makes no sense is left out and never an error: an address is often typed, kept and sent on. Filters
choose seats; only `lesson` chooses exercises, and then all totals are of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms

from lessons.classroom.grading.standings import (
    COULD_NOT_CHECK,
    DONE,
    NOT_BEGUN,
    NOT_BEGUN_YET,
    NOT_YET,
    STATE_WORDS,
    Standing,
    Standings,
    class_standings,
)
from lessons.classroom.models import Class, Member, Role
from lessons.course.exercise import Exercise

Cell = Standing
ANY, NONE_YET, OVERRIDDEN = "", "not_begun", "override"
STATES = {
    ANY: "in any state", **{state: STATE_WORDS[state] for state in (DONE, NOT_YET, COULD_NOT_CHECK)},
    NONE_YET: STATE_WORDS[NOT_BEGUN], OVERRIDDEN: "overridden",
}  # fmt: skip
SORTS = {
    "name": "name", "-points": "most points", "points": "fewest points", "-done": "most done", "done": "fewest done",
    "-last": "newest activity", "last": "oldest activity", "-name": "name, from the end",
}  # fmt: skip
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Query:
    """Which seats, in which order. The names are those of the GET parameters."""

    text: str = ""  # in the name or the slug
    lesson: str = ""  # its slug; empty: all that are switched on
    state: str = ANY  # seats with an exercise that stands so
    late: bool = False  # seats with an exercise that was done late; with `state`, the same one
    removed: bool = False  # those who were removed or merged into another seat, too
    sort: str = "name"

    @classmethod
    def of(cls, klass: Class, data: Mapping[str, Any]) -> Query:
        """From GET parameters; what makes no sense is as if it were not there."""
        form = QueryForm(klass, data)
        form.is_valid()
        return cls(**{name: value for name, value in form.cleaned_data.items() if value})

    @property
    def params(self) -> dict[str, str]:
        """The parameters that give this query again, without those that are as usual."""
        usual, here = asdict(Query()), asdict(self)
        return {name: "1" if here[name] is True else here[name] for name in here if here[name] != usual[name]}


class QueryForm(forms.Form):
    text = forms.CharField(label="Name or seat", max_length=60, required=False)
    lesson = forms.ChoiceField(label="Lesson", required=False)
    state = forms.ChoiceField(label="With an exercise", choices=list(STATES.items()), required=False)
    sort = forms.ChoiceField(label="Sorted by", choices=list(SORTS.items()), required=False)
    late = forms.BooleanField(label="Late", required=False)
    removed = forms.BooleanField(label="Removed seats too", required=False)

    def __init__(self, klass: Class, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        lessons = [(lesson.slug, f"{lesson.number}. {lesson.title}") for lesson in klass.lessons]
        self.fields["lesson"] = forms.ChoiceField(label="Lesson", choices=[("", "all"), *lessons], required=False)


@dataclass(frozen=True, slots=True)
class Row:
    seat: Member
    cells: tuple[Cell, ...]  # one an exercise of the table, in its order
    points: float
    done: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    exercises: tuple[Exercise, ...]
    rows: tuple[Row, ...]

    @property
    def points(self) -> int:
        """What all its exercises are worth."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def done(self) -> tuple[int, ...]:
        """How many of the rows have done each exercise."""
        return tuple(sum(row.cells[i].state == DONE for row in self.rows) for i in range(len(self.exercises)))


def completion(klass: Class, query: Query | None = None) -> Table:
    query = query or Query()
    exercises = tuple(
        exercise for lesson in klass.lessons if query.lesson in ("", lesson.slug) for exercise in lesson.exercises
    )
    standings = class_standings(klass)
    rows = [row_of(seat, exercises, standings.get(seat.pk, {})) for seat in _seats(klass, query)]
    return Table(exercises, _sorted([row for row in rows if _has(row, query)], query.sort))


def row_of(seat: Member, exercises: tuple[Exercise, ...], standings: Standings) -> Row:
    cells = tuple(standings.get(exercise.id, NOT_BEGUN_YET) for exercise in exercises)
    return Row(
        seat=seat,
        cells=cells,
        points=sum(cell.points for cell in cells),
        done=sum(cell.state == DONE for cell in cells),
        last_at=max((cell.at for cell in cells if cell.at), default=None),
    )


def _seats(klass: Class, query: Query) -> list[Member]:
    seats = klass.members.filter(role=Role.STUDENT)
    if not query.removed:
        seats = seats.filter(removed_at=None, merged_into=None)
    wanted = query.text.casefold()
    return [seat for seat in seats if wanted in f"{seat.name} · {seat.slug}".casefold()]


def _has(row: Row, query: Query) -> bool:
    if not query.state and not query.late:
        return True
    return any(_stands(cell, query.state) and (cell.is_late or not query.late) for cell in row.cells)


def _stands(cell: Cell, state: str) -> bool:
    match state:
        case "":
            return True
        case "override":  # OVERRIDDEN
            return cell.override is not None
        case "not_begun":  # NONE_YET
            return not cell.state
        case _:
            return cell.state == state


def _sorted(rows: list[Row], sort: str) -> tuple[Row, ...]:
    """Those who stand alike in the order of their names, whichever way the others go."""
    rows.sort(key=lambda row: (row.seat.name.casefold(), row.seat.slug), reverse=sort == "-name")
    keys = {
        "points": lambda row: row.points,
        "done": lambda row: row.done,
        "last": lambda row: row.last_at or LONG_AGO,
    }
    if key := keys.get(sort.removeprefix("-")):
        rows.sort(key=key, reverse=sort.startswith("-"))
    return tuple(rows)
