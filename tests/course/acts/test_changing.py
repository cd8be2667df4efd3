"""The acts that change settings, records and groups: what they answer, and that the code shown under them does the same."""

from __future__ import annotations

import time

import pytest

from lessons.cluster import groups, records, topics
from lessons.cluster.errors import AppRefused, KafkaRefused, TopicMissing
from lessons.cluster.records import Message
from lessons.course.acts.alter_config import AlterConfig
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.delete_group import DeleteGroup
from lessons.course.acts.delete_records import DeleteRecords
from lessons.course.acts.produce import Produce
from lessons.course.acts.set_offset import SetOffset
from lessons.course.moments import to_the_millisecond
from tests.waiting import wait_for


@pytest.fixture
def test2p(kafka, where) -> str:
    topics.create_topic(where.namespace, "test2p", partitions=2, replicas=1)
    records.produce(where.namespace, "test2p", [Message(value=b"a"), Message(value=b"b")], partition=0)
    return "test2p"


def setting(where, topic: str, name: str) -> topics.ConfigEntry:
    def found() -> topics.ConfigEntry | None:
        try:
            return next(each for each in topics.describe_config(where.namespace, topic) if each.name == name)
        except TopicMissing:  # the broker that is asked has not heard of it yet
            return None

    return wait_for(found)


def committed(where, group_id: str) -> dict[tuple[str, int], int | None]:
    return {(lag.topic, lag.partition): lag.committed for lag in groups.describe_group(where.namespace, group_id).lags}


def test_a_setting_as_code_is_set_and_set_back(shown, where, test2p):
    shown.run(AlterConfig(topic=test2p, setting="retention.ms", value="3600000"))
    assert setting(where, test2p, "retention.ms").value == "3600000"
    shown.run(AlterConfig(topic=test2p, setting="retention.ms"))
    assert setting(where, test2p, "retention.ms").source != "DYNAMIC_TOPIC_CONFIG"


def test_a_topic_as_code_is_created_with_its_settings(shown, where, kafka):
    shown.run(CreateTopic(name="short", config="retention.ms = 60000\n\ncleanup.policy=compact"))
    assert setting(where, "short", "retention.ms").value == "60000"
    assert setting(where, "short", "cleanup.policy").value == "compact"


def test_a_topic_is_created_with_its_settings_and_without_what_takes_too_much(where, kafka):
    CreateTopic(name="short", config="retention.ms=60000").run(where.namespace)
    assert setting(where, "short", "retention.ms").value == "60000"
    with pytest.raises(AppRefused):
        CreateTopic(name="large", config="max.message.bytes=90000000").run(where.namespace)
    with pytest.raises(ValueError, match="has no '='"):
        CreateTopic(name="wrong", config="retention.ms")


def test_a_setting_is_answered_as_it_is_then(where, test2p):
    act = AlterConfig(topic=test2p, setting="cleanup.policy", value="compact")
    assert act.find_out(where.namespace) is None
    assert act.run(where.namespace).words == "cleanup.policy of test2p is compact now."
    assert act.find_out(where.namespace) is not None


@pytest.mark.parametrize(
    ("name", "value", "kind", "code"),
    [
        ("segment.bytes", "100", AppRefused, "SETTING_OUT_OF_BOUNDS"),
        ("max.message.bytes", "90000000", AppRefused, "SETTING_OUT_OF_BOUNDS"),
        ("flush.messages", "1", AppRefused, "SETTING_NOT_OFFERED"),
        ("nonsense", "1", AppRefused, "SETTING_NOT_OFFERED"),
        ("retention.ms", "soon", KafkaRefused, "INVALID_CONFIG"),
        ("cleanup.policy", "shred", KafkaRefused, "INVALID_CONFIG"),
    ],
)
def test_what_takes_too_much_is_refused_by_the_app_and_what_is_wrong_by_kafka(where, test2p, name, value, kind, code):
    with pytest.raises(kind) as caught:
        AlterConfig(topic=test2p, setting=name, value=value).run(where.namespace)
    assert caught.value.code == code


def test_deleted_records_as_code_are_gone(shown, where, test2p):
    shown.run(DeleteRecords(topic=test2p, partition=0, before=1))
    assert records.offsets(where.full(test2p))[0] == (1, 2)
    shown.run(DeleteRecords(topic=test2p, partition=0))
    assert records.offsets(where.full(test2p))[0] == (2, 2)


