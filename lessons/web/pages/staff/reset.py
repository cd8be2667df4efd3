"""Deleting topics and groups: first a preview, then the result."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lessons.classroom.access import NOT_YOURS, get_change, get_seat, get_staff
from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Change, Member, Role
from lessons.classroom.people import reset
from lessons.web.forms.staff import ResetForm
from lessons.web.page_context import page_context


@require_http_methods(["GET", "HEAD", "POST"])
def reset_seat(request: HttpRequest, class_slug: str, seat_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    return _reset(request, staff, get_seat(staff, seat_slug))


@require_http_methods(["GET", "HEAD", "POST"])
def reset_class(request: HttpRequest, class_slug: str) -> HttpResponse:
    return _reset(request, get_staff(request.user, class_slug, Role.INSTRUCTOR), None)


def _reset(request: HttpRequest, staff: Member, seat: Member | None) -> HttpResponse:
    """`?did=` names the change whose result the page shows."""
    context: dict[str, Any] = {**page_context(staff, "people"), "seat": seat}
    if request.method == "POST":
        form = ResetForm(request.POST)
        if not form.is_valid():
            raise Http404(NOT_YOURS)
        change = reset.delete(staff.klass, form.cleaned_data["things"], staff, seat=seat)
        return redirect(f"{request.path}?did={change.pk}")
    if "did" in request.GET:
        return render(request, "staff/reset.html", {**context, "did": _done(staff, seat, request.GET["did"]).data})
    things = reset.things_of(staff.klass, seat)
    shown = ResetForm.of(things)
    return render(
        request, "staff/reset.html", {**context, "things": things, "form": shown, "owners": _owners(staff, things)}
    )


def _done(staff: Member, seat: Member | None, number: str) -> Change:
    change = get_change(staff, ChangeKind.RESET, number)
    if change.seat != seat:
        raise Http404(NOT_YOURS)
    return change


def _owners(staff: Member, things: reset.Things) -> list[dict[str, Any]]:
    """Topics and groups by owner, with the names as they typed them."""
    seats = {seat.slug: seat for seat in staff.klass.members.order_by("name", "slug")}
    owners: dict[str, dict[str, Any]] = {
        slug: {"seat": seat, "topics": [], "groups": []} for slug, seat in seats.items()
    }
    for kind, names in (("topics", things.topics), ("groups", things.groups)):
        for name in names:
            slug, _, short = name.partition(".")
            owners[slug][kind].append(short)
    return [owner for owner in owners.values() if owner["topics"] or owner["groups"]]
