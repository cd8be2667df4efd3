"""The code that is shown under an act does what the act does: each Python program and each command line is run."""

from __future__ import annotations

import signal

import pytest

from lessons.cluster import groups, records, topics
from lessons.cluster.errors import TopicMissing
from lessons.course.acts.base import Where
from lessons.course.acts.consume import Consume
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.delete_topic import DeleteTopic
from lessons.course.acts.produce import Produce
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("kafka")
ONE_TO_NINE = Produce(topic="test1p", values="\n".join(map(str, range(1, 10))))


def values(where: Where, name: str) -> list[bytes | None]:
    full = where.full(name)
    return [
        record.value
        for partition, (start, end) in records.offsets(full).items()
        for record in records.read_range(full, partition, start=start, end=end, limit=100, timeout_s=5)
    ]


def test_create_topic_as_code_creates_it(shown, where):
    shown.run(CreateTopic(name="test1p", partitions=2, replicas=3))
    topic = topics.describe_topic(where.namespace, "test1p")
    assert [len(partition.replicas) for partition in topic.partitions] == [3, 3]


def test_delete_topic_as_code_deletes_it(shown, where):
    topics.create_topic(where.namespace, "test2die", partitions=1, replicas=1)
    shown.run(DeleteTopic(name="test2die"))
    wait_for(lambda: is_gone(where, "test2die"))  # accepted at once, carried out a moment later


def is_gone(where, name: str) -> bool:
    try:
        topics.describe_topic(where.namespace, name)
    except TopicMissing:
        return True
    return False


def test_produce_as_code_sends_one_to_nine_in_order(shown, where):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    shown.run(ONE_TO_NINE)
    assert values(where, "test1p") == [str(number).encode() for number in range(1, 10)]


@pytest.mark.parametrize(
    ("message", "key", "value", "headers"),
    [
        (Produce(topic="test1p", values="it's $HOME", key="🙂"), "🙂".encode(), b"it's $HOME", ()),
        (Produce(topic="test1p", values="v", headers="a=1\nb=2"), None, b"v", (("a", b"1"), ("b", b"2"))),
        (
            Produce(topic="test1p", values="v:\t1,2", key="k\t,:1", headers="url=http://a,b\ntab=a\tb"),
            b"k\t,:1", b"v:\t1,2", (("url", b"http://a,b"), ("tab", b"a\tb")),
        ),
        (Produce(topic="test1p", key="k", tombstone=True), b"k", None, ()),
    ],
    ids=["key", "headers", "signs", "tombstone"],
)  # fmt: skip
def test_produce_as_code_keeps_keys_headers_and_nulls(shown, where, message, key, value, headers):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    shown.run(message)
    [record] = records.read_range(where.full("test1p"), 0, start=0, end=1, limit=1, timeout_s=5)
    assert (record.key, record.value, tuple(record.headers)) == (key, value, headers)


def test_consume_as_code_shows_the_records_and_commits_when_it_is_interrupted(shown, where):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    ONE_TO_NINE.run(where.namespace)
    fields = {
        "topic": "test1p",
        "group_id": "readers",
        "auto_offset_reset": "earliest",
        "session_timeout_ms": 6000,
    }
    with shown.start(Consume(**fields)) as program:
        try:
            lines = [program.stdout.readline() for _ in range(9)]
            program.send_signal(signal.SIGINT)
            program.wait(timeout=90)  # close() takes its time when brokers are busy
            assert program.returncode in (0, 130, -signal.SIGINT)
        finally:
            program.kill()
    assert all(line.strip() for line in lines)
    assert [lag.committed for lag in groups.describe_group(where.namespace, "readers").lags] == [9]


def test_consume_as_code_stops_after_so_many_records_and_has_committed_their_end(shown, where):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    ONE_TO_NINE.run(where.namespace)
    printed = shown.run(Consume(topic="test1p", group_id="readers", stop_after=4))
    assert len([line for line in printed.splitlines() if line.strip()]) == 4
    assert [lag.committed for lag in groups.describe_group(where.namespace, "readers").lags] == [4]


@pytest.mark.parametrize("shown", ["python"], indirect=True)
def test_a_report_names_the_value_that_it_is_of_in_the_program_and_in_the_answer(shown, where):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    printed = shown.run(Produce(topic="test1p", values="a\nb")).splitlines()
    assert printed == [f"b'a' → {where.full('test1p')} [0] @ 0", f"b'b' → {where.full('test1p')} [0] @ 1"]
    answer = Produce(topic="test1p", values="c\n\nd").run(where.namespace)
    assert answer.details == ("c → test1p [0] @ 2", "(empty) → test1p [0] @ 3", "d → test1p [0] @ 4")
    assert [report["value"] for report in answer.data["deliveries"]] == ["c", "(empty)", "d"]
    assert Produce(topic="test1p", tombstone=True).run(where.namespace).details == ("null → test1p [0] @ 5",)
