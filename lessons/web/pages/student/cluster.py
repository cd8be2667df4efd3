"""The page My cluster: the brokers, a seat's topics with all partitions, and its groups with their lag."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom import process
from lessons.classroom.access import get_member
from lessons.classroom.models import Member
from lessons.cluster.errors import ClusterError
from lessons.cluster.groups import Group, describe_groups, list_other_groups
from lessons.web.live.registry import live_url
from lessons.web.page_context import page_context
from lessons.web.view_models.cluster import cluster_context, groups_context, latest_snapshot
from lessons.web.view_models.notifications import notifications_of
from lessons.words import _


@require_safe
def my_cluster(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    internal = request.GET.get("internal") == "1"
    snapshot = latest_snapshot(member)
    context = {
        **page_context(member, "cluster"),
        **cluster_context(member, snapshot, internal=internal),
        **groups_context(_groups(member)),
        "internal": internal,
        "notifications": notifications_of(member),
        "live_url": live_url(member.klass, "cluster", **({"internal": "1"} if internal else {})),
    }
    return render(request, "student/cluster.html", context)


def _groups(member: Member) -> tuple[Group, ...] | None:
    """None while the cluster is away, which the diagram says; and for who loads the page again and again: its live part
    has them soon."""
    try:
        with process.current().limits.running_read(member, asked=_("List the groups")):
            return *describe_groups(member.namespace), *list_other_groups(member.namespace)
    except ClusterError:
        return None
