from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from lessons.cluster import clients, groups, records, topics
from lessons.cluster.errors import AppRefused, KafkaRefused
from lessons.cluster.group_reader import GroupReader, GroupReaderSettings
from lessons.cluster.groups import Lag
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import list_ends
from lessons.cluster.records import Message
from tests.kafka_tools import write_tools
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def test2p(alice: Namespace) -> None:
    """Alice's topic with three records in partition 0 and none in partition 1."""
    topics.create_topic(alice, "test2p", partitions=2, replicas=1)
    records.produce(alice, "test2p", [Message(value=b"x")] * 3, partition=0)


@contextmanager
def member(namespace: Namespace, group_id: str, **config: str) -> Iterator[Consumer]:
    """A member that has its partitions."""
    config = {"group.id": namespace.full(group_id), "client.id": "me", "auto.offset.reset": "earliest", **config}
    consumer = clients.new_consumer(**config)
    try:
        consumer.subscribe([namespace.full("test2p")])
        wait_for(lambda: consumer.consume(1, 0.1) or consumer.assignment())
        yield consumer
    finally:
        assert clients.close(consumer)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_group_is_described_with_members_and_lag(alice: Namespace, protocol: str) -> None:
    with member(alice, "readers", **{"group.protocol": protocol}) as consumer:
        group = wait_for(lambda: (found := groups.describe_group(alice, "readers")).state == "Stable" and found)
        assert (group.group_id, group.protocol, len(group.members)) == ("readers", protocol, 1)
        assert group.members[0].client_id == "me"
        assert group.members[0].host == "127.0.0.1"
        assert group.members[0].assignment == (("test2p", 0), ("test2p", 1))
        assert group.lags == (Lag("test2p", 0, None, 3, None), Lag("test2p", 1, None, 0, None))
        consumer.commit(offsets=[TopicPartition(alice.full("test2p"), 0, 1)], asynchronous=False)
    group = groups.describe_group(alice, "readers")
    assert (group.state, group.members) == ("Empty", ())
    assert group.lags == (Lag("test2p", 0, 1, 3, 2),)


def test_alice_lists_her_groups_and_not_bobs(alice: Namespace, bob: Namespace) -> None:
    with member(alice, "b"), member(alice, "a"):
        assert [each.group_id for each in groups.list_groups(alice)] == ["a", "b"]
        assert groups.list_groups(bob) == ()
        assert [each.group_id for each in groups.describe_groups(alice)] == ["a", "b"]
        assert groups.describe_groups(bob) == ()


@pytest.fixture
def share_group(alice: Namespace, bootstrap_servers: str, tmp_path: Path) -> Iterator[str]:
    """A group in which a share consumer of Kafka's own tools reads."""
    write_tools(tmp_path)
    command = [tmp_path / "kafka-console-share-consumer.sh", "--bootstrap-server", bootstrap_servers]
    full_id = alice.full("sharing")
    reading = subprocess.Popen(
        [*command, "--topic", alice.full("test2p"), "--group", full_id], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: full_id in groups.list_other_ids())
        yield "sharing"
    finally:
        reading.kill()
        reading.wait()


def test_a_share_group_is_listed_as_another_kind(alice, bob, share_group) -> None:
    with member(alice, "readers"):
        assert [each.group_id for each in groups.list_groups(alice)] == ["readers"]
        assert [(each.group_id, each.protocol) for each in groups.list_other_groups(alice)] == [(share_group, "other")]
    assert groups.list_other_groups(bob) == ()
    told: dict[str, tuple[groups.Group, ...]] = {}
    reader = GroupReader(lambda prefixes: told.update(reader.groups), is_up=lambda: True)
    reader.want({alice.prefix: alice})
    wait_for(lambda: [each.group_id for each in told.get(alice.prefix, ())] == ["readers", share_group])
    reader.want({})


