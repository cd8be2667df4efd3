"""What a page shows of the cluster: the diagram, the tables of topics, the groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lessons.classroom import process
from lessons.classroom.models import Member
from lessons.cluster.groups import OTHER, Group
from lessons.cluster.snapshot import Snapshot, with_ends
from lessons.web.view_models.cluster_diagram import draw_diagram, list_topics


def latest_snapshot(member: Member) -> Snapshot:
    """The cluster as it is while a page is made, with the end offsets of this seat's topics."""
    snapshot = process.current().snapshots.latest(member.namespace)
    return snapshot if snapshot.problem else with_ends(snapshot, member.namespace)


def cluster_context(member: Member, snapshot: Snapshot, *, internal: bool = False) -> dict[str, Any]:
    """The diagram, and the same as tables."""
    return {
        "diagram": draw_diagram(snapshot, member.namespace, show_internal=internal),
        "topics": list_topics(snapshot, member.namespace, show_internal=internal),
    }


def groups_context(groups: Iterable[Group] | None) -> dict[str, Any]:
    """A seat's groups for their table; None while they were not read."""
    return {"groups": [_group(group) for group in groups or ()], "groups_are_read": groups is not None}


def _group(group: Group) -> dict[str, Any]:
    members = [
        {"client_id": each.client_id, "assigned": [f"{topic} [{partition}]" for topic, partition in each.assignment]}
        for each in group.members
    ]
    return {
        "group_id": group.group_id, "state": group.state, "members": members, "lags": group.lags,
        "is_other": group.protocol == OTHER, "is_share": group.notes > 0,
    }  # fmt: skip
