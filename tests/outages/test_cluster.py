"""What is said and done while brokers are down, on a cluster that only these tests use."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from confluent_kafka import KafkaError

from lessons.cluster import clients, groups, records, topics
from lessons.cluster.coordinators import OFFSETS_TOPIC
from lessons.cluster.errors import KafkaUnavailable
from lessons.cluster.metadata import list_metadata
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import list_ends
from lessons.cluster.programs import admin
from lessons.cluster.programs.admin import ProgramAdmin
from lessons.cluster.records import Message
from lessons.cluster.snapshot import OwnBrokers
from lessons.cluster.snapshots import Snapshot, SnapshotService, SnapshotSettings
from lessons.course import own_brokers
from lessons.embedded import EmbeddedCluster, set_wanted
from tests.kafka_tools import write_tools
from tests.outages.trouble import BROKERS, go_on, hang
from tests.running_brokers import running_brokers
from tests.waiting import wait_for


@pytest.fixture
def seat(own_cluster: EmbeddedCluster) -> Namespace:
    return Namespace(f"t{secrets.token_hex(4)}", "alice")


@pytest.fixture
def pictures(own_cluster: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Snapshot]]:
    """Pictures of the cluster as they come; wait for the first."""
    monkeypatch.setattr(own_brokers, "_data_dir", own_cluster.data_dir)
    service, seen = (
        SnapshotService(SnapshotSettings(interval_s=0.2), own=OwnBrokers(own_brokers.gone, own_brokers.quorum_leader)),
        list[Snapshot](),
    )
    leave = service.subscribe(seen.append)
    wait_for(lambda: seen and len(up(seen[-1])) == 3)
    yield seen
    leave()
    wait_for(lambda: not service.running)


def up(snapshot: Snapshot) -> set[int]:
    return {broker.id for broker in snapshot.brokers if broker.up}


def create_spread(seat: Namespace, name: str) -> dict[int, int]:
    """A topic with a partition on each broker and one replica each: broker id → partition."""
    topic = topics.create_topic(seat, name, partitions=3, replicas=1)
    return {partition.replicas[0]: partition.id for partition in topic.partitions}


def test_the_offsets_topic_of_a_fresh_cluster_is_made_once(tmp_path: Path) -> None:
    before = clients.connection()
    with running_brokers(tmp_path) as fresh:
        clients.configure(clients.Connection(fresh.bootstrap_servers))
        try:
            assert "__consumer_offsets" not in {topic.name for topic in topics.list_topics()}
            groups.create_offsets_topic()
            groups.create_offsets_topic()
            assert {topic.name: topic.internal for topic in topics.list_topics()}["__consumer_offsets"]
        finally:
            clients.configure(before)


def leader_by_kafkas_own_tool(cluster: EmbeddedCluster, folder: Path) -> int:
    write_tools(folder)
    asked = ["--bootstrap-server", cluster.bootstrap_servers, "describe", "--status"]
    told = subprocess.run([folder / "kafka-metadata-quorum.sh", *asked], capture_output=True, text=True, check=True)
    return int(re.search(r"LeaderId:\s+(\d)", told.stdout)[1])


def test_after_a_kill_every_question_is_answered_in_time_and_the_picture_shows_who_is_gone_and_who_leads_now(
    own_cluster: EmbeddedCluster, seat: Namespace, pictures: list[Snapshot], tmp_path: Path
) -> None:
    """The one that leads the quorum is killed."""
    killed = wait_for(lambda: pictures[-1].quorum_leader)
    others = {1, 2, 3} - {killed}
    assert killed == leader_by_kafkas_own_tool(own_cluster, tmp_path)
    topics.create_topic(seat, "safe", partitions=3, replicas=3)
    records.produce(seat, "safe", [Message(value=b"before")])
    topics.describe_topic(seat, "safe")  # the admin client has asked a broker that may be the one to die
    set_wanted(own_cluster.data_dir, killed, "killed")
    wait_for(lambda: up(pictures[-1]) == others)
    assert {broker.id for broker in pictures[-1].brokers} == {1, 2, 3}
    wait_for(lambda: pictures[-1].quorum_leader in others)
    # who is gone is known by the process that ended; the leaders move when the controller has noticed it, too
    wait_for(lambda: killed not in {partition.leader for partition in topics.describe_topic(seat, "safe").partitions})
    assert topics.describe_config(seat, "safe")
    assert groups.describe_groups(seat) == ()
    assert len(records.offsets(seat.full("safe"))) == 3
    assert records.produce(seat, "safe", [Message(value=b"during")])[0].error is None
    assert topics.create_topic(seat, "new", partitions=1, replicas=2).error is None
    assert topics.delete_topic(seat, "new").gone_ms is not None
    set_wanted(own_cluster.data_dir, killed, "up")
    wait_for(lambda: up(pictures[-1]) == {1, 2, 3})


def test_a_partition_without_a_leader_is_named_and_the_others_go_on(
    own_cluster: EmbeddedCluster, seat: Namespace, pictures: list[Snapshot]
) -> None:
    partition_of = create_spread(seat, "risky")
    lost, kept, full = partition_of[2], partition_of[1], seat.full("risky")
    records.produce(seat, "risky", [Message(value=b"x")], partition=kept)
    set_wanted(own_cluster.data_dir, 2, "stopped")
    wait_for(lambda: up(pictures[-1]) == {1, 3})
    topic = wait_for(lambda: (seen := topics.describe_topic(seat, "risky")).partitions[lost].leader is None and seen)
    assert topic.partitions[lost].error == "LEADER_NOT_AVAILABLE"

    words = f"Partition {lost} has no leader now. Its replica is on broker 2"
    for read in (lambda: records.offsets(full), lambda: records.read_range(full, lost)):
        with pytest.raises(KafkaUnavailable, match=words):
            read()
    assert [each.value for each in records.read_range(full, kept)] == [b"x"]

    (delivery,) = records.produce(seat, "risky", [Message(value=b"y")], partition=lost)
    assert isinstance(delivery.error, KafkaUnavailable)
    assert delivery.error.code == "_MSG_TIMED_OUT"
    assert delivery.error.advice.startswith("Nobody knows whether the record was written")

    set_wanted(own_cluster.data_dir, 2, "up")
    wait_for(lambda: topics.describe_topic(seat, "risky").partitions[lost].leader == 2)
    assert records.produce(seat, "risky", [Message(value=b"z")], partition=lost)[0].error is None


def test_where_partitions_end_that_others_lead_is_told_while_one_broker_hangs(
    own_cluster: EmbeddedCluster, seat: Namespace
) -> None:
    partition_of, full = create_spread(seat, "spread"), seat.full("spread")
    pairs = {broker_id: (full, partition) for broker_id, partition in partition_of.items()}
    records.produce(seat, "spread", [Message(value=b"x")], partition=partition_of[1])
    wait_for(lambda: len(list_ends(pairs.values(), asked="Look where they end")) == 3)
    hang(own_cluster, 2)
    try:
        assert list_ends(pairs.values(), asked="Look where they end", timeout_s=12) == {pairs[1]: 1, pairs[3]: 0}
    finally:
        go_on(own_cluster)
    assert list_ends(pairs.values(), asked="Look where they end") == {pairs[1]: 1, pairs[2]: 0, pairs[3]: 0}


def test_with_all_brokers_down_the_picture_says_so_and_comes_back_by_itself(
    own_cluster: EmbeddedCluster, seat: Namespace, pictures: list[Snapshot]
) -> None:
    topics.create_topic(seat, "kept", partitions=1, replicas=3)
    assert records.produce(seat, "kept", [Message(value=b"x")])[0].error is None
    wait_for(lambda: seat.full("kept") in {topic.name for topic in pictures[-1].topics})
    for broker_id in (1, 2):
        set_wanted(own_cluster.data_dir, broker_id, "killed")
    wait_for(lambda: up(pictures[-1]) == {3})  # the third lists all of them for ever
    assert not pictures[-1].problem
    assert not pictures[-1].has_quorum
    set_wanted(own_cluster.data_dir, 3, "killed")
    dark = wait_for(lambda: pictures[-1].problem and pictures[-1])
    assert {(broker.id, broker.up) for broker in dark.brokers} == {(1, False), (2, False), (3, False)}
    assert seat.full("kept") in {topic.name for topic in dark.topics}
    with pytest.raises(KafkaUnavailable):
        topics.describe_topic(seat, "kept")
    for broker_id in (1, 2, 3):
        set_wanted(own_cluster.data_dir, broker_id, "up")
    wait_for(lambda: pictures[-1].problem is None and up(pictures[-1]) == {1, 2, 3})
    assert records.produce(seat, "kept", [Message(value=b"y")])[0].error is None
    assert [each.value for each in records.read_range(seat.full("kept"), 0)] == [b"x", b"y"]


def test_coordinators_that_hang_and_go_on_cost_an_answer_and_not_the_process(
    own_cluster: EmbeddedCluster, seat: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is new: it has no connection yet to any coordinator, and looks for one until there is one."""
    monkeypatch.setattr(admin, "WITHIN_S", 1.0)
    groups.create_offsets_topic()
    topics.create_topic(seat, "read", partitions=1, replicas=3)
    ids = [f"group{number}" for number in range(6)]
    for group_id in ids:
        groups.set_offset(seat, group_id, "read", 0, 0)
    program = ProgramAdmin({"bootstrap.servers": own_cluster.bootstrap_servers}, seat, tell=lambda told: None)
    clients.configure(clients.connection())
    topics.describe_topic(seat, "read")
    hang(own_cluster, *BROKERS)
    try:
        for group_id in ids:
            with pytest.raises(KafkaUnavailable):
                groups.describe_group(seat, group_id, timeout_s=0.5)
        with pytest.raises(KafkaUnavailable):
            groups.set_offset(seat, ids[0], "read", 0, 1, timeout_s=0.5)
        told = program.call("describe_consumer_groups", {"groups": ids})
    finally:
        go_on(own_cluster)
    assert {each["error"]["code"] for each in told.values()} == {KafkaError._TIMED_OUT}
    wait_for(lambda: [described(seat, group_id) for group_id in ids] == ["Empty"] * len(ids))


