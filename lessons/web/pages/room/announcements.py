"""Sending and removing announcements."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lessons.classroom.access import get_announcement, get_staff
from lessons.classroom.messages.announcements import announce, remove
from lessons.classroom.models import Member, Role
from lessons.web.forms.messages import AnnouncementForm
from lessons.web.pages import HtmxRequest
from lessons.web.post_only import post_only
from lessons.web.view_models.announcements import announcement_context

PANEL = "room/_announcement.html"


@post_only
def send_announcement(request: HtmxRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    form = AnnouncementForm(staff.klass, request.POST)
    if not form.is_valid():
        context = {**announcement_context(staff, form=form), "member": staff, "panel": PANEL}
        return render(request, PANEL if request.htmx else "room/panel.html", context, status=422)
    announce(staff, form.cleaned_data["words"], lesson=form.cleaned_data["lesson"])
    return _room(request, staff)


@post_only
def remove_announcement(request: HtmxRequest, class_slug: str, announcement_id: int) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    remove(get_announcement(staff, announcement_id))
    return _room(request, staff)


def _room(request: HtmxRequest, staff: Member) -> HttpResponse:
    if request.htmx:
        return render(request, PANEL, announcement_context(staff))
    return redirect(reverse("room", args=[staff.klass.slug]) + "#part-announcement")
