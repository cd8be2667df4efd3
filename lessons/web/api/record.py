"""The work of a class: its seats, lessons, attempts, evidence, and the standing of each exercise.

Staff see everybody, students only themselves: `seats_in_sight` decides that, and nothing else does.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.db.models import F, Q, QuerySet
from ninja import Query, Router
from ninja.pagination import paginate

from lessons.classroom import process
from lessons.classroom.access import get_asker, get_evidence, seats_in_sight
from lessons.classroom.exports.signing import sha256_of
from lessons.classroom.grading.completion import Cell, Row, row_of
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Attempt, Member, Observation, Role, User
from lessons.course.exercise import Exercise
from lessons.web.api.doors import Asking
from lessons.web.api.pages import Pages
from lessons.web.api.schemas import AttemptOut, ClassOut, CompletionOut, EvidenceOut, LessonOut, SeatOut, State

router = Router(tags=["record"])

Seat = Annotated[str, Query(pattern=r"^[0-9A-Z]{0,4}$", description="A seat's slug.", examples=["7KQ4"])]
ExerciseId = Annotated[
    str,
    Query(pattern=r"^[a-z0-9.-]{0,80}$", description="An exercise's id.", examples=["creating-topics.three-topics"]),
]
Judged = Annotated[Literal["", "done", "not_yet", "could_not_check"], Query(description="The verdict of a check.")]
Stands = Annotated[Literal[""] | State, Query(description="The state of an exercise.")]
Removed = Annotated[bool, Query(description="Include seats that were removed or merged into another one.")]


@router.get("/classes", response=list[ClassOut])
@paginate(Pages)
def list_classes(request: Asking):
    """Your classes, and your role in each; with a token, the one class that it opens."""
    if isinstance(request.auth, User):
        return request.auth.memberships.filter(removed_at=None).select_related("klass").order_by("klass__slug")
    return [request.auth]


@router.get("/classes/{slug:class_slug}/seats", response=list[SeatOut])
@paginate(Pages)
def list_seats(request: Asking, class_slug: str, removed: Removed = False):
    """The students by name, with their totals. Students see only themselves."""
    member = get_asker(request.auth, class_slug)
    return [_seat(row) for row in _rows(member, removed=removed)]


@router.get("/classes/{slug:class_slug}/lessons", response=list[LessonOut])
@paginate(Pages)
def list_lessons(request: Asking, class_slug: str):
    """The lessons that are switched on, by number, with their exercises."""
    return get_asker(request.auth, class_slug).klass.lessons


@router.get("/classes/{slug:class_slug}/completion", response=list[CompletionOut])
@paginate(Pages)
def list_completion(
    request: Asking,
    class_slug: str,
    seat: Seat = "",
    exercise: ExerciseId = "",
    state: Stands = "",
    removed: Removed = False,
):
    """The standing of each exercise of each seat, by name and then in the order of the lessons, including exercises not started."""
    member = get_asker(request.auth, class_slug)
    rows = (row for row in _rows(member, removed=removed) if seat in ("", row.seat.slug))
    cells = [
        (row.seat, done, cell)
        for row in rows
        for done, cell in zip(_exercises(member), row.cells, strict=True)
        if exercise in ("", done.id) and state in ("", cell.state or "not_begun")
    ]
    return Converted(cells, _cell)


@router.get("/classes/{slug:class_slug}/attempts", response=list[AttemptOut])
@paginate(Pages)
def list_attempts(request: Asking, class_slug: str, seat: Seat = "", exercise: ExerciseId = "", state: Judged = ""):
    """The attempts, newest first. Attempts that were re-graded since are included and no longer count."""
    found = Attempt.objects.filter(member__in=seats_in_sight(get_asker(request.auth, class_slug)))
    found = found.filter(**({"state": state} if state else {})).annotate(
        counts=Q(replaced_by=None), asked_by_slug=F("asked_by__slug")
    )
    return _of(found, seat, exercise)


@router.get("/classes/{slug:class_slug}/evidence", response=list[EvidenceOut])
@paginate(Pages)
def list_evidence(request: Asking, class_slug: str, seat: Seat = "", exercise: ExerciseId = "", state: Judged = ""):
    """What checks read from the cluster, newest first; with `state`, only evidence with such a verdict."""
    found = Observation.objects.filter(member__in=seats_in_sight(get_asker(request.auth, class_slug)))
    if state:
        found = found.filter(pk__in=Attempt.objects.filter(state=state).values("observation"))
    return Converted(_of(found, seat, exercise), _evidence)


@router.get("/classes/{slug:class_slug}/evidence/{int:evidence_id}", response=EvidenceOut)
def get_one_evidence(request: Asking, class_slug: str, evidence_id: int):
    """What one check read from the cluster."""
    return _evidence(get_evidence(get_asker(request.auth, class_slug), evidence_id))


class Converted:
    """A long list that converts only the page that was asked for."""

    def __init__(self, items: Any, convert: Any) -> None:
        self._items, self._convert = items, convert

    def __len__(self) -> int:
        return self._items.count() if isinstance(self._items, QuerySet) else len(self._items)

    def __getitem__(self, part: slice) -> list[Any]:
        items = self._items[part]
        return [self._convert(*item) if isinstance(item, tuple) else self._convert(item) for item in items]


def _of(rows: QuerySet, seat: str, exercise: str) -> QuerySet:
    wanted = {"member__slug": seat, "exercise": exercise}
    chosen = rows.filter(**{name: value for name, value in wanted.items() if value})
    return chosen.select_related("member").order_by("-pk")


def _exercises(member: Member) -> tuple[Exercise, ...]:
    return tuple(exercise for lesson in member.klass.lessons for exercise in lesson.exercises)


def _rows(member: Member, *, removed: bool) -> Iterator[Row]:
    """A row for each seat that this member may see."""
    seats = seats_in_sight(member).order_by("name", "slug")
    if not removed:
        seats = seats.filter(removed_at=None, merged_into=None)
    alone = member.role == Role.STUDENT
    standings = {member.pk: standings_of(member)} if alone else process.current().standings.of_class(member.klass)
    exercises = _exercises(member)
    return (row_of(seat, exercises, standings.get(seat.pk, {})) for seat in seats)


def _seat(row: Row) -> dict[str, Any]:
    seat = row.seat
    return {
        "slug": seat.slug, "name": seat.name, "external_id": seat.external_id, "joined_at": seat.joined_at,
        "removed_at": seat.removed_at, "points": row.points, "points_total": row.points_total, "done": row.done,
        "exercises": len(row.cells), "attempts": sum(cell.attempts for cell in row.cells), "last_at": row.last_at,
    }  # fmt: skip


def _cell(seat: Member, exercise: Exercise, cell: Cell) -> dict[str, Any]:
    override = cell.override
    return {
        "seat": seat.slug, "name": seat.name, "external_id": seat.external_id, "exercise": exercise.id,
        "state": cell.state or "not_begun", "points": cell.points, "points_total": exercise.points,
        "attempts": cell.attempts, "at": cell.at, "is_late": cell.is_late, "attempt_id": cell.attempt_id,
        "override": {"reason": override.reason, "by": override.by, "at": override.at} if override else None,
    }  # fmt: skip


def _evidence(observation: Observation) -> dict[str, Any]:
    return {
        "id": observation.pk, "seat": observation.member.slug, "exercise": observation.exercise,
        "version": observation.version, "data": observation.data, "sha256": sha256_of(observation.data),
        "cluster_id": observation.cluster_id, "observed_at": observation.observed_at,
    }  # fmt: skip
