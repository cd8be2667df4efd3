"""The class's room, for staff: every act as it happens, who is where, and what needs attention."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lessons.classroom.access import get_staff
from lessons.cluster import snapshots
from lessons.web.live.room import draw_parts
from lessons.web.page_context import page_context
from lessons.web.pages.room.feed import feed_context
from lessons.web.view_models.picture import draw


@require_GET
def class_room(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_staff(request.user, class_slug)
    now = snapshots.service.latest()
    context = {
        **page_context(member, "room"),
        "picture": draw(now, member.namespace),  # for the brokers' dots in the bar
        **draw_parts(member, now, request),
        **feed_context(member),
        "live_url": f"/ws/c/{member.klass.slug}/room/",
    }
    return render(request, "room/room.html", context)