def test_no_group_is_left_out_while_its_coordinator_moves(own_cluster: EmbeddedCluster, seat: Namespace) -> None:
    """A verdict would say that there is none. No answer is better than half of one."""
    groups.create_offsets_topic()
    topics.create_topic(seat, "read", partitions=1, replicas=3)
    ids = {f"group{number}" for number in range(6)}
    for group_id in ids:
        groups.set_offset(seat, group_id, "read", 0, 0)
    for state in ("killed", "up"):
        set_wanted(own_cluster.data_dir, 1, state)
        lists = list(iter(partial(listed_until_settled, own_cluster, seat, is_up=state == "up"), None))
        lists.append(wait_for(partial(listed, seat)))
        assert {each for each in lists if each} == {frozenset(ids)}


def listed_until_settled(cluster: EmbeddedCluster, seat: Namespace, *, is_up: bool) -> frozenset[str] | None:
    """None when leaders will move no more."""
    if cluster.brokers[0].runs == is_up and is_settled(seat, in_sync=3 if is_up else 2):
        return None
    return listed(seat)


def listed(seat: Namespace) -> frozenset[str]:
    """Empty: no answer."""
    try:
        return frozenset(each.group_id for each in groups.list_every_group(seat, timeout_s=2))
    except KafkaUnavailable:
        return frozenset()


def is_settled(seat: Namespace, *, in_sync: int) -> bool:
    try:
        partitions = list_metadata(asked="Look who leads").topics[OFFSETS_TOPIC].partitions.values()
    except KafkaUnavailable:
        return False
    leaders = {each.leader for each in partitions}
    return (
        -1 not in leaders and all(len(each.isrs) == in_sync for each in partitions) and (in_sync == 2 or 1 in leaders)
    )


def described(seat: Namespace, group_id: str) -> str | None:
    try:
        return groups.describe_group(seat, group_id).state
    except KafkaUnavailable:
        return None
