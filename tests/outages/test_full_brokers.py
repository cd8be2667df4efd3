"""How much a broker may hold. On brokers to themselves: nobody else creates topics while replicas are counted."""

from __future__ import annotations

import secrets

import pytest

from lessons.cluster import topics
from lessons.cluster.errors import AppRefused
from lessons.cluster.limits import MAX_REPLICAS_PER_BROKER, MAX_REPLICAS_PER_SEAT, replicas_held
from lessons.cluster.namespace import Namespace
from lessons.embedded import EmbeddedCluster


@pytest.fixture
def dora(own_cluster: EmbeddedCluster) -> Namespace:
    return Namespace("limits", f"dora{secrets.token_hex(4)}")


def test_a_full_broker_takes_no_more_replicas_and_the_app_says_which(dora: Namespace) -> None:
    topics.create_topic(dora, "some", partitions=3, replicas=3)
    held = {broker_id: MAX_REPLICAS_PER_BROKER - left for broker_id, left in replicas_held(dora).left.items()}
    fullest = max(held, key=lambda broker_id: held[broker_id])
    limit = held[fullest] + 2
    with pytest.raises(AppRefused, match=f"Broker {fullest} holds {held[fullest]} replicas") as caught:
        topics.create_topic(dora, "more", partitions=3, replicas=3, replica_limit=limit)
    assert caught.value.code == "BROKER_FULL"
    with pytest.raises(AppRefused, match="a broker of this cluster may hold"):
        topics.add_partitions(dora, "some", total=6, replica_limit=limit)
    topics.create_topic(dora, "more", partitions=2, replicas=3, replica_limit=limit)


def test_one_seat_cannot_take_what_all_need(dora: Namespace) -> None:
    """A neighbour still finds room."""
    most, name = MAX_REPLICAS_PER_SEAT // 36, "t{}".format
    for number in range(most):
        topics.create_topic(dora, name(number), partitions=12, replicas=3)
    held = replicas_held(dora).of_seat
    assert MAX_REPLICAS_PER_SEAT - held < 36
    with pytest.raises(AppRefused, match=f"Your topics have {held} replicas, and this would add 36") as caught:
        topics.create_topic(dora, "one-more", partitions=12, replicas=3)
    assert caught.value.code == "SEAT_FULL"
    topics.create_topic(Namespace("limits", "erik"), "mine", partitions=12, replicas=3)
