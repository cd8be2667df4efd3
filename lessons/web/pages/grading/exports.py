"""Exports of the completion table, filtered as on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.classroom.access import NOT_YOURS, get_staff
from lessons.classroom.exports.canvas import Gradebook, canvas_rows, canvas_total_rows
from lessons.classroom.exports.roster import match
from lessons.classroom.exports.tables import (
    MoodleKey,
    as_json,
    csv_text,
    known_to_moodle,
    long_rows,
    moodle_rows,
    spreadsheet_text,
    unique_title,
    wide_rows,
)
from lessons.classroom.grading.completion import Query, Table, completion
from lessons.classroom.models import Attempt, Member
from lessons.web.attachment import attachment
from lessons.web.carried import carried, carry
from lessons.web.forms.school_ids import SchoolIdsForm
from lessons.web.forms.staff import GradebookForm
from lessons.web.page_context import page_context
from lessons.web.post_only import post_only

CSV, JSON = "text/csv; charset=utf-8", "application/json"


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
            return _file(staff, name, spreadsheet_text(long_rows(table)), CSV)
        case "table.csv":
            return _file(staff, name, spreadsheet_text(wide_rows(table, zeros=zeros)), CSV)
        case "completion.json":
            return _file(staff, name, as_json(table, about=_about(staff, query)), JSON)
        case "moodle-useremail.csv" | "moodle-useridnumber.csv":
            key = cast(MoodleKey, name.removeprefix("moodle-").removesuffix(".csv"))
            rows = moodle_rows(table, key, found=_found(table), zeros=zeros)
            return _file(staff, name, csv_text(rows), CSV)
    raise Http404(NOT_YOURS)


@post_only
def canvas(request: HttpRequest, class_slug: str) -> HttpResponse:
    """Match an uploaded gradebook to the seats. It is not stored: the page's next form carries it along, signed."""
    staff = get_staff(request.user, class_slug)
    if "gradebook" in request.POST:
        return _matched_by_hand(request, staff)
    form = GradebookForm(request.POST, request.FILES)
    if form.is_valid():
        return _canvas_page(request, staff, form.cleaned_data["file"])
    return _page(request, staff, form, status=422)


def _matched_by_hand(request: HttpRequest, staff: Member) -> HttpResponse:
    """Save the school ids that were chosen, and match again."""
    gradebook = _sent_gradebook(request, staff)
    if gradebook is None:
        return _expired(request, staff)
    form = SchoolIdsForm(_everybody(staff), request.POST)
    if not form.is_valid():
        return _canvas_page(request, staff, gradebook, chosen=request.POST, status=422)
    form.save(staff)
    return _canvas_page(request, staff, gradebook)


@post_only
def canvas_file(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    gradebook = _sent_gradebook(request, staff)
    if gradebook is None:
        return _expired(request, staff)
    table, zeros = completion(staff.klass, Query.of(staff.klass, request.GET)), _zeros(request)
    matches = match(_everybody(staff), gradebook.people)
    if request.POST.get("columns") == "total":
        rows = canvas_total_rows(table, gradebook, matches, title=_total_title(staff), zeros=zeros)
        return _file(staff, "canvas-total.csv", csv_text(rows), CSV)
    return _file(staff, "canvas.csv", csv_text(canvas_rows(table, gradebook, matches, zeros=zeros)), CSV)


def _sent_gradebook(request: HttpRequest, staff: Member) -> Gradebook | None:
    """The one that the page carried along; None: too old, or not as it was signed."""
    sent = carried(request, staff, "gradebook")
    return Gradebook.of_json(sent) if sent else None


def _expired(request: HttpRequest, staff: Member) -> HttpResponse:
    words = _("This page has expired. Upload the gradebook again.")
    return _page(request, staff, GradebookForm(), problem=words, status=422)


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
        "with_id": sum(bool(seat.external_id) for seat in seats),
        "emails": len(known_to_moodle(seats, "useremail")),
        "numbers": len(known_to_moodle(seats, "useridnumber")),
    }
    return render(request, "grading/exports.html", context, status=status)


def _canvas_page(
    request: HttpRequest,
    staff: Member,
    gradebook: Gradebook,
    *,
    chosen: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """`chosen`: the ids that were sent and could not be saved."""
    query = Query.of(staff.klass, request.GET)
    table, matches = completion(staff.klass, query), match(_everybody(staff), gradebook.people)
    seats = [row.seat for row in table.rows]
    seats_left = [seat for seat in seats if matches.of(seat.pk) is None]
    titles = {unique_title(exercise, table.exercises) for exercise in table.exercises}
    context = {
        **page_context(staff, "grading"),
        **_params(request, query),
        "by_id": [(seat, matches.by_id[seat.pk]) for seat in seats if seat.pk in matches.by_id],
        "by_name": [(seat, matches.by_name[seat.pk]) for seat in seats if seat.pk in matches.by_name],
        "seats_left": seats_left,
        "by_hand": SchoolIdsForm(seats_left, chosen, people=matches.people_left) if matches.people_left else None,
        "people_left": matches.people_left,
        "known": len(titles & gradebook.headers.keys()),
        "exercises": table.exercises,
        "total_title": _total_title(staff),
        "gradebook": carry(staff, "gradebook", gradebook.as_json()),
    }
    return render(request, "grading/canvas.html", context, status=status)


def _total_title(staff: Member) -> str:
    """The title of the column for the total alone."""
    return _("%(class)s: total") % {"class": staff.klass.name}


def _everybody(staff: Member) -> list[Member]:
    """All seats, whatever the filter: or one of two with the same name would be taken for the only one."""
    return [row.seat for row in completion(staff.klass).rows]


def _params(request: HttpRequest, query: Query) -> dict[str, Any]:
    zeros = _zeros(request)
    return {"params": urlencode({**query.params, **({"zeros": "1"} if zeros else {})}), "query": query, "zeros": zeros}


def _zeros(request: HttpRequest) -> bool:
    """Whether an exercise that is not done gets 0 points instead of no grade."""
    return request.GET.get("zeros") == "1"


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
