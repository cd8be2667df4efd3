"""Saying something to the whole class."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from lessons.access import get_broadcast, get_staff
from lessons.forms.talk import BroadcastForm
from lessons.models import Member, Role
from lessons.talk import news
from lessons.talk.broadcasts import end, say_to_class
from lessons.views import HtmxRequest
from lessons.views.news import NewsItem, news_items

PANEL = "room/_broadcast.html"


def broadcast_context(staff: Member, *, form: BroadcastForm | None = None) -> dict[str, Any]:
    """What stands now; for instructors with the form."""
    speaks = staff.role == Role.INSTRUCTOR
    return {
        "klass": staff.klass,
        "broadcast_form": (form or BroadcastForm(staff.klass)) if speaks else None,
        "broadcasts": _standing(staff),
    }


def _standing(staff: Member) -> list[tuple[NewsItem, str]]:
    """With the address that ends each; none for whoever may not."""
    items = news_items(staff, news.read(staff.klass).broadcasts)
    if staff.role != Role.INSTRUCTOR:
        return [(item, "") for item in items]
    return [(item, reverse("broadcast-end", args=[staff.klass.slug, item.said.pk])) for item in items]


@require_POST
def say(request: HtmxRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    form = BroadcastForm(staff.klass, request.POST)
    if not form.is_valid():
        context = {**broadcast_context(staff, form=form), "member": staff, "panel": PANEL}
        return render(request, PANEL if request.htmx else "panel.html", context, status=422)
    say_to_class(staff, form.cleaned_data["words"], lesson=form.cleaned_data["lesson"])
    return _room(request, staff)


@require_POST
def end_broadcast(request: HtmxRequest, class_slug: str, broadcast_id: int) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    end(get_broadcast(staff, broadcast_id))
    return _room(request, staff)


def _room(request: HtmxRequest, staff: Member) -> HttpResponse:
    if request.htmx:
        return render(request, PANEL, broadcast_context(staff))
    return redirect(reverse("room", args=[staff.klass.slug]) + "#part-broadcast")
