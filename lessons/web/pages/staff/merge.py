"""Merging two seats of one student: choose the seat that stays, see what moves, confirm."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lessons.classroom.access import NOT_YOURS, get_seat, get_staff
from lessons.classroom.models import Member, Role
from lessons.classroom.people.merging import CantMerge, check_mergeable, merge, what_moves
from lessons.classroom.settling import find_out
from lessons.web.page_context import page_context


@require_http_methods(["GET", "HEAD", "POST"])
def merge_seat(request: HttpRequest, class_slug: str, seat_slug: str) -> HttpResponse:
    """`into` names the seat that stays. A GET without it asks for one, with it shows what moves; a POST merges."""
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    seat = get_seat(staff, seat_slug)
    wanted = request.POST if request.method == "POST" else request.GET
    into = get_seat(staff, wanted["into"]) if wanted.get("into") else None
    if request.method != "POST":
        return _asked(request, staff, seat, into)
    if into is None:
        raise Http404(NOT_YOURS)
    find_out(seat)  # settle acts that were cut off, while their names still belong to this seat
    try:
        merge(seat, into, staff)
    except CantMerge as refusal:
        return _asked(request, staff, seat, into, refusal=str(refusal))
    return redirect(f"{reverse('people', args=[class_slug])}#seat-{into.slug}")


def _asked(
    request: HttpRequest, staff: Member, seat: Member, into: Member | None, *, refusal: str = ""
) -> HttpResponse:
    if into is not None and not refusal:
        try:
            check_mergeable(seat, into)
        except CantMerge as no:
            refusal = str(no)
    others = staff.klass.present_seats().exclude(pk=seat.pk).order_by("name", "slug")
    context: dict[str, Any] = {
        **page_context(staff, "people"),
        "seat": seat, "into": into, "refusal": refusal, "others": others, "moving": what_moves(seat),
    }  # fmt: skip
    return render(request, "staff/merge.html", context, status=409 if refusal else 200)