def test_no_record_is_deleted_beyond_the_end_or_of_no_partition(where, test2p):
    with pytest.raises(KafkaRefused) as caught:
        DeleteRecords(topic=test2p, partition=0, before=3).run(where.namespace)
    assert caught.value.code == "OFFSET_OUT_OF_RANGE"
    with pytest.raises(AppRefused) as refused:
        DeleteRecords(topic=test2p, partition=2).run(where.namespace)
    assert refused.value.code == "NO_SUCH_PARTITION"


def test_an_offset_as_code_is_where_the_group_goes_on_and_a_group_as_code_is_deleted(shown, where, test2p):
    shown.run(SetOffset(group_id="movers", topic=test2p, partition=0, offset=1))
    assert committed(where, "movers") == {(test2p, 0): 1}
    shown.run(DeleteGroup(group_id="movers"))
    assert groups.list_groups(where.namespace) == ()


def sent_at(where, topic: str, *, offset: int) -> int:
    [record] = records.read_range(where.full(topic), 0, start=offset, end=offset + 1)
    assert record.timestamp_ms
    return record.timestamp_ms


@pytest.fixture
def apart(where, test2p) -> str:
    """Its third record is later than the two before it."""
    before = sent_at(where, test2p, offset=1)
    wait_for(lambda: time.time() * 1000 > before + 1)
    records.produce(where.namespace, test2p, [Message(value=b"c")], partition=0)
    return test2p


def places(where, topic: str) -> dict[str, int]:
    """What can be typed, and which offset it is in partition 0."""
    at_ms = sent_at(where, topic, offset=2)
    return {
        "earliest": 0, "latest": 3, to_the_millisecond(at_ms): 2, to_the_millisecond(at_ms - 1): 2,
        to_the_millisecond(at_ms + 1): 3, "2001-01-01": 0,
    }  # fmt: skip


def test_where_a_group_is_to_go_on_can_be_an_end_or_a_time(where, apart):
    for to, offset in places(where, apart).items():
        answer = SetOffset(group_id="movers", topic=apart, to=to, offset=1).run(where.namespace)
        assert answer.data == {"committed": {0: offset}}, to
        assert committed(where, "movers") == {(apart, 0): offset}, to


@pytest.mark.parametrize("which", range(3))
def test_an_end_or_a_time_as_code_is_where_the_group_goes_on(which, shown, where, apart):
    to, offset = list(places(where, apart).items())[which]
    shown.run(SetOffset(group_id="movers", topic=apart, to=to))
    assert committed(where, "movers") == {(apart, 0): offset}


@pytest.mark.parametrize("shown", ["python"], indirect=True)
def test_a_time_that_no_record_has_reached_as_code_is_the_end(shown, where, apart):
    shown.run(SetOffset(group_id="movers", topic=apart, to="2100-01-01T00:00:00Z"))
    assert committed(where, "movers") == {(apart, 0): 3}


def test_a_place_is_a_number_or_an_end_or_a_time(where, test2p):
    with pytest.raises(ValueError, match="neither earliest, nor latest, nor a time"):
        SetOffset(group_id="movers", topic="test1p", to="yesterday")
    with pytest.raises(AppRefused) as refused:
        SetOffset(group_id="movers", topic=test2p, partition=2, to="latest").run(where.namespace)
    assert refused.value.code == "NO_SUCH_PARTITION"
    line = SetOffset(group_id="movers", topic="test1p", to=" latest ")
    assert line.feed_line() == "group movers in test1p [0] to latest"


def test_a_group_that_is_not_there_cannot_be_deleted(where, kafka):
    with pytest.raises(KafkaRefused) as caught:
        DeleteGroup(group_id="nobody").run(where.namespace)
    assert caught.value.code == "GROUP_ID_NOT_FOUND"


def test_each_record_can_have_a_key_of_its_own(shown, where, test2p):
    shown.run(Produce(topic=test2p, values="1\n2\n3", key="a\n\nb", partition=None))
    read = [each for partition in (0, 1) for each in records.read_range(where.full(test2p), partition)]
    assert {(each.key, each.value) for each in read if each.value in (b"1", b"2", b"3")} == {
        (b"a", b"1"), (None, b"2"), (b"b", b"3"),
    }  # fmt: skip


def test_keys_are_one_for_all_or_one_for_each():
    assert [each.key for each in Produce(topic="t", values="1\n2", key="k").messages()] == [b"k", b"k"]
    with pytest.raises(ValueError, match="That is 2 keys for 3 records"):
        Produce(topic="t", values="1\n2\n3", key="a\nb")