@pytest.mark.parametrize(
    "move",
    [
        lambda seat: groups.set_offset(seat, "readers", "test2p", 0, 2),
        lambda seat: records.produce(seat, "test2p", [Message(value=b"x")], partition=0),
    ],
    ids=["its offset is set", "what it reads ends elsewhere"],
)
def test_a_group_to_which_nothing_happens_is_not_described_again_and_one_that_moves_is(
    move: Callable[[Namespace], object], alice: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with member(alice, "readers") as consumer:
        consumer.commit(offsets=[TopicPartition(alice.full("test2p"), 0, 1)], asynchronous=False)
    described: list[int] = []  # how many in each round

    def describe(owners: dict[str, Namespace], **more: float) -> tuple[groups.Group, ...]:
        described.append(len(owners))
        return groups.describe_full_ids(owners, **more)

    def ends() -> dict[tuple[str, int], int]:
        return list_ends([(alice.full("test2p"), 0)], asked="Look where it ends")

    told: list[tuple[groups.Group, ...]] = []
    settings = GroupReaderSettings(interval_s=0.1, looked_again=0)
    reader = GroupReader(
        lambda _prefixes: told.append(reader.groups[alice.prefix]), is_up=lambda: True, ends=ends, settings=settings
    )
    monkeypatch.setattr("lessons.cluster.group_reader.describe_full_ids", describe)
    reader.want({alice.prefix: alice})
    try:
        wait_for(lambda: told and told[-1][0].state == "Empty")
        wait_for(lambda: described[-5:] == [0] * 5)  # other tests' groups may be noted in its partition, too
        [lag] = told[-1][0].lags
        move(alice)
        wait_for(lambda: told[-1][0].lags[0] != lag)
    finally:
        reader.want({})


def test_where_kafka_keeps_a_group_is_where_it_notes_its_commits(alice: Namespace) -> None:
    with member(alice, "ré🚲ders") as consumer:
        full_id = alice.full("ré🚲ders")
        before = wait_for(lambda: groups.noted_up_to([full_id]))
        consumer.commit(offsets=[TopicPartition(alice.full("test2p"), 0, 1)], asynchronous=False)
        assert groups.noted_up_to([full_id])[full_id] > before[full_id]


def test_a_group_of_kip_848_whose_members_have_not_agreed_yet_has_a_state_in_words(alice: Namespace) -> None:
    """Whoever has the partitions does not poll, so does not give one back."""
    with member(alice, "readers", **{"group.protocol": "consumer"}) as holder:
        holder.pause(holder.assignment())
        other = clients.new_consumer(**{"group.id": alice.full("readers"), "group.protocol": "consumer"})
        try:
            other.subscribe([alice.full("test2p")])
            wait_for(lambda: groups.describe_group(alice, "readers").state == "Assigning or Reconciling")
            assert [each.state for each in groups.list_groups(alice)] == ["Assigning or Reconciling"]
        finally:
            clients.close(other)


def test_a_group_that_nobody_has_heard_of_is_not_found(alice: Namespace, bob: Namespace) -> None:
    with member(alice, "readers"):
        for seat, group_id in ((bob, "readers"), (alice, "nope")):
            with pytest.raises(KafkaRefused) as caught:
                groups.describe_group(seat, group_id)
            assert caught.value.code == "GROUP_ID_NOT_FOUND"


def test_a_group_without_an_id_is_refused_by_the_app(alice: Namespace) -> None:
    with pytest.raises(AppRefused, match=r"for a group\. This app answered: A name cannot be empty"):
        groups.describe_group(alice, "")


def test_the_lag_in_a_topic_that_was_deleted_is_not_known(alice: Namespace) -> None:
    with member(alice, "readers") as consumer:
        consumer.commit(offsets=[TopicPartition(alice.full("test2p"), 0, 1)], asynchronous=False)
    topics.delete_topic(alice, "test2p")
    # Kafka drops the offsets of deleted topics, some time later.
    for lag in groups.describe_group(alice, "readers").lags:
        assert (lag.end, lag.lag) == (None, None)


def test_the_offsets_topic_is_there_when_asked_for_and_internal(kafka: str) -> None:
    groups.create_offsets_topic()
    groups.create_offsets_topic()
    listed = {topic.name: topic for topic in topics.list_topics()}
    assert listed["__consumer_offsets"].internal
