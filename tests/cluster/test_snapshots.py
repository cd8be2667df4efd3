from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from confluent_kafka import Uuid

from lessons.cluster import clients, groups, records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.cluster.snapshot import Snapshot, SnapshotTaker, TakerSettings
from lessons.cluster.snapshots import Poke, SnapshotService, SnapshotSettings
from tests.waiting import wait_for


class Viewer:
    """A subscriber that keeps what it is shown."""

    def __init__(self) -> None:
        self.pictures: list[Snapshot] = []

    def __call__(self, snapshot: Snapshot) -> None:
        self.pictures.append(snapshot)

    def sees(self, name: str) -> topics.Topic | None:
        shown = self.pictures[-1].topics if self.pictures else ()
        return next((topic for topic in shown if topic.name == name), None)

    def sees_exactly(self, topic: topics.Topic) -> bool:
        return self.sees(topic.name) == topic


@pytest.fixture
def service(kafka: str) -> Iterator[SnapshotService]:
    service = SnapshotService(SnapshotSettings(interval_s=0.2, taker=TakerSettings(looked_again=50)))
    yield service
    service.close()
    wait_for(lambda: not service.running)


def create(namespace: Namespace, name: str, *, partitions: int = 1) -> topics.Topic:
    return topics.create_topic(namespace, name, partitions=partitions, replicas=3)


def test_a_picture_has_the_brokers_and_the_topics_with_their_ids(service: SnapshotService, alice: Namespace) -> None:
    topic = create(alice, "test2p", partitions=2)
    seen = service.latest()
    assert seen.problem is None
    assert seen.cluster_id
    assert [(broker.id, broker.up) for broker in seen.brokers] == [(1, True), (2, True), (3, True)]
    assert all(broker.host == "127.0.0.1" and broker.port for broker in seen.brokers)
    wait_for(lambda: topic in service.latest(max_age_s=0).topics)  # whoever is asked may not have heard of all of it


def test_kafkas_own_topics_are_internal_and_others_with_underscores_are_not(
    service: SnapshotService, alice: Namespace
) -> None:
    groups.create_offsets_topic()
    create(alice, "__mine")
    internal = {topic.name: topic.internal for topic in service.latest(max_age_s=0).topics}
    assert internal["__consumer_offsets"] is True
    assert internal[alice.full("__mine")] is False


def test_a_subscriber_is_shown_what_changes_without_asking(service: SnapshotService, alice: Namespace) -> None:
    viewer, name = Viewer(), alice.full("test1p")
    service.subscribe(viewer)
    create(alice, "test1p")
    wait_for(lambda: viewer.sees(name))
    topics.delete_topic(alice, "test1p")
    wait_for(lambda: not viewer.sees(name))


def test_a_topic_that_was_created_again_gets_its_new_id(service: SnapshotService, alice: Namespace) -> None:
    viewer = Viewer()
    service.subscribe(viewer)
    for _ in range(3):
        topic = create(alice, "again")
        wait_for(partial(viewer.sees_exactly, topic))
        topics.delete_topic(alice, "again")


def test_beyond_the_limit_topics_are_described_in_turn_and_the_unknown_ones_first(alice: Namespace) -> None:
    made = topics.create_topics(alice, [f"t{number}" for number in range(25)], partitions=1, replicas=3).values()
    taker = SnapshotTaker(TakerSettings(described=len(topics.list_topics()) - 5))  # other tests have theirs here, too
    assert all(isinstance(each, topics.Topic) for each in made)

    def known() -> set[str]:
        return {topic.name for topic in taker.take().topics if topic.topic_id is not None}

    wait_for(lambda: known() >= {topic.name for topic in made})
    topics.delete_topic(alice, "t0")
    again = create(alice, "t0")
    wait_for(lambda: again in taker.take().topics)


def test_a_topic_that_ends_before_it_did_is_another_one_and_is_described_soon(alice: Namespace) -> None:
    """Deleted and created between two snapshots, which looks as if nothing had happened but for the ends."""
    taker = SnapshotTaker(TakerSettings(looked_again=0))
    create(alice, "again")
    records.produce(alice, "again", [Message(value=b"1")])
    wait_for(lambda: 1 in taker.take({alice.prefix}).ends.values())
    topics.delete_topic(alice, "again")
    again = create(alice, "again")
    wait_for(lambda: again in taker.take({alice.prefix}).topics)


def test_to_describe_topics_leaves_no_ids_behind(alice: Namespace) -> None:
    """The client counts one user too many of each id."""
    create(alice, "test1p")

    def ids() -> int:
        gc.collect()
        return sum(type(each) is Uuid for each in gc.get_objects())  # not isinstance: there are lazy objects

    before = ids()
    for _ in range(20):
        topics.describe_topic(alice, "test1p")
    assert ids() <= before + 2  # some other thread's


def test_end_offsets_come_for_the_topics_of_a_subscribers_seat_later_ones_too(
    service: SnapshotService, alice: Namespace, bob: Namespace
) -> None:
    viewer = Viewer()
    service.subscribe(viewer, seat=alice)
    create(bob, "test1p")
    create(alice, "test2p", partitions=2)
    records.produce(alice, "test2p", [Message(value=b"x")] * 3, partition=1)
    name = alice.full("test2p")
    wait_for(lambda: viewer.pictures and viewer.pictures[-1].ends == {(name, 0): 0, (name, 1): 3})


