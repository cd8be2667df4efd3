"""The ids of the class's students in the school's system: typed, or taken from a roster, the rest matched by hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from lessons.classroom.access import get_staff
from lessons.classroom.exports.roster import Matches, match
from lessons.classroom.models import Member
from lessons.web.forms.school_ids import SchoolIdsForm
from lessons.web.forms.staff import RosterForm
from lessons.web.page_context import page_context
from lessons.web.pages.grading.completion import count_of


@require_http_methods(["GET", "HEAD", "POST"])
def school_ids(request: HttpRequest, class_slug: str) -> HttpResponse:
    """`?saved=` says how many were changed."""
    staff = get_staff(request.user, class_slug)
    if request.method != "POST":
        return _page(request, staff, SchoolIdsForm(_seats(staff)))
    form = SchoolIdsForm(_seats(staff), request.POST)
    if not form.is_valid():
        return _page(request, staff, form, status=422)
    return redirect(f"{reverse('school-ids', args=[class_slug])}?saved={form.save(staff)}")


@require_POST
def roster(request: HttpRequest, class_slug: str) -> HttpResponse:
    """Suggest ids from an uploaded file; nothing is stored before the form with them is saved."""
    staff = get_staff(request.user, class_slug)
    upload, seats = RosterForm(request.POST, request.FILES), _seats(staff)
    if upload.is_valid():
        return _matched(request, staff, seats, match(seats, upload.cleaned_data["file"]))
    return _page(request, staff, SchoolIdsForm(seats), upload=upload, status=422)


def _matched(request: HttpRequest, staff: Member, seats: list[Member], matches: Matches) -> HttpResponse:
    """Those who need a hand first, then those who were found by their name."""
    unsure = [seat for seat in seats if seat.pk not in matches.by_id]
    unsure.sort(key=lambda seat: seat.pk in matches.by_name)
    form = SchoolIdsForm(unsure, people=matches.people_left, suggested=matches.by_name)
    return _page(request, staff, form, matches=matches)


def _page(
    request: HttpRequest,
    staff: Member,
    form: SchoolIdsForm,
    *,
    upload: RosterForm | None = None,
    matches: Matches | None = None,
    status: int = 200,
) -> HttpResponse:
    found = matches.by_name if matches else {}
    context = {
        **page_context(staff, "grading"),
        "form": form,
        "rows": [(seat, field, found.get(seat.pk)) for seat, field in form.rows],
        "upload": upload or RosterForm(),
        "matches": matches,
        "saved": count_of(request.GET, "saved") if "saved" in request.GET else None,
    }
    return render(request, "grading/school_ids.html", context, status=status)


def _seats(staff: Member) -> list[Member]:
    return list(staff.klass.present_seats().select_related("klass").order_by("name", "slug"))
