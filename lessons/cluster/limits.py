"""How much of the cluster one act may take, so that enough is left for everybody else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lessons.cluster.clients import TIMEOUT_S
from lessons.cluster.errors import KafkaUnavailable
from lessons.cluster.groups import list_groups, list_other_groups
from lessons.cluster.metadata import list_metadata, topics_of
from lessons.cluster.namespace import Namespace
from lessons.cluster.refusals import Refusal
from lessons.words import _

MAX_PARTITIONS = 12  # a class shares the cluster
MAX_REPLICAS_PER_SEAT = 240  # twenty topics of 12 partitions, or six and a bit of them with 3 replicas each
MAX_GROUPS_PER_SEAT = 100  # each page that consumes makes up a new one; Kafka keeps one that has committed
MAX_REPLICAS_PER_BROKER = 2000  # with a heap of 128 MB a broker died of OutOfMemoryError near 4,000
_CLIENT_MAX_REPLICAS = 10000
# What a seat may set of its topics, and the least and the most of a number. Small segments would take all of a broker's
# files, large ones its disk, and large records its memory.
SETTINGS: Mapping[str, tuple[int, int] | None] = {
    "cleanup.policy": None,
    "compression.type": None,
    "delete.retention.ms": (0, 2**63 - 1),
    "max.compaction.lag.ms": (1, 2**63 - 1),
    "max.message.bytes": (0, 8 * 1024 * 1024),
    "message.timestamp.after.max.ms": (0, 2**63 - 1),
    "message.timestamp.before.max.ms": (0, 2**63 - 1),
    "message.timestamp.type": None,
    "min.cleanable.dirty.ratio": None,
    "min.compaction.lag.ms": (0, 2**63 - 1),
    "min.insync.replicas": (1, 2**31 - 1),
    "retention.bytes": (0, 64 * 1024 * 1024),
    "retention.ms": (-1, 2**63 - 1),
    "segment.bytes": (1024 * 1024, 64 * 1024 * 1024),
    "segment.ms": (1000, 2**63 - 1),
    "unclean.leader.election.enable": None,
}
_COUNT_GROUPS_S = 2.0


@dataclass(frozen=True)
class Held:
    """`left`: how many more replicas each running broker may take; negative where it has too many. `of_seat`: how many
    there are of one seat's topics."""

    left: Mapping[int, int]
    of_seat: int


def replicas_held(
    namespace: Namespace,
    *,
    limit: int = MAX_REPLICAS_PER_BROKER,
    asked: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Held:
    metadata = list_metadata(asked=asked or _("Count the replicas"), timeout_s=timeout_s)
    held: Counter[int] = Counter()
    of_seat = 0
    for topic in topics_of(metadata):
        is_own = namespace.owns(topic.name)
        for partition in topic.partitions:
            held.update(partition.replicas)
            of_seat += len(partition.replicas) if is_own else 0
    return Held({broker_id: limit - held[broker_id] for broker_id in metadata.brokers}, of_seat)


def refuse_partitions(partitions: int, *, asked: str) -> None:
    """Raises: AppRefused."""
    if partitions < 0:
        raise Refusal.NEGATIVE_PARTITIONS.error(asked=asked)
    if partitions > MAX_PARTITIONS:
        raise Refusal.TOO_MANY_PARTITIONS.error(asked=asked, most=MAX_PARTITIONS)


def refuse_replicas(replicas: int, *, asked: str) -> None:
    """Raises: AppRefused."""
    if replicas < 0:
        raise Refusal.NEGATIVE_REPLICAS.error(asked=asked)
    if replicas > _CLIENT_MAX_REPLICAS:
        raise Refusal.TOO_MANY_REPLICAS.error(asked=asked, most=_CLIENT_MAX_REPLICAS)


def refuse_crowding(
    namespace: Namespace, partitions: int, replicas: int, *, limit: int, asked: str, timeout_s: float
) -> None:
    """Refuse what the fullest broker has no room for, and more than a seat's share. Raises: AppRefused.

    Kafka spreads new replicas evenly, beginning at a random broker, so the fullest broker may get the larger share.
    """
    held = replicas_held(namespace, limit=limit, asked=asked, timeout_s=timeout_s)
    left = held.left
    if partitions <= 0 or not 0 < replicas <= len(left):
        return  # Kafka refuses these itself, and its answer is worth reading
    if held.of_seat + partitions * replicas > MAX_REPLICAS_PER_SEAT:
        most = MAX_REPLICAS_PER_SEAT
        raise Refusal.SEAT_FULL.error(asked=asked, held=held.of_seat, more=partitions * replicas, most=most)
    share = math.ceil(partitions * replicas / len(left))
    fullest = min(left, key=lambda broker_id: left[broker_id])
    if share > left[fullest]:
        raise Refusal.BROKER_FULL.error(asked=asked, broker=fullest, held=limit - left[fullest], most=limit)


def refuse_setting(setting: str, value: str | None, *, asked: str) -> None:
    """Refuse what no seat may set, and a number that would take too much of a broker. Raises: AppRefused."""
    if setting not in SETTINGS:
        raise Refusal.SETTING_NOT_OFFERED.error(asked=asked, setting=setting, offered=", ".join(sorted(SETTINGS)))
    bounds = SETTINGS[setting]
    if bounds is None or value is None or not value.removeprefix("-").isdecimal():
        return  # what is no number is for Kafka to refuse
    least, most = bounds
    if not least <= int(value) <= most:
        raise Refusal.SETTING_OUT_OF_BOUNDS.error(asked=asked, setting=setting, least=least, most=most, value=value)


def refuse_another_group(namespace: Namespace, group_id: str, *, asked: str, counts_others: bool = False) -> None:
    """Refuse a new group to a seat that has its share; one that it has already may be joined. Raises: AppRefused.

    With `counts_others` its share groups count, too: to list them costs more. Where a coordinator does not answer, nobody can
    count them, and nobody is kept out.
    """
    try:
        held = {each.group_id for each in list_groups(namespace, timeout_s=_COUNT_GROUPS_S)}
        if counts_others:
            held |= {each.group_id for each in list_other_groups(namespace, timeout_s=_COUNT_GROUPS_S)}
    except KafkaUnavailable:
        return
    if len(held) >= MAX_GROUPS_PER_SEAT and group_id not in held:
        raise Refusal.TOO_MANY_GROUPS.error(asked=asked, held=len(held), most=MAX_GROUPS_PER_SEAT)
