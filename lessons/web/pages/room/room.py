"""The class's room, for staff: every act as it happens, who is where, and what needs attention."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom import process
from lessons.classroom.access import get_staff
from lessons.web.live.registry import live_url
from lessons.web.live.room import ASIDE, FIRST, MIDDLE, draw_parts
from lessons.web.page_context import page_context
from lessons.web.pages.room.feed import feed_context
from lessons.web.view_models.cluster_diagram import draw_diagram
from lessons.web.view_models.joining import joining


@require_safe
def class_room(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_staff(request.user, class_slug)
    now = process.current().snapshots.latest()
    context = {
        **page_context(member, "room"),
        "diagram": draw_diagram(now, member.namespace),  # for the brokers' dots in the bar
        **draw_parts(member, now, request, first=FIRST, middle=MIDDLE, aside=ASIDE),
        **feed_context(member),
        "joining": joining(request, member.klass),
        "live_url": live_url(member.klass, "room"),
    }
    return render(request, "room/room.html", context)
