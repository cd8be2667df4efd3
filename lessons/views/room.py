"""The class as those see it who teach it or grade it: every act as it happens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lessons.access import get_staff
from lessons.cluster import snapshot
from lessons.views.cluster_diagram import draw_diagram
from lessons.views.feed import feed_context
from lessons.views.pages import room
from lessons.views.room_live import draw_parts


@require_GET
def class_room(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_staff(request.user, class_slug)
    now = snapshot.service.latest()
    context = {
        **room(member, "room"),
        "diagram": draw_diagram(now, member.namespace),  # for the brokers' dots in the bar
        **draw_parts(member, now, request),
        **feed_context(member),
        "live_url": f"/ws/c/{member.klass.slug}/room/",
    }
    return render(request, "room.html", context)
