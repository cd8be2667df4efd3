"""The ids of the class's students in the school's system: typed, or taken from a roster, the rest matched by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lessons.classroom.access import get_staff
from lessons.classroom.exports.roster import Matches, Person, match, people_as_json, people_of_json
from lessons.classroom.models import Member
from lessons.web.carried import carried, carry
from lessons.web.forms.school_ids import SchoolIdsForm
from lessons.web.forms.staff import RosterForm
from lessons.web.page_context import page_context
from lessons.web.pages.grading.completion import count_of
from lessons.web.post_only import post_only


@require_http_methods(["GET", "HEAD", "POST"])
def school_ids(request: HttpRequest, class_slug: str) -> HttpResponse:
    """`?saved=` says how many were changed. A form that was made from a roster carries it along, for when it is refused."""
    staff = get_staff(request.user, class_slug)
    seats = _seats(staff)
    if request.method != "POST":
        return _page(request, staff, SchoolIdsForm(seats))
    people = people_of_json(carried(request, staff, "roster") or ())
    matches = match(seats, people) if people else None
    form = _form(seats, matches, request.POST)
    if not form.is_valid():
        return _page(request, staff, form, people=people, matches=matches, status=422)
    return redirect(f"{reverse('school-ids', args=[class_slug])}?saved={form.save(staff)}")


@post_only
def roster(request: HttpRequest, class_slug: str) -> HttpResponse:
    """Suggest ids from an uploaded file; nothing is stored before the form with them is saved."""
    staff = get_staff(request.user, class_slug)
    upload, seats = RosterForm(request.POST, request.FILES), _seats(staff)
    if not upload.is_valid():
        return _page(request, staff, SchoolIdsForm(seats), upload=upload, status=422)
    people = upload.cleaned_data["file"]
    matches = match(seats, people)
    return _page(request, staff, _form(seats, matches), people=people, matches=matches)


def _form(seats: list[Member], matches: Matches | None, data: Mapping[str, str] | None = None) -> SchoolIdsForm:
    """After a roster: those who need a hand first, then those who were found by their name."""
    if matches is None:
        return SchoolIdsForm(seats, data)
    shown = [seat for seat in seats if data is not None or seat.pk not in matches.by_id]
    shown.sort(key=lambda seat: seat.pk in matches.by_name)
    return SchoolIdsForm(shown, data, people=matches.people_left, suggested=matches.by_name)


def _page(
    request: HttpRequest,
    staff: Member,
    form: SchoolIdsForm,
    *,
    upload: RosterForm | None = None,
    people: Sequence[Person] = (),
    matches: Matches | None = None,
    status: int = 200,
) -> HttpResponse:
    """`people`: of the roster that `matches` came of."""
    context = {
        **page_context(staff, "grading"),
        "form": form,
        "rows": list(form.rows),
        "upload": upload or RosterForm(),
        "matches": matches,
        "roster": carry(staff, "roster", people_as_json(people)) if people else "",
        "saved": count_of(request.GET, "saved") if "saved" in request.GET else None,
    }
    return render(request, "grading/school_ids.html", context, status=status)


def _seats(staff: Member) -> list[Member]:
    return list(staff.klass.present_seats().select_related("klass").order_by("name", "slug"))
