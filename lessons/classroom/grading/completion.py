"""The completion table: students × exercises, sorted and filtered, for the grader's page, the exports and the API.

Why it is so
------------
A filter is a few GET parameters, and one function turns them into the table: a download has what the page has. A
parameter that makes no sense is ignored and never an error: people type addresses, save them and send them on. Filters
select seats; only `lesson` selects exercises, and then all totals count only these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
    points_total,
)
from lessons.classroom.models import Class, Member, Role
from lessons.course.exercise import Exercise

Cell = Standing
ANY, NONE_YET, OVERRIDDEN = "", "not_begun", "override"
STATES = {
    ANY: _("in any state"), **{state: STATE_WORDS[state] for state in (DONE, NOT_YET, COULD_NOT_CHECK)},
    NONE_YET: STATE_WORDS[NOT_BEGUN], OVERRIDDEN: _("overridden"),
}  # fmt: skip
SORTS = {
    "name": _("name, A to Z"), "-name": _("name, Z to A"), "-points": _("most points"), "points": _("fewest points"),
    "-done": _("most done"), "done": _("fewest done"), "-last": _("newest activity"), "last": _("oldest activity"),
}  # fmt: skip
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Query:
    """Which seats, in which order. The names are those of the GET parameters."""

    text: str = ""  # in the name or the slug
    lesson: str = ""  # its slug; empty: all that are switched on
    state: str = ANY  # seats with an exercise in this state
    late: bool = False  # seats with a late exercise; with `state`, one that is both
    removed: bool = False  # also seats that were removed or merged into another one
    sort: str = "name"

    @classmethod
    def of(cls, klass: Class, data: Mapping[str, Any]) -> Query:
        """From GET parameters; those that make no sense are ignored."""
        form = QueryForm(klass, data)
        form.is_valid()
        return cls(**{name: value for name, value in form.cleaned_data.items() if value})

    @property
    def params(self) -> dict[str, str]:
        """The parameters that give this query again, without the defaults."""
        usual, here = asdict(Query()), asdict(self)
        return {name: "1" if here[name] is True else here[name] for name in here if here[name] != usual[name]}


class QueryForm(forms.Form):
    text = forms.CharField(label=_("Name or seat"), max_length=60, required=False)
    lesson = forms.ChoiceField(label=_("Lesson"), required=False)
    state = forms.ChoiceField(label=_("With an exercise"), choices=list(STATES.items()), required=False)
    sort = forms.ChoiceField(label=_("Sort by"), choices=list(SORTS.items()), required=False)
    late = forms.BooleanField(label=_("Late"), required=False)
    removed = forms.BooleanField(label=_("Include removed seats"), required=False)

    def __init__(self, klass: Class, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        lessons = [(lesson.slug, f"{lesson.number}. {lesson.title}") for lesson in klass.lessons]
        self.fields["lesson"].choices = [("", _("all")), *lessons]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Row:
    seat: Member
    cells: tuple[Cell, ...]  # one for each exercise of the table, in its order
    points: float
    points_total: int  # without exercises that could not be checked
    done: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    exercises: tuple[Exercise, ...]
    rows: tuple[Row, ...]

    @property
    def points(self) -> int:
        """The points of all its exercises."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def done(self) -> tuple[int, ...]:
        """How many rows have done each exercise."""
        return tuple(sum(row.cells[i].state == DONE for row in self.rows) for i in range(len(self.exercises)))


def completion(klass: Class, query: Query | None = None, *, standings: Mapping[int, Standings] | None = None) -> Table:
    """`standings`: everybody's, where they are known."""
    query = query or Query()
    exercises = tuple(
        exercise for lesson in klass.lessons if query.lesson in ("", lesson.slug) for exercise in lesson.exercises
    )
    standings = class_standings(klass) if standings is None else standings
    rows = [row_of(seat, exercises, standings.get(seat.pk, {})) for seat in _seats(klass, query)]
    return Table(exercises, _sorted([row for row in rows if _has(row, query)], query.sort))


def row_of(seat: Member, exercises: tuple[Exercise, ...], standings: Standings) -> Row:
    cells = tuple(standings.get(exercise.id, NOT_BEGUN_YET) for exercise in exercises)
    return Row(
        seat=seat,
        cells=cells,
        points=sum(cell.points for cell in cells),
        points_total=points_total(exercises, cells),
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
    """Ties are in the order of the names, in whichever direction the rest is sorted."""
    rows.sort(key=lambda row: (row.seat.name.casefold(), row.seat.slug), reverse=sort == "-name")
    keys = {
        "points": lambda row: row.points,
        "done": lambda row: row.done,
        "last": lambda row: row.last_at or LONG_AGO,
    }
    if key := keys.get(sort.removeprefix("-")):
        rows.sort(key=key, reverse=sort.startswith("-"))
    return tuple(rows)
