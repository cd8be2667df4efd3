"""My cluster: the brokers, my topics with all their partitions, my groups with their lag."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lessons.access import get_member
from lessons.views.live import groups_of, live_context, look
from lessons.views.news import news_of
from lessons.views.pages import room


@require_GET
def my_cluster(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    internal = request.GET.get("internal") == "1"
    now = look(member)
    context = {
        **room(member, "cluster"),
        **live_context(member, now, internal=internal),
        "groups": groups_of(member),
        "internal": internal,
        "news": news_of(member),
        "live_url": f"/ws/c/{member.klass.slug}/live/{'?internal=1' if internal else ''}",
    }
    return render(request, "cluster.html", context)
