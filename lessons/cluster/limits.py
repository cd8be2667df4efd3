"""How much of the cluster one act may take, so that enough is left for everybody else."""

from __future__ import annotations

import math
from collections import Counter

from lessons.cluster.clients import TIMEOUT_S
from lessons.cluster.metadata import list_metadata, topics_of
from lessons.cluster.refusals import Refusal
from lessons.words import _

MAX_PARTITIONS = 12  # a class shares the cluster
MAX_REPLICAS_PER_BROKER = 2000  # with a heap of 128 MB a broker died of OutOfMemoryError near 4,000
_CLIENT_MAX_REPLICAS = 10000


def replicas_left(
    *, limit: int = MAX_REPLICAS_PER_BROKER, asked: str | None = None, timeout_s: float = TIMEOUT_S
) -> dict[int, int]:
    """How many more replicas each running broker may take; negative for a broker that already has too many."""
    metadata = list_metadata(asked=asked or _("Count the replicas"), timeout_s=timeout_s)
    held: Counter[int] = Counter()
    for topic in topics_of(metadata):
        for partition in topic.partitions:
            held.update(partition.replicas)
    return {broker_id: limit - held[broker_id] for broker_id in metadata.brokers}


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


def refuse_crowding(partitions: int, replicas: int, *, limit: int, asked: str, timeout_s: float) -> None:
    """Refuse what the fullest broker has no room for. Raises: AppRefused.

    Kafka spreads new replicas evenly, beginning at a random broker, so the fullest broker may get the larger share.
    """
    left = replicas_left(limit=limit, asked=asked, timeout_s=timeout_s)
    if partitions <= 0 or not 0 < replicas <= len(left):
        return  # Kafka refuses these itself, and its answer is worth reading
    share = math.ceil(partitions * replicas / len(left))
    fullest = min(left, key=lambda broker_id: left[broker_id])
    if share > left[fullest]:
        raise Refusal.BROKER_FULL.error(asked=asked, broker=fullest, held=limit - left[fullest], most=limit)
