"""Exports of the completion table, filtered as on the page."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lessons.classroom.access import NOT_YOURS, get_staff
from lessons.classroom.exports.canvas import Gradebook, NotAGradebook, canvas_rows, match, read_gradebook
from lessons.classroom.exports.tables import (
    MoodleKey,
    as_json,
    csv_text,
    known_to_moodle,
    long_rows,
    moodle_rows,
    wide_rows,
)
from lessons.classroom.grading.completion import Query, Table, completion
from lessons.classroom.models import Attempt, Member
from lessons.web.attachment import attachment
from lessons.web.forms.staff import GradebookForm
from lessons.web.page_context import page_context

CSV, JSON = "text/csv; charset=utf-8", "application/json"
UPLOAD_MAX_AGE_S = 24 * 60 * 60


@require_safe
def exports(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    return _page(request, staff, GradebookForm())


@require_safe
def export(request: HttpRequest, class_slug: str, name: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    query, zeros = Query.of(staff.klass, request.GET), _zeros(request)
    table = completion(staff.klass, query)
    match name:
        case "completion.csv":
            return _file(staff, name, csv_text(long_rows(table)), CSV)
        case "table.csv":
            return _file(staff, name, csv_text(wide_rows(table, zeros=zeros)), CSV)
        case "completion.json":
            return _file(staff, name, as_json(table, about=_about(staff, query)), JSON)
        case "moodle-useremail.csv" | "moodle-useridnumber.csv":
            key = cast(MoodleKey, name.removeprefix("moodle-").removesuffix(".csv"))
            rows = moodle_rows(table, key, found=_found(table), zeros=zeros)
            return _file(staff, name, csv_text(rows), CSV)
    raise Http404(NOT_YOURS)


@require_POST
def canvas(request: HttpRequest, class_slug: str) -> HttpResponse:
    """Match an uploaded gradebook to the seats. It is not stored: the page's next form carries it along, signed."""
    staff = get_staff(request.user, class_slug)
    form = GradebookForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            gradebook = read_gradebook(form.cleaned_data["file"].read())
        except NotAGradebook as refusal:
            form.add_error("file", str(refusal))
        else:
            return render(request, "grading/canvas.html", _matches(request, staff, gradebook))
    return _page(request, staff, form, status=422)


@require_POST
def canvas_file(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    try:
        sent = signing.loads(request.POST.get("gradebook", ""), salt=_salt(staff), max_age=UPLOAD_MAX_AGE_S)
    except signing.BadSignature:
        return _page(
            request, staff, GradebookForm(), problem=_("This page has expired. Upload the gradebook again."), status=422
        )
    gradebook = Gradebook.of_json(sent)
    table = completion(staff.klass, Query.of(staff.klass, request.GET))
    rows = canvas_rows(table, gradebook, match(_everybody(staff), gradebook), zeros=_zeros(request))
    return _file(staff, "canvas.csv", csv_text(rows), CSV)


def _page(
    request: HttpRequest, staff: Member, form: GradebookForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    query = Query.of(staff.klass, request.GET)
    table = completion(staff.klass, query)
    seats = [row.seat for row in table.rows]
    context = {
        **page_context(staff, "grading"),
        **_params(request, query),
        "table": table,
        "form": form,
        "problem": problem,
        "emails": len(known_to_moodle(seats, "useremail")),
        "numbers": len(known_to_moodle(seats, "useridnumber")),
    }
    return render(request, "grading/exports.html", context, status=status)


def _matches(request: HttpRequest, staff: Member, gradebook: Gradebook) -> dict[str, Any]:
    query = Query.of(staff.klass, request.GET)
    table, matches = completion(staff.klass, query), match(_everybody(staff), gradebook)
    seats = [row.seat for row in table.rows]
    titles = {exercise.title for exercise in table.exercises}
    return {
        **page_context(staff, "grading"),
        **_params(request, query),
        "by_id": [(seat, matches.by_id[seat.pk]) for seat in seats if seat.pk in matches.by_id],
        "by_name": [(seat, matches.by_name[seat.pk]) for seat in seats if seat.pk in matches.by_name],
        "seats_left": [seat for seat in seats if matches.of(seat) is None],
        "people_left": matches.people_left,
        "known": len(titles & gradebook.headers.keys()),
        "exercises": table.exercises,
        "gradebook": signing.dumps(gradebook.as_json(), salt=_salt(staff), compress=True),
    }


def _everybody(staff: Member) -> list[Member]:
    """All seats, whatever the filter: or one of two with the same name would be taken for the only one."""
    return [row.seat for row in completion(staff.klass).rows]


def _params(request: HttpRequest, query: Query) -> dict[str, Any]:
    zeros = _zeros(request)
    return {"params": urlencode({**query.params, **({"zeros": "1"} if zeros else {})}), "query": query, "zeros": zeros}


def _zeros(request: HttpRequest) -> bool:
    """Whether an exercise that is not done gets 0 points instead of no grade."""
    return request.GET.get("zeros") == "1"


def _salt(staff: Member) -> str:
    return f"gradebook:{staff.pk}"


def _found(table: Table) -> dict[int, str]:
    shown = [cell.attempt_id for row in table.rows for cell in row.cells if cell.attempt_id]
    return {
        pk: attempt.verdict.get("seen", "") for pk, attempt in Attempt.objects.only("verdict").in_bulk(shown).items()
    }


def _about(staff: Member, query: Query) -> dict[str, Any]:
    klass = staff.klass
    return {
        "class": {"slug": klass.slug, "name": klass.name}, "made_at": timezone.now().isoformat(timespec="seconds"),
        "filter": query.params,
    }  # fmt: skip


def _file(staff: Member, name: str, text: str, content_type: str) -> HttpResponse:
    return attachment(f"{staff.klass.slug}-{name}", content_type, text)
