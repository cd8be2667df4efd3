"""Who of a class has a user of the cluster, and whose programs read from it now, as far as Kafka tells."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from lessons.classroom.models import Class, Member
from lessons.cluster import clients
from lessons.cluster.groups import Group, describe_full_ids, list_all_groups

_NOBODY_THERE = {"Empty", "Dead"}
MOST_DESCRIBED = 200


@dataclass(frozen=True)
class Reader:
    """A member of a group that is none of the app's. `group_id` is the short one."""

    group_id: str
    client_id: str
    host: str


@dataclass(frozen=True)
class Laptop:
    member: Member
    readers: tuple[Reader, ...]


def laptops_of(klass: Class) -> list[Laptop]:
    """Those with a user, by name. Kafka knows who is in a group, and keeps no list of who only sends. Raises: ClusterError."""
    members = list(
        klass.members.filter(removed_at=None, kafka_user_since__isnull=False, kafka_user_ends=False)
        .select_related("klass")
        .order_by("name", "slug")
    )
    namespaces = [member.namespace for member in members]
    active = sorted(full_id for full_id, state in list_all_groups().items() if state not in _NOBODY_THERE)
    owners = {full_id: each for full_id in active for each in namespaces if each.owns(full_id)}
    described = describe_full_ids(dict(list(owners.items())[:MOST_DESCRIBED])) if owners else ()
    of_seat: dict[str, list[Group]] = {}
    for namespace, group in zip(owners.values(), described, strict=False):
        of_seat.setdefault(namespace.prefix, []).append(group)
    return [Laptop(member, tuple(_readers(of_seat.get(member.namespace.prefix, ())))) for member in members]


def _readers(groups: Iterable[Group]) -> Iterable[Reader]:
    for group in groups:
        for member in group.members:
            host = member.host.removeprefix("/")
            if member.client_id != clients.CLIENT_ID and not _is_loopback(host):
                yield Reader(group.group_id, member.client_id, host)


def _is_loopback(host: str) -> bool:
    """The app's own consumers, and programs on the class's machine, come to the embedded brokers from there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
