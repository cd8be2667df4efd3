"""The people of a class, for instructors: joining, seats and staff."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_colleague, get_seat, get_staff
from lessons.classroom.grading.standings import DONE
from lessons.classroom.models import Member, Role
from lessons.classroom.people.seats import (
    change_join_code,
    give_new_personal_code,
    knows_code,
    rename,
    set_door,
    set_external_id,
    set_removed,
)
from lessons.classroom.people.staff import (
    CantChangeStaff,
    invite,
    is_last_instructor,
    link_expires_at,
    new_link,
    remove_staff,
)
from lessons.web.forms.doors import RenameForm
from lessons.web.forms.school_ids import ExternalIdForm
from lessons.web.forms.staff import InviteForm
from lessons.web.links import site_for_others
from lessons.web.page_context import page_context
from lessons.web.post_only import post_only
from lessons.web.view_models.joining import joining


@require_safe
def people(request: HttpRequest, class_slug: str) -> HttpResponse:
    """`?code_of=SEAT` shows that seat's personal code, so that staff can hand it on: only a code that staff gave."""
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    shown = get_seat(staff, request.GET["code_of"]) if "code_of" in request.GET else None
    if shown is not None and not knows_code(shown):
        raise Http404(NOT_YOURS)
    return render(request, "staff/people.html", _context(request, staff, code_of=shown))


def _context(
    request: HttpRequest,
    staff: Member,
    *,
    code_of: Member | None = None,
    wrong: tuple[Member, Form] | None = None,
    **of_staff: Any,
) -> dict[str, Any]:
    """`of_staff`: what is said in the section of the staff, see the template."""
    members = list(staff.klass.members.select_related("merged_into").order_by("name", "slug"))
    standings = process.current().standings.of_class(staff.klass)
    done = {member: sum(each.state == DONE for each in seat.values()) for member, seat in standings.items()}
    students: list[dict[str, Any]] = [
        {"seat": seat, "done": done.get(seat.pk, 0), "form": wrong[1] if wrong and wrong[0].pk == seat.pk else None}
        for seat in members
        if seat.role == Role.STUDENT
    ]
    return {
        **page_context(staff, "people"),
        "students": [row for row in students if row["seat"].removed_at is None],
        "removed": [row for row in students if row["seat"].removed_at is not None],
        "staff": [seat for seat in members if seat.role != Role.STUDENT],
        "exercises": sum(len(lesson.exercises) for lesson in staff.klass.lessons),
        "joining": joining(request, staff.klass),
        "code_of": code_of,
        "is_last_instructor": is_last_instructor(staff),
        "invite_form": InviteForm(),
        **of_staff,
    }


@post_only
def change_door(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    match request.POST.get("do"):
        case "open" | "close" as wanted:
            set_door(staff.klass, staff, is_open=wanted == "open")
        case "new-code":
            change_join_code(staff.klass, staff)
        case _:
            raise Http404(NOT_YOURS)
    return redirect("people", class_slug)


@post_only
def change_seat(request: HttpRequest, class_slug: str, seat_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    seat = get_seat(staff, seat_slug)
    query = ""
    match request.POST.get("do"):
        case "rename":
            form = RenameForm(request.POST)
            if not form.is_valid():
                return render(request, "staff/people.html", _context(request, staff, wrong=(seat, form)), status=422)
            rename(seat, staff, form.cleaned_data["name"])
        case "new-code":
            give_new_personal_code(seat, staff)
            query = f"?code_of={seat.slug}"
        case "external-id":
            id_form = ExternalIdForm(request.POST, seat=seat)
            if not id_form.is_valid():
                return render(request, "staff/people.html", _context(request, staff, wrong=(seat, id_form)), status=422)
            set_external_id(seat, staff, id_form.cleaned_data["external_id"])
        case "remove" | "remove-and-change-code" | "restore" as wanted if seat.merged_into_id is None:
            set_removed(seat, staff, removed=wanted != "restore")
            if wanted == "remove-and-change-code":
                change_join_code(staff.klass, staff)
        case _:
            raise Http404(NOT_YOURS)
    return redirect(f"{reverse('people', args=[class_slug])}{query}#seat-{seat.slug}")


@post_only
def change_colleague(request: HttpRequest, class_slug: str, slug: str) -> HttpResponse:
    """Others are removed, restored and given a new link; oneself can only leave."""
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    colleague = staff if slug == staff.slug else get_colleague(staff, slug)
    is_self, is_present = colleague == staff, colleague.removed_at is None
    match request.POST.get("do"):
        case "link" if is_present and not is_self:
            return _with_link(request, staff, colleague)
        case "leave" if is_self:
            return _removed(request, staff, colleague) or redirect("home")
        case "remove" if not is_self:
            return _removed(request, staff, colleague) or _staff_section(class_slug)
        case "restore" if not is_self:
            set_removed(colleague, staff, removed=False)
            return _staff_section(class_slug)
    raise Http404(NOT_YOURS)


def _staff_section(class_slug: str) -> HttpResponse:
    return redirect(f"{reverse('people', args=[class_slug])}#staff-title")


def _removed(request: HttpRequest, staff: Member, colleague: Member) -> HttpResponse | None:
    """None, or the page that says why not."""
    try:
        remove_staff(colleague, staff)
    except CantChangeStaff as refusal:
        return render(request, "staff/people.html", _context(request, staff, staff_problem=str(refusal)), status=409)
    return None


@post_only
def invite_colleague(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            return _with_link(request, staff, invite(staff, form.cleaned_data["role"], form.cleaned_data["name"]))
        except CantChangeStaff as refusal:
            form.add_error("name", str(refusal))
    return render(request, "staff/people.html", _context(request, staff, invite_form=form), status=422)


def _with_link(request: HttpRequest, staff: Member, colleague: Member) -> HttpResponse:
    """The page with a link that is shown this once. No redirect: it would have to be stored on the way."""
    link = {
        "url": f"{site_for_others(request)}{new_link(colleague, staff)}",
        "of": colleague,
        "expires_at": link_expires_at(),
    }
    return render(request, "staff/people.html", _context(request, staff, link=link), status=201)
