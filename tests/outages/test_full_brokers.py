"""How much a broker may hold. On brokers to themselves: nobody else creates topics while replicas are counted."""

from __future__ import annotations

import secrets

import pytest
from confluent_kafka.admin import NewTopic

from lessons.cluster import clients, records, topics
from lessons.cluster.errors import AppRefused
from lessons.cluster.limits import MAX_REPLICAS_PER_BROKER, MAX_REPLICAS_PER_SEAT, replicas_held
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.embedded import EmbeddedCluster
from tests.waiting import PATIENCE_S


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


def test_a_request_that_a_brokers_heap_has_no_room_for_ends_no_broker(
    own_cluster: EmbeddedCluster, dora: Namespace
) -> None:
    """It comes from one's own program: the app sends no more than 4 MB at a time."""
    before = [broker.process and broker.process.pid for broker in own_cluster.brokers]
    new = NewTopic(dora.full("big"), 1, 1, config={"max.message.bytes": "104857000"})  # which the app refuses to set
    clients.admin().create_topics([new])[dora.full("big")].result(PATIENCE_S)
    own = clients.new_producer(**{"message.max.bytes": 104_857_000, "message.timeout.ms": 5000})
    delivery = records.produce(dora, "big", [Message(value=b"x" * 90_000_000)], producer=own)[0]
    assert delivery.error is not None
    assert [broker.process and broker.process.pid for broker in own_cluster.brokers] == before
    assert own_cluster.is_up
    assert records.produce(dora, "big", [Message(value=b"small")])[0].error is None
