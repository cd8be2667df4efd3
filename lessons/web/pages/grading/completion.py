"""The completion table, and re-checking many exercises at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lessons.classroom import process
from lessons.classroom.access import get_change, get_exercise, get_seat, get_staff
from lessons.classroom.grading.completion import Query, QueryForm, completion
from lessons.classroom.grading.deciding import BEGINNING, Cursor, ask_recheck, cells_of, recheck
from lessons.classroom.grading.standings import COULD_NOT_CHECK
from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Change, Member
from lessons.course.exercise import Exercise
from lessons.web.page_context import page_context
from lessons.web.view_models.completion_table import table_html

Job = tuple[Member | None, Exercise | None]


@require_safe
def grading(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    query = Query.of(staff.klass, request.GET)
    table = completion(staff.klass, query, standings=process.current().standings.of_class(staff.klass))
    context = {
        **page_context(staff, "grading"),
        "form": QueryForm(staff.klass, {"sort": query.sort, **query.params}),
        "query": query,
        "params": urlencode(query.params),
        "filtered": bool(query.params.keys() - {"sort"}),
        "rows": table.rows,
        "exercises": table.exercises,
        "points": table.points,
        "unchecked": sum(cell.state == COULD_NOT_CHECK for row in table.rows for cell in row.cells),
        "table": table_html(table, staff.klass, query),
    }
    return render(request, "grading/completion.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def recheck_many(request: HttpRequest, class_slug: str) -> HttpResponse:
    """A POST checks one portion of the cells, the next one with `job` and `after`; a GET shows the progress."""
    staff = get_staff(request.user, class_slug)
    if request.method == "GET":
        return render(
            request, "grading/recheck.html", {**page_context(staff, "grading"), **_job_context(staff, request.GET)}
        )
    if "job" in request.POST:
        change, (seat, exercise) = _job_or_404(staff, request.POST)
    else:
        seat = get_seat(staff, request.POST["seat"]) if request.POST.get("seat") else None
        exercise = get_exercise(request.POST["exercise"])[1] if request.POST.get("exercise") else None
        change = ask_recheck(staff.klass, staff, seat=seat, exercise=exercise)
    portion = recheck(cells_of(staff.klass, seat, exercise), staff, after=_cursor(request.POST))
    progress = {
        "job": change.pk,
        "after": "{}.{}".format(*portion.cursor) if portion.cursor else "end",
        "new": count_of(request.POST, "new") + portion.newly_done,
        "failed": count_of(request.POST, "failed") + portion.failed,
        "problem": (portion.problem or request.POST.get("problem", ""))[:300],
        "away": "1" if portion.is_away else "",
    }
    return redirect(f"{reverse('re-check', args=[class_slug])}?{urlencode(progress)}")


def _job_or_404(staff: Member, data: Any) -> tuple[Change, Job]:
    """The re-check that a member of staff asked for. Raises: Http404."""
    change = get_change(staff, ChangeKind.RECHECK, data.get("job", ""))
    exercise_id = change.data["exercise"]
    return change, (change.seat, get_exercise(exercise_id)[1] if exercise_id else None)


def _job_context(staff: Member, data: Any) -> dict[str, Any]:
    change, (seat, exercise) = _job_or_404(staff, data)
    ended = data.get("after") == "end"
    cells, after = cells_of(staff.klass, seat, exercise), _cursor(data)
    checked = len(cells) if ended else sum(cursor <= after for _, _, cursor in cells)
    return {
        "change": change, "seat": seat, "exercise": exercise, "ended": ended, "checked": checked,
        "total": len(cells), "after": data.get("after", ""), "new": count_of(data, "new"),
        "failed": count_of(data, "failed"), "problem": data.get("problem", "")[:300], "is_away": bool(data.get("away")),
    }  # fmt: skip


def _cursor(data: Any) -> Cursor:
    try:
        seat, exercise = map(int, data.get("after", "").split("."))
    except ValueError:
        return BEGINNING
    return seat, exercise


def count_of(data: Any, name: str) -> int:
    text = data.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0
