"""What Kafka notes about share groups, and how it is read."""

from __future__ import annotations

import struct

import pytest

from lessons.cluster import groups, records, share_groups, topics
from lessons.cluster.consume.share_members import ShareMembership, run_members
from lessons.cluster.group_reader import GroupReader, GroupReaderSettings
from lessons.cluster.namespace import Namespace
from lessons.cluster.share_groups import Change, Shared
from tests.waiting import wait_for

# As three brokers of Kafka 4.3.1 have written them.
SNAPSHOT = bytes.fromhex("0000000000000000000200000000ffffffffffffffff000001a22a83d412000001a22a83d4120100")
CHANGE = bytes.fromhex(
    "00000000000000000000000000000000000004000000000000000000000000000000020200010000000000000000030000000000000003"
    "000001000000000000000004000000000000000b020001000100040000000b"
)
GIVEN_UP = bytes.fromhex("00000000000000000000000000000000000302000000000000000300000000000000030400050001000400000009")
# A snapshot after that, by the same rules: it begins at offset 3, and 9 records are over.
LATER = (
    struct.pack(">hiiiqqqB", 0, 1, 2, 0, 3, 7, 9, 3)
    + struct.pack(">qqbhB", 3, 3, 4, 5, 0)
    + struct.pack(">qqbhB", 4, 11, 2, 1, 0)
    + struct.pack(">BBBi", 1, 0, 4, 9)
)


def noted(kind: int, value: bytes | None, *, at_ms: int = 1) -> records.Record:
    key = struct.pack(">hh", kind, 5) + b"c.s.g" + bytes(16) + struct.pack(">i", 0)
    return records.Record(share_groups.STATE_TOPIC, 0, 0, key, value, (), at_ms)


def read(*notes: records.Record) -> list[Shared]:
    log = share_groups._Log()
    for each in notes:
        log._take(each)
    assert log.notes == {"c.s.g": len(notes)}
    return [
        Shared(key.group, key.partition, state.start, state.done, tuple(state.changes))
        for key, state in log.states.items()
    ]


def test_a_snapshot_and_changes_tell_what_became_of_each_record():
    begun, changed, given_up = noted(0, SNAPSHOT), noted(1, CHANGE, at_ms=2), noted(1, GIVEN_UP, at_ms=3)
    [shared] = read(begun)
    assert (shared.start, shared.changes) == (-1, ())
    [shared] = read(begun, changed)
    assert shared.left((0, 12)) == 1  # the one that was released
    [shared] = read(begun, changed, given_up)
    assert shared.left((0, 12)) == 0
    assert shared.changes == (
        Change(2, 0, 0, 2, "accepted", 1),
        Change(2, 0, 3, 3, "released", 1),
        Change(2, 0, 4, 11, "accepted", 1),
        Change(3, 0, 3, 3, "archived", 5),
    )


def test_where_kafka_has_deleted_what_came_before_a_snapshot_the_snapshot_tells_it():
    [shared] = read(noted(0, LATER))
    assert shared == Shared("c.s.g", 0, 3, 9, (Change(7, 0, 3, 3, "archived", 5), Change(7, 0, 4, 11, "accepted", 1)))
    [shared] = read(noted(1, CHANGE), noted(0, LATER))  # and adds nothing to what is known
    assert len(shared.changes) == 3
    assert (shared.start, shared.done) == (3, 9)


def test_of_a_group_that_was_deleted_nothing_is_told():
    assert read(noted(0, SNAPSHOT), noted(1, CHANGE), noted(0, None)) == []


@pytest.mark.usefixtures("kafka")
def test_a_share_group_that_goes_on_is_told_as_changed_and_to_its_seat_alone(alice: Namespace, bob: Namespace):
    topics.create_topic(alice, "queue", partitions=1, replicas=1)
    membership = ShareMembership(alice, "queue", "sharers", lambda record: "accept")

    def work() -> None:
        records.produce(alice, "queue", [records.Message(value=b"job")])
        assert run_members(membership, 1, most=10)[1] == 0

    work()
    told: list[tuple[groups.Group, ...]] = []
    settings = GroupReaderSettings(others_every_s=0.2)
    reader = GroupReader(
        lambda _prefixes: told.append(reader.groups[alice.prefix]), is_up=lambda: True, settings=settings
    )
    reader.want({alice.prefix: alice, bob.prefix: bob})
    try:
        [before] = wait_for(lambda: told and told[-1])
        work()
        wait_for(lambda: told[-1][0].notes > before.notes > 0)
    finally:
        reader.want({})
    topic_id = topics.describe_topic(alice, "queue").topic_id
    [shared] = share_groups.shared(alice, "queue", topic_id)
    assert [(each.first, each.became) for each in shared.changes] == [(0, "accepted"), (1, "accepted")]
    assert share_groups.shared(bob, "queue", topic_id) == ()
    assert share_groups.shared(alice, "queue", "another") == ()
