from __future__ import annotations

import time
from itertools import chain

import pytest
from confluent_kafka.admin import AdminClient

from lessons.cluster import clients, records, topics
from lessons.cluster.errors import AppRefused, KafkaRefused, TopicExists, TopicMissing
from lessons.cluster.metadata import wait_for_every_broker
from lessons.cluster.namespace import Namespace
from tests.waiting import PATIENCE_S


def create(namespace: Namespace, name: str, *, partitions: int = 1, replicas: int = 1) -> topics.Topic:
    return topics.create_topic(namespace, name, partitions=partitions, replicas=replicas)


def names_on_every_broker(times: int = 40) -> list[set[str]]:
    """What brokers list, asked often enough to have met each of the three many times."""
    roamer = clients.new_roamer()
    return [set(roamer.list_topics(timeout=5).topics) for _ in range(times)]


def test_a_created_topic_is_as_asked_and_has_an_id(alice: Namespace) -> None:
    topic = create(alice, "test2p", partitions=2, replicas=3)
    assert topic.name == alice.full("test2p")
    assert [partition.id for partition in topic.partitions] == [0, 1]
    assert all(
        len(partition.replicas) == 3 and partition.leader in partition.replicas for partition in topic.partitions
    )
    assert topic.topic_id is not None
    assert len(topic.topic_id) == 22
    assert not set(topic.topic_id) & set("+/=")
    assert (topic.internal, topic.error) == (False, None)


def test_every_broker_lists_a_topic_once_it_is_created_and_none_once_it_is_deleted(alice: Namespace) -> None:
    for round_ in range(3):
        name = f"test{round_}"
        create(alice, name, partitions=3, replicas=3)
        assert all(alice.full(name) in names for names in names_on_every_broker())
        deletion = topics.delete_topic(alice, name, timeout_s=PATIENCE_S)
        assert deletion.gone_ms is not None
        assert 0 < deletion.accepted_ms <= deletion.gone_ms
        assert not any(alice.full(name) in names for names in names_on_every_broker())


