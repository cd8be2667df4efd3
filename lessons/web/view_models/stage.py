"""What the stage is told of the cluster: static/js/stage draws it.

Pure, like the diagram. Records are not in here: the page watches them itself, and what comes by a socket of its own is
never older than a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lessons.cluster.groups import OTHER, Group, Lag
from lessons.cluster.metadata import Partition, Topic
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshot import Snapshot
from lessons.web.view_models.cluster_diagram import broker_name

MOST_GROUPS = 12


def stage_facts(snapshot: Snapshot, namespace: Namespace, topic: str) -> dict[str, Any] | None:
    """One topic of the seat's as JSON; None for a lesson without one.

    {topic, topic_id, is_there, has_quorum, quorum_leader, partitions: [{id, leader, copies: [{broker, is_in_sync, is_up}], end, begin,
    stable}],
    groups: [{id, state, protocol, members: [{id, client, partitions}], lags: [{partition, committed, end, lag}]}]}. The
    leader's copy comes first. `groups` is None while they were not read; so are `begin` (the earliest offset) and `stable` (the last
    stable offset).
    """
    if not topic:
        return None
    found = next((each for each in snapshot.topics_of(namespace) if namespace.short(each.name) == topic), None)
    groups = snapshot.groups_of(namespace)
    return {
        "topic": topic,
        "topic_id": found.topic_id if found else None,
        "is_there": found is not None,
        "has_quorum": snapshot.has_quorum,
        "quorum_leader": None if snapshot.quorum_leader is None else broker_name(snapshot.quorum_leader),
        "partitions": [_partition(found, each, snapshot) for each in found.partitions] if found else [],
        "groups": None if groups is None else _groups(groups, topic),
    }


def _partition(topic: Topic, partition: Partition, snapshot: Snapshot) -> dict[str, Any]:
    begin, stable = snapshot.readable.get((topic.name, partition.id), (None, None))
    up = {broker.id for broker in snapshot.brokers if broker.up}
    copies = sorted(partition.replicas, key=lambda broker_id: broker_id != partition.leader)
    return {
        "id": partition.id,
        "leader": None if partition.leader is None else broker_name(partition.leader),
        "copies": [
            {"broker": broker_name(each), "is_in_sync": each in partition.in_sync, "is_up": each in up}
            for each in copies
        ],
        "end": snapshot.ends.get((topic.name, partition.id)),
        "begin": begin,
        "stable": stable,
    }


def _groups(groups: Iterable[Group], topic: str) -> list[dict[str, Any]]:
    """Those that read this topic, or have a place in it; the ones with members first."""
    shown = [made for group in groups if group.protocol != OTHER and (made := _group(group, topic))]
    return sorted(shown, key=lambda group: not group["members"])[:MOST_GROUPS]


def _group(group: Group, topic: str) -> dict[str, Any] | None:
    lags = [lag for lag in group.lags if lag.topic == topic]
    owned = {each.member_id: [p for name, p in each.assignment if name == topic] for each in group.members}
    if not lags and not any(owned.values()):
        return None
    members = [
        {"id": each.member_id, "client": each.client_id, "partitions": owned[each.member_id]} for each in group.members
    ]
    return {
        "id": group.group_id, "state": group.state, "protocol": group.protocol, "members": members,
        "lags": [_lag(lag) for lag in lags],
    }  # fmt: skip


def _lag(lag: Lag) -> dict[str, Any]:
    return {"partition": lag.partition, "committed": lag.committed, "end": lag.end, "lag": lag.lag}
