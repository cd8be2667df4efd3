"""A group member against three real brokers."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest

from lessons.cluster import groups, metadata, records, topics
from lessons.cluster.consume import (
    Assigned,
    Committed,
    Delivered,
    Event,
    GroupMember,
    Membership,
    Revoked,
    Stopped,
    Trouble,
)
from lessons.cluster.consume.drain import read_to_end
from lessons.cluster.errors import AppRefused
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from tests.waiting import PATIENCE_S


class Owner:
    """Owns one member and remembers what it told."""

    def __init__(self, membership: Membership) -> None:
        self.events: list[Event] = []
        self._told = threading.Condition()
        self.member = GroupMember(membership, self._hear)
        self.member.start()

    def _hear(self, event: Event) -> None:
        with self._told:
            self.events.append(event)
            self._told.notify_all()

    def until(self, condition: Callable[[], object]) -> None:
        with self._told:
            assert self._told.wait_for(condition, PATIENCE_S), self.events

    def all(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def owned(self) -> set[int]:
        owned: set[int] = set()
        for event in self.events:
            if isinstance(event, Assigned):
                owned = {*event.kept, *event.offsets}
            elif isinstance(event, Revoked):
                owned -= set(event.partitions)
        return owned

    @property
    def rows(self) -> list[tuple[int, int]]:
        return [(e.partition, e.offset) for event in self.events if isinstance(event, Delivered) for e in event.entries]

    def until_rows(self, number: int) -> None:
        self.until(lambda: len(self.rows) >= number)

    def until_assigned(self) -> Assigned:
        self.until(lambda: self.all(Assigned))
        last = self.all(Assigned)[-1]
        assert isinstance(last, Assigned)
        return last

    def stop(self) -> Stopped:
        self.member.stop()
        self.until(lambda: self.all(Stopped))
        assert self.member.join(PATIENCE_S)
        last = self.events[-1]
        assert isinstance(last, Stopped)
        return last


class Seat:
    def __init__(self) -> None:
        self.namespace = Namespace(f"t{uuid.uuid4().hex[:8]}", "7KQ4")
        self.owners: list[Owner] = []

    def create(self, *, partitions: int = 1) -> None:
        topics.create_topic(self.namespace, "test1p", partitions=partitions, replicas=1)

    def delete(self) -> None:
        topics.delete_topic(self.namespace, "test1p")

    def send(self, *values: str, partition: int | None = None) -> None:
        messages = [Message(value=value.encode()) for value in values]
        sent = records.produce(self.namespace, "test1p", messages, partition=partition)
        assert [delivery.error for delivery in sent] == [None] * len(values)

    def send_to_each(self, value: str) -> None:
        for partition in range(3):
            self.send(value, partition=partition)

    def consume(self, *, credit: int = 500, group_id: str = "g", **rest: object) -> Owner:
        owner = Owner(Membership(self.namespace, "test1p", group_id, **{"session_timeout_ms": 6000, **rest}))
        self.owners.append(owner)
        if credit:
            owner.member.grant(credit)
        return owner

    def committed(self) -> dict[int, int | None]:
        return {lag.partition: lag.committed for lag in groups.describe_group(self.namespace, "g").lags}


@pytest.fixture
def seat(kafka: str) -> Iterator[Seat]:
    seat = Seat()
    yield seat
    for owner in seat.owners:
        owner.member.stop()
    for owner in seat.owners:
        assert owner.member.join(PATIENCE_S)


def test_it_is_assigned_all_partitions_from_their_beginning_and_gets_every_record(seat: Seat) -> None:
    seat.create(partitions=2)
    seat.send("1", "2", partition=0)
    seat.send("3", partition=1)
    owner = seat.consume()
    owner.until_rows(3)
    assert owner.until_assigned().offsets == {0: 0, 1: 0}
    assert sorted(owner.rows) == [(0, 0), (0, 1), (1, 0)]


def test_stop_commits_what_was_acknowledged_and_no_more_and_leaves_the_group(seat: Seat) -> None:
    seat.create()
    seat.send(*"12345")
    owner = seat.consume()
    owner.until_rows(5)
    owner.member.acknowledge({0: 3})
    assert owner.stop().committed == {0: 3}
    assert seat.committed() == {0: 3}
    assert groups.describe_group(seat.namespace, "g").state == "Empty"


def test_the_next_member_of_the_group_goes_on_at_the_committed_offset(seat: Seat) -> None:
    seat.create()
    seat.send(*"12345")
    first = seat.consume()
    first.until_rows(5)
    first.member.acknowledge({0: 3})
    first.stop()
    second = seat.consume()
    second.until_rows(2)
    assert second.until_assigned().offsets == {0: 3}
    assert second.rows == [(0, 3), (0, 4)]


def test_having_acknowledged_nothing_it_commits_nothing(seat: Seat) -> None:
    seat.create()
    seat.send("1")
    owner = seat.consume()
    owner.until_rows(1)
    assert owner.stop().committed == {}


def test_what_is_committed_by_hand_is_what_was_acknowledged_then_and_a_stop_commits_nothing_more(seat: Seat) -> None:
    seat.create()
    seat.send(*"12345")
    owner = seat.consume(auto_commit=False)
    owner.until_rows(5)
    owner.member.acknowledge({0: 2})
    owner.member.commit()
    owner.until(lambda: owner.all(Committed))
    owner.member.acknowledge({0: 4})
    assert owner.stop().committed == {0: 2}
    assert [event.offsets for event in owner.all(Committed)] == [{0: 2}]
    assert seat.committed() == {0: 2}


def test_by_hand_nothing_is_committed_when_partitions_are_revoked_and_there_may_be_nothing_to_commit(
    seat: Seat,
) -> None:
    seat.create(partitions=2)
    seat.send("1", "2", partition=0)
    first = seat.consume(auto_commit=False)
    first.until_rows(2)
    first.member.commit()
    first.until(lambda: first.all(Committed))
    first.member.acknowledge({0: 2})
    second = seat.consume()
    first.until(lambda: first.all(Revoked) and len(first.all(Assigned)) > 1)
    second.until_assigned()
    assert [event.offsets for event in first.all(Committed)] == [{}]
    assert seat.committed() == {0: None, 1: None}


def test_one_that_is_killed_commits_nothing_and_stays_in_its_group_until_its_session_has_timed_out(seat: Seat) -> None:
    seat.create()
    seat.send("1", "2")
    killed = seat.consume(session_timeout_ms=10_000)
    killed.until_rows(2)
    killed.member.acknowledge({0: 2})
    killed.member.kill()
    killed.until(lambda: killed.all(Stopped))
    assert killed.events[-1] == Stopped({}, was_killed=True)
    assert killed.member.join(PATIENCE_S)
    left = groups.describe_group(seat.namespace, "g")
    assert (left.state, len(left.members)) == ("Stable", 1)
    assert seat.committed() == {0: None}
    heir = seat.consume()  # the group waits for the other one first
    heir.until_rows(2)
    assert heir.until_assigned().offsets == {0: 0}


def test_an_acknowledgment_of_more_than_was_delivered_counts_as_what_was(seat: Seat) -> None:
    seat.create()
    seat.send("1", "2")
    owner = seat.consume()
    owner.until_rows(2)
    owner.member.acknowledge({0: 1_000_000, 77: 5})
    assert owner.stop().committed == {0: 2}


def test_from_latest_it_misses_nothing_that_is_sent_right_after_its_assignment(seat: Seat) -> None:
    seat.create()
    seat.send("before")
    for turn in range(4):
        owner = seat.consume(group_id=f"g{turn}", auto_offset_reset="latest")
        owner.until_assigned()
        seat.send(f"after {turn}")
        owner.until_rows(1)
        assert owner.rows == [(0, turn + 1)]
        owner.stop()


def test_without_credit_it_waits_stays_in_its_group_and_leaves_nothing_out(seat: Seat) -> None:
    seat.create()
    seat.send(*map(str, range(50)))
    owner = seat.consume(credit=0)
    owner.until_assigned()
    for granted in range(10, 60, 10):
        owner.member.grant(10)
        owner.until_rows(granted)
        assert len(owner.rows) == granted
    assert owner.rows == [(0, offset) for offset in range(50)]
    assert groups.describe_group(seat.namespace, "g").state == "Stable"


def test_two_members_share_the_partitions_and_both_are_told(seat: Seat) -> None:
    seat.create(partitions=2)
    first = seat.consume()
    assert set(first.until_assigned().offsets) == {0, 1}
    second = seat.consume()
    second.until_assigned()
    first.until(lambda: len(first.all(Assigned)) == 2)
    assert first.all(Revoked) == [Revoked((0, 1), lost=False)]
    shares = [set(owner.until_assigned().offsets) for owner in (first, second)]
    assert sorted(map(sorted, shares)) == [[0], [1]]


@pytest.mark.parametrize("protocol", ["cooperative-sticky", "consumer"])
def test_an_incremental_rebalance_takes_one_partition_and_reads_nothing_twice(seat: Seat, protocol: str) -> None:
    seat.create(partitions=3)
    seat.send_to_each("before")
    first = seat.consume(protocol=protocol)
    first.until_rows(3)
    first.member.acknowledge(dict.fromkeys(range(3), 1))
    second = seat.consume(protocol=protocol)
    second.until(lambda: second.owned)
    first.until(lambda: len(first.owned) == 2)
    [revoked] = first.all(Revoked)
    assert isinstance(revoked, Revoked)
    assert set(revoked.partitions) == second.owned == {0, 1, 2} - first.owned
    seat.send_to_each("after")
    first.until_rows(5)
    second.until_rows(1)
    assert sorted(first.rows + second.rows) == [(partition, offset) for partition in range(3) for offset in range(2)]
    kept = first.owned
    for owner in (first, second):
        owner.member.acknowledge(dict.fromkeys(range(3), 2))
    assert first.stop().committed == dict.fromkeys(kept, 2)
    second.until(lambda: len(second.owned) == 3)
    last = second.all(Assigned)[-1]
    assert isinstance(last, Assigned)
    assert set(last.kept) == set(revoked.partitions)
    assert second.stop().committed == dict.fromkeys(range(3), 2)


def test_a_session_timeout_that_the_brokers_refuse_is_told_in_kafkas_words_and_ends_it(seat: Seat) -> None:
    seat.create()
    owner = seat.consume(session_timeout_ms=1000)
    owner.until(lambda: owner.all(Stopped))
    [trouble] = owner.all(Trouble)
    assert isinstance(trouble, Trouble)
    assert trouble.error.code == "INVALID_SESSION_TIMEOUT"
    assert seat.namespace.prefix not in str(trouble.error)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"session_timeout_ms": 0}, "ILLEGAL_SESSION_TIMEOUT"),
        ({"session_timeout_ms": 3_600_001}, "ILLEGAL_SESSION_TIMEOUT"),
        ({"auto_offset_reset": "yesterday"}, "ILLEGAL_RESET"),
        ({"group_id": ""}, "EMPTY_NAME"),
        ({"group_id": "g" * 250}, "TOO_LONG"),
    ],
)
def test_what_kafka_need_not_be_asked_is_refused_by_the_app(wrong: dict[str, object], code: str) -> None:
    asked = {"group_id": "g", **wrong}
    with pytest.raises(AppRefused) as refusal:
        Membership(Namespace("c", "s"), "test1p", **asked).check()  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_a_member_of_a_deleted_topic_is_revoked_and_goes_on_at_0_when_it_is_created_again(seat: Seat) -> None:
    seat.create()
    seat.send(*"12345")
    owner = seat.consume()
    owner.until_rows(5)
    owner.member.acknowledge({0: 5})
    first_id = owner.until_assigned().topic_id
    seat.delete()
    owner.until(lambda: owner.all(Revoked))
    seat.create()
    seat.send("a", "b")
    owner.until_rows(7)
    assert owner.rows[5:] == [(0, 0), (0, 1)]
    again = owner.until_assigned()
    assert again.offsets == {0: 0}
    assert again.topic_id not in (None, first_id)
    owner.member.acknowledge({0: 2})
    assert owner.stop().committed == {0: 2}


@pytest.mark.parametrize("new_records", [2, 8], ids=["fewer", "more"])
def test_a_topic_created_again_at_once_is_read_from_0_with_fewer_or_more_records_than_before(
    seat: Seat, new_records: int
) -> None:
    seat.create()
    seat.send(*"12345")
    owner = seat.consume()
    owner.until_rows(5)
    owner.member.acknowledge({0: 5})
    seat.delete()
    seat.create()
    seat.send(*map(str, range(new_records)))
    new_id = metadata.find_topic(seat.namespace.full("test1p"), asked="Look").topic_id
    owner.member.begin_anew(new_id, [0])
    anew = [(0, offset) for offset in range(new_records)]
    owner.until(lambda: set(anew) <= set(owner.rows[5:]))
    # Until the new id is noticed librdkafka reads on at the old offset: what it found there comes again, in its place.
    from_0 = owner.rows[owner.rows.index((0, 0), 5) :]
    assert list(dict.fromkeys(from_0)) == anew
    owner.member.acknowledge({0: new_records})
    assert owner.stop().committed == {0: new_records}


def test_begin_anew_for_a_topic_that_it_was_assigned_already_changes_nothing(seat: Seat) -> None:
    seat.create()
    seat.send("1")
    owner = seat.consume()
    owner.until_rows(1)
    owner.member.begin_anew(owner.until_assigned().topic_id, [0])
    seat.send("2")
    owner.until_rows(2)
    assert owner.rows == [(0, 0), (0, 1)]


def test_it_has_left_its_group_when_it_has_stopped(seat: Seat) -> None:
    seat.create()
    owner = seat.consume()
    owner.until_assigned()
    owner.stop()
    assert groups.describe_group(seat.namespace, "g").members == ()


def test_where_nothing_was_delivered_nothing_is_committed_although_it_began_at_the_end(alice: Namespace) -> None:
    """As the Python client does it by itself: the partition begins with `latest` again the next time."""
    topics.create_topic(alice, "docks", partitions=2, replicas=1)
    records.produce(alice, "docks", [Message(value=b"1")], partition=0)
    read_to_end(Membership(alice, "docks", "team", auto_offset_reset="earliest"))
    for partition in (0, 1):
        records.produce(alice, "docks", [Message(value=b"2")], partition=partition)
    drained = read_to_end(Membership(alice, "docks", "team", auto_offset_reset="latest"))
    assert (drained.delivered, drained.last, drained.committed) == (1, {0: 1}, {0: 2})
    assert {(lag.partition, lag.committed) for lag in groups.describe_group(alice, "team").lags} == {(0, 2)}