def test_a_client_that_keeps_to_one_broker_is_not_waited_for(alice: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As any does that was held up for a second: it prefers the broker that it used last."""
    new_roamer = clients.new_roamer
    keeps_to_one = AdminClient({"bootstrap.servers": clients.connection().bootstrap_servers.partition(",")[0]})
    roamers = chain([keeps_to_one], iter(new_roamer, None))
    monkeypatch.setattr(clients, "new_roamer", lambda: next(roamers))
    assert wait_for_every_broker(lambda topic: topic is None, alice.full("never"), timeout_s=PATIENCE_S)


def test_creating_a_topic_twice_says_that_it_exists(alice: Namespace) -> None:
    create(alice, "test1p")
    with pytest.raises(TopicExists) as caught:
        create(alice, "test1p")
    assert caught.value.asked == "Create the topic test1p with 1 partition and 1 replica"
    assert caught.value.answered == "Topic 'test1p' already exists."


def test_two_seats_may_use_the_same_name(alice: Namespace, bob: Namespace) -> None:
    assert create(alice, "test1p").topic_id != create(bob, "test1p").topic_id


def test_an_illegal_name_is_refused_by_kafka_in_its_words_without_the_prefix(alice: Namespace) -> None:
    with pytest.raises(KafkaRefused) as caught:
        create(alice, "bad name!")
    assert caught.value.code == "TOPIC_EXCEPTION"
    assert caught.value.answered.startswith("Topic name is invalid: 'bad name!' contains one or more characters")
    with pytest.raises(KafkaRefused) as caught:
        topics.describe_topic(alice, "bad name!")
    assert caught.value.code == "TOPIC_EXCEPTION"


def test_a_dot_and_an_underscore_collide_and_kafka_says_so(alice: Namespace) -> None:
    create(alice, "a.b")
    with pytest.raises(KafkaRefused) as caught:
        create(alice, "a_b")
    assert caught.value.answered == "Topic 'a_b' collides with existing topic: a.b"


def test_the_longest_name_passes(alice: Namespace) -> None:
    name = "x" * alice.max_name_length
    assert create(alice, name).name == alice.full(name)


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 250])
def test_names_that_the_prefix_would_make_legal_are_refused_by_the_app(alice: Namespace, name: str) -> None:
    with pytest.raises(AppRefused):
        create(alice, name)


def test_no_partitions_are_refused_by_kafka(alice: Namespace) -> None:
    with pytest.raises(KafkaRefused) as caught:
        create(alice, "a", partitions=0)
    assert caught.value.code == "INVALID_PARTITIONS"
    assert caught.value.asked == "Create the topic a with 0 partitions and 1 replica"


@pytest.mark.parametrize(("partitions", "code"), [(-1, "NEGATIVE_PARTITIONS"), (13, "TOO_MANY_PARTITIONS")])
def test_partitions_beyond_what_a_class_allows_are_refused_by_the_app(
    alice: Namespace, partitions: int, code: str
) -> None:
    with pytest.raises(AppRefused) as caught:
        create(alice, "a", partitions=partitions)
    assert caught.value.code == code
    create(alice, "a", partitions=12)


@pytest.mark.parametrize("replicas", [0, 4])
def test_a_replication_factor_of_none_or_four_is_refused_by_kafka(alice: Namespace, replicas: int) -> None:
    with pytest.raises(KafkaRefused) as caught:
        create(alice, "test1p", replicas=replicas)
    assert caught.value.code == "INVALID_REPLICATION_FACTOR"
    assert f"1 partition and {replicas} replicas" in caught.value.asked


@pytest.mark.parametrize(("replicas", "code"), [(-1, "NEGATIVE_REPLICAS"), (10_001, "TOO_MANY_REPLICAS")])
def test_a_replication_factor_that_the_client_would_change_or_choke_on_is_refused_by_the_app(
    alice: Namespace, replicas: int, code: str
) -> None:
    with pytest.raises(AppRefused) as caught:
        create(alice, "a", replicas=replicas)
    assert caught.value.code == code


def test_a_setting_given_at_creation_is_listed_as_the_topics_own(alice: Namespace) -> None:
    topics.create_topic(alice, "short", partitions=1, replicas=1, config={"retention.ms": "60000"})
    entries = {entry.name: entry for entry in topics.describe_config(alice, "short")}
    retention, cleanup = entries["retention.ms"], entries["cleanup.policy"]
    assert (retention.value, retention.source, retention.is_default) == ("60000", "DYNAMIC_TOPIC_CONFIG", False)
    assert (cleanup.value, cleanup.source, cleanup.is_default) == ("delete", "DEFAULT_CONFIG", True)
    assert (retention.unit, entries["segment.bytes"].unit, cleanup.unit) == ("ms", "bytes", None)


def test_an_unknown_setting_is_refused_by_kafka(alice: Namespace) -> None:
    with pytest.raises(KafkaRefused) as caught:
        topics.create_topic(alice, "a", partitions=1, replicas=1, config={"retention": "1"})
    assert (caught.value.code, caught.value.answered) == ("INVALID_CONFIG", "Unknown topic config name: retention")


def test_deleting_a_missing_topic_says_that_it_is_missing(alice: Namespace) -> None:
    with pytest.raises(TopicMissing) as caught:
        topics.delete_topic(alice, "nope")
    assert caught.value.asked == "Delete the topic nope"


def test_deleting_twice_says_that_it_is_missing(alice: Namespace) -> None:
    create(alice, "test2die")
    topics.delete_topic(alice, "test2die")
    with pytest.raises(TopicMissing):
        topics.delete_topic(alice, "test2die")


def test_bob_cannot_delete_what_alice_has(alice: Namespace, bob: Namespace) -> None:
    create(alice, "test1p")
    with pytest.raises(TopicMissing):
        topics.delete_topic(bob, "test1p")
    with pytest.raises(TopicMissing):
        topics.delete_topic(bob, alice.full("test1p"))
    assert topics.describe_topic(alice, "test1p").error is None


def test_a_topic_that_was_created_again_has_another_id(alice: Namespace) -> None:
    first = create(alice, "again")
    topics.delete_topic(alice, "again")
    assert create(alice, "again").topic_id != first.topic_id


def test_a_missing_topic_is_missing_at_once_in_every_question(alice: Namespace) -> None:
    for question in (
        lambda: topics.describe_topic(alice, "nope"),
        lambda: topics.describe_config(alice, "nope"),
        lambda: topics.add_partitions(alice, "nope", total=2),
        lambda: records.offsets(alice.full("nope")),
        lambda: records.read_range(alice.full("nope"), 0),
    ):
        began = time.monotonic()
        with pytest.raises(TopicMissing):
            question()
        assert time.monotonic() - began < clients.TIMEOUT_S


def test_added_partitions_are_used_at_once_by_a_producer_that_runs(alice: Namespace) -> None:
    create(alice, "test2p")
    records.produce(alice, "test2p", [records.Message(value=b"1")])
    assert len(topics.add_partitions(alice, "test2p", total=3).partitions) == 3
    (delivery,) = records.produce(alice, "test2p", [records.Message(value=b"2")], partition=2)
    assert (delivery.error, delivery.partition, delivery.offset) == (None, 2, 0)


def test_partitions_cannot_be_taken_away_and_kafka_says_so(alice: Namespace) -> None:
    create(alice, "test2p", partitions=2)
    with pytest.raises(KafkaRefused) as caught:
        topics.add_partitions(alice, "test2p", total=1)
    assert caught.value.answered == "The topic test2p currently has 2 partition(s); 1 would not be an increase."


@pytest.mark.parametrize("total", [-1, 0, 13])
def test_totals_that_no_class_needs_are_refused_by_the_app(alice: Namespace, total: int) -> None:
    create(alice, "a")
    with pytest.raises(AppRefused):
        topics.add_partitions(alice, "a", total=total)


def test_the_list_has_everybodys_topics_in_the_order_of_their_names(alice: Namespace, bob: Namespace) -> None:
    for seat, name in ((bob, "a"), (alice, "b"), (alice, "a")):
        create(seat, name)
    listed = [topic.name for topic in topics.list_topics() if topic.name.startswith(alice.class_slug + ".")]
    assert listed == [alice.full("a"), alice.full("b"), bob.full("a")]
