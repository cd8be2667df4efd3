"""The page My cluster: the brokers, a seat's topics with all partitions, and its groups with their lag."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lessons.classroom.access import get_member
from lessons.web.live.pages import groups_of, live_context, look
from lessons.web.page_context import page_context
from lessons.web.view_models.notifications import notifications_of


@require_GET
def my_cluster(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    internal = request.GET.get("internal") == "1"
    now = look(member)
    context = {
        **page_context(member, "cluster"),
        **live_context(member, now, wide=True, internal=internal),
        "groups": groups_of(member),
        "internal": internal,
        "notifications": notifications_of(member),
        "live_url": f"/ws/c/{member.klass.slug}/live/{'?internal=1' if internal else ''}",
    }
    return render(request, "student/cluster.html", context)
