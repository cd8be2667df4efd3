"""What the app itself refuses, so that one learner cannot take the cluster from the others."""

from __future__ import annotations

import math
from collections import Counter

from lessons.cluster.clients import TIMEOUT_S
from lessons.cluster.errors import AppRefused
from lessons.cluster.metadata import list_metadata, topics_of

MAX_PARTITIONS = 12  # a class shares the cluster
MAX_REPLICAS_PER_BROKER = 2000  # with a heap of 128 MB a broker died of OutOfMemoryError near 4,000
_CLIENT_MAX_REPLICAS = 10000


def replicas_left(
    *, limit: int = MAX_REPLICAS_PER_BROKER, asked: str = "Count the replicas", timeout_s: float = TIMEOUT_S
) -> dict[int, int]:
    """How many more replicas each living broker may take, below zero where it has too many already."""
    metadata = list_metadata(asked=asked, timeout_s=timeout_s)
    held: Counter[int] = Counter()
    for topic in topics_of(metadata):
        for partition in topic.partitions:
            held.update(partition.replicas)
    return {broker_id: limit - held[broker_id] for broker_id in metadata.brokers}


def refuse_partitions(partitions: int, *, asked: str) -> None:
    if partitions < 0:
        words = "Kafka would take a negative number for its default; this app wants it said."
        raise refused("NEGATIVE_PARTITIONS", asked, words, "Ask for 1 partition or more.")
    if partitions > MAX_PARTITIONS:
        words = f"In a class a topic has at most {MAX_PARTITIONS} partitions. Kafka itself takes many more."
        raise refused("TOO_MANY_PARTITIONS", asked, words, f"Ask for {MAX_PARTITIONS} or fewer.")


def refuse_replicas(replicas: int, *, asked: str) -> None:
    if replicas < 0:
        words = "Kafka would take a negative number for its default; this app wants it said."
        raise refused("NEGATIVE_REPLICAS", asked, words, "Ask for 1 replica or more.")
    if replicas > _CLIENT_MAX_REPLICAS:
        words = f"The client takes at most {_CLIENT_MAX_REPLICAS} replicas."
        raise refused("TOO_MANY_REPLICAS", asked, words, "Ask for no more replicas than there are brokers.")


def refuse_crowding(partitions: int, replicas: int, *, limit: int, asked: str, timeout_s: float) -> None:
    """Kafka spreads new replicas evenly, from a random broker on: the fullest may get the larger share."""
    left = replicas_left(limit=limit, asked=asked, timeout_s=timeout_s)
    if partitions <= 0 or not 0 < replicas <= len(left):
        return  # Kafka says no to these, in words worth reading
    share = math.ceil(partitions * replicas / len(left))
    fullest = min(left, key=lambda broker_id: left[broker_id])
    if share > left[fullest]:
        holds = limit - left[fullest]
        words = f"Broker {fullest} holds {holds} replicas, and a broker of this cluster may hold {limit}."
        raise refused("BROKER_FULL", asked, words, "Delete topics that are no longer needed.")


def refused(code: str, asked: str, answered: str, advice: str) -> AppRefused:
    return AppRefused(code=code, asked=asked, answered=answered, advice=advice)
