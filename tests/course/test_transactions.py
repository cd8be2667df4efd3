"""A program of one's own that sends in transactions: the mark that ends each takes an offset, and holds no record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from confluent_kafka import Producer, TopicPartition

from lessons.classroom.checks.attempts import check
from lessons.classroom.models import Act, Attempt
from lessons.classroom.perform import perform
from lessons.cluster import clients, groups, records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.course.acts.consume import Consume
from lessons.course.consuming.exact_place import ExactPlace
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("kafka")
READ = Consume(topic="test1p", group_id="readers")
WHAT = ExactPlace()


@pytest.fixture
def seat(alice) -> Namespace:
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    return alice.namespace


@contextmanager
def transaction(seat: Namespace) -> Iterator[Producer]:
    """Nine records, in a transaction that is open while the with block runs, and committed at its end."""
    producer = clients.new_producer(**{"transactional.id": seat.full(str(uuid4()))})
    producer.init_transactions(30)
    producer.begin_transaction()
    for value in range(9):
        producer.produce(seat.full("test1p"), str(value))
    producer.flush(30)
    yield producer
    open_end = records.offsets(seat.full("test1p"))[0][1]
    producer.commit_transaction(30)
    # It may return before the mark stands in the partition.
    wait_for(lambda: records.offsets(seat.full("test1p"))[0][1] > open_end)


def lag(seat: Namespace) -> tuple[int | None, int | None]:
    [of_partition] = groups.describe_group(seat, "readers").lags
    return of_partition.committed, of_partition.lag


def test_a_group_that_has_read_all_of_a_transaction_has_committed_its_mark_too(alice, seat):
    with transaction(seat):
        pass
    act = perform(alice, READ, act_id=uuid4())
    assert (act.state, act.answer["data"]["delivered"]) == (Act.State.DONE, 9)
    assert lag(seat) == (10, 0)


def test_a_mark_alone_leaves_nobody_behind(alice, seat):
    """As the client's own commit does it: behind the last record, and not behind the mark."""
    with transaction(seat):
        pass
    consumer = clients.new_consumer(**{"group.id": seat.full("readers"), "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(seat.full("test1p"), 0, 9)], asynchronous=False)
    clients.close(consumer)
    assert lag(seat) == (9, 1)
    assert perform(alice, READ, act_id=uuid4()).answer["data"]["delivered"] == 0
    assert lag(seat) == (10, 0)


def test_what_stands_in_an_open_transaction_is_waited_for_by_nobody(alice, seat):
    records.produce(seat, "test1p", [Message(value=b"before")])
    with transaction(seat):
        act = perform(alice, READ, act_id=uuid4())
        assert (act.state, act.answer["data"]["delivered"]) == (Act.State.DONE, 1)
        attempt = check(alice, WHAT)  # which reads what a group would be given next: that is not waited for either
        assert attempt.state == Attempt.State.NOT_YET
        assert [place["next"] for place in attempt.observation.data["places"]] == [None]
    assert [place["next"] for place in check(alice, WHAT).observation.data["places"]] == ["0"]


def test_what_was_deleted_is_not_left_to_be_read(alice, seat):
    records.produce(seat, "test1p", [Message(value=b"x")] * 9)
    consumer = clients.new_consumer(**{"group.id": seat.full("readers"), "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(seat.full("test1p"), 0, 0)], asynchronous=False)
    clients.close(consumer)
    assert lag(seat) == (0, 9)
    [deleted] = clients.admin().delete_records([TopicPartition(seat.full("test1p"), 0, 9)]).values()
    deleted.result(30)
    assert lag(seat) == (0, 0)