def test_there_is_one_thread_for_all_and_it_ends_with_the_last(service: SnapshotService) -> None:
    def threads() -> int:
        return sum(thread.name == "kafka-snapshot" for thread in threading.enumerate())

    before, first, second = threads(), Viewer(), Viewer()
    leave_first, leave_second = service.subscribe(first), service.subscribe(second)
    wait_for(lambda: first.pictures and second.pictures)
    assert threads() == before + 1
    leave_first()
    count = len(second.pictures)
    wait_for(lambda: len(second.pictures) > count + 1)
    assert len(first.pictures) <= count + 1
    leave_second()
    leave_second()
    wait_for(lambda: threads() == before)
    service.subscribe(first)
    wait_for(lambda: threads() == before + 1)


def test_a_poke_takes_a_picture_at_once_and_an_older_one_is_no_longer_the_latest(alice: Namespace) -> None:
    service, viewer = SnapshotService(SnapshotSettings(interval_s=60)), Viewer()
    leave = service.subscribe(viewer)
    wait_for(lambda: viewer.pictures)
    old = service.latest(max_age_s=60)
    assert service.latest(max_age_s=60) is old
    topic = create(alice, "test1p")

    def is_seen_after_a_poke() -> bool:  # not at the first one, when a broker is asked that has not heard of it yet
        service.poke()
        return topic in service.latest(max_age_s=60).topics

    wait_for(is_seen_after_a_poke)
    wait_for(lambda: viewer.sees(topic.name))
    leave()


def test_a_poke_for_one_seat_shows_it_what_it_did_at_once_and_troubles_nobody_else(
    alice: Namespace, bob: Namespace
) -> None:
    service, hers, his = SnapshotService(SnapshotSettings(interval_s=60)), Viewer(), Viewer()
    mine = create(alice, "test1p")
    leave = [service.subscribe(hers, seat=alice), service.subscribe(his, seat=bob)]
    wait_for(lambda: hers.pictures and his.pictures)

    def send_and_see(number: int) -> None:
        records.produce(alice, "test1p", [Message(value=b"x")])
        service.poke(alice)
        wait_for(lambda: hers.pictures[-1].ends == {(mine.name, 0): number})

    send_and_see(1)
    send_and_see(2)  # the pictures for those who have just come are all told now
    shown_to_bob, old = len(his.pictures), service.latest(bob, max_age_s=60)
    send_and_see(3)
    assert len(his.pictures) == shown_to_bob
    assert service.latest(bob, max_age_s=60).taken_at >= old.taken_at
    for each in leave:
        each()


def test_a_poke_for_ends_reads_those_alone_and_for_groups_what_a_consumer_committed(alice: Namespace) -> None:
    service, viewer = SnapshotService(SnapshotSettings(interval_s=60)), Viewer()
    topic = create(alice, "test1p")
    leave = service.subscribe(viewer, seat=alice, wants_groups=True)
    wait_for(lambda: viewer.sees(topic.name) and viewer.pictures[-1].groups_of(alice) == ())
    later = create(alice, "test2p")  # which nobody is told of
    records.produce(alice, "test1p", [Message(value=b"x")])
    service.poke(alice, Poke.ENDS)
    wait_for(lambda: viewer.pictures[-1].ends == {(topic.name, 0): 1})
    assert not viewer.sees(later.name)
    consumer = clients.new_consumer(**{"group.id": alice.full("readers"), "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic.name])
        wait_for(lambda: consumer.poll(0.1))
        consumer.commit(asynchronous=False)
    finally:
        clients.close(consumer)
    service.poke(alice, Poke.GROUPS)

    def committed() -> dict[str, list[int | None]]:
        groups = viewer.pictures[-1].groups_of(alice) or ()
        return {group.group_id: [lag.committed for lag in group.lags] for group in groups}

    wait_for(lambda: committed() == {"readers": [1]})  # a group that was read before it committed comes first
    leave()


def test_without_a_subscriber_a_picture_is_taken_when_there_is_none_that_is_fresh(service: SnapshotService) -> None:
    first = service.latest(max_age_s=60)
    assert service.latest(max_age_s=60) is first
    assert service.latest(max_age_s=0) is not first
    assert not service.running


def test_a_subscriber_that_fails_does_not_spoil_it_for_the_others(
    service: SnapshotService, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(snapshot: Snapshot) -> None:
        raise RuntimeError("no")

    viewer = Viewer()
    service.subscribe(fail)
    service.subscribe(viewer)
    wait_for(lambda: len(viewer.pictures) > 2)
    assert "a subscriber of the cluster's snapshot failed" in caplog.text


def test_a_cluster_that_does_not_answer_is_shown_as_down_and_its_return_by_itself(
    service: SnapshotService, alice: Namespace, request: pytest.FixtureRequest
) -> None:
    viewer = Viewer()
    service.subscribe(viewer)
    wait_for(lambda: viewer.pictures and viewer.pictures[-1].problem is None)
    here = clients.connection()
    request.getfixturevalue("no_cluster")
    wait_for(lambda: viewer.pictures[-1].problem)
    clients.configure(here)
    wait_for(lambda: viewer.pictures[-1].problem is None)
    assert all(broker.up for broker in viewer.pictures[-1].brokers)
