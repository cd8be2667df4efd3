"""Records that are sent in a transaction, and what an aborted one leaves in a partition."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Literal, get_args

from confluent_kafka import KafkaError, TopicPartition

from lessons.cluster import clients, counted
from lessons.cluster.clients import TIMEOUT_S
from lessons.cluster.errors import KafkaUnavailable, no_answer, translate, translated
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import stable_end
from lessons.cluster.records import Delivery, Message, offsets, produce
from lessons.words import _

Ending = Literal["commit", "abort", "leave open"]
COMMIT, ABORT, LEAVE_OPEN = get_args(Ending)
OPEN_MS = 300_000  # transaction.timeout.ms: how long one may stay open before Kafka aborts it
_TIMEOUT_S = 12.0
_MARKS_S = 2.0
_LOOK_EVERY_S = 0.02


def send_in_transaction(
    namespace: Namespace,
    name: str,
    messages: Sequence[Message],
    *,
    transactional_id: str,
    ending: Ending,
    timeout_s: float = _TIMEOUT_S,
) -> tuple[Delivery, ...]:
    """Begin a transaction, send the messages in it, wait for all reports, and end it: one `Delivery` each.

    One that is left open is what a program leaves that dies: its producer goes away without a word, and Kafka aborts it
    after OPEN_MS, or as soon as a producer with the same id begins. Where a record was not delivered nothing is committed.

    Raises AppRefused, TopicMissing, KafkaRefused, KafkaUnavailable.
    """
    what = {"records": counted.records(len(messages)), "topic": name}
    asked = _("Send %(records)s to %(topic)s in a transaction") % what
    full_id = namespace.full(transactional_id, thing="transactional.id")
    settings = {"transactional.id": full_id, "transaction.timeout.ms": OPEN_MS}
    with translated(asked=asked, namespace=namespace):
        producer = clients.new_producer(**settings)
        producer.init_transactions(timeout_s)
        producer.begin_transaction()
        deliveries = produce(namespace, name, messages, producer=producer, timeout_s=timeout_s)
        if ending == ABORT or any(each.error for each in deliveries):
            producer.abort_transaction(timeout_s)
        elif ending == COMMIT:
            producer.commit_transaction(timeout_s)
        else:
            return deliveries
    _wait_for_marks(namespace, name, deliveries, timeout_s=_MARKS_S)
    return deliveries


def _wait_for_marks(namespace: Namespace, name: str, deliveries: Iterable[Delivery], *, timeout_s: float) -> None:
    """The coordinator answers before the marks stand in the partitions: consumers are given the records a little later. Not
    where another transaction is open before these."""
    last = {
        each.partition: each.offset for each in deliveries if each.partition is not None and each.offset is not None
    }
    deadline = time.monotonic() + timeout_s
    with suppress(KafkaUnavailable):  # the transaction has ended all the same
        while any(stable_end(namespace, name, partition) <= offset for partition, offset in last.items()):
            if time.monotonic() > deadline:
                return
            time.sleep(_LOOK_EVERY_S)


def offsets_of_records(
    namespace: Namespace, name: str, partition: int, *, most: int, timeout_s: float = TIMEOUT_S
) -> tuple[int, ...]:
    """The offsets at which a partition has records, also those of aborted and of open transactions, which a consumer with
    `read_committed` is not given; of its newest `most` offsets. The marks that end transactions are no records.

    Raises TopicMissing, KafkaUnavailable.
    """
    asked = _("Look up the offsets of %(topic)s") % {"topic": name}
    full_name, deadline = namespace.full(name), time.monotonic() + timeout_s
    earliest, end = offsets(full_name, partitions=(partition,), namespace=namespace, timeout_s=timeout_s)[partition]
    place = TopicPartition(full_name, partition, max(earliest, end - most))
    found: list[int] = []
    with translated(asked=asked, namespace=namespace):
        settings = {"isolation.level": "read_uncommitted", "enable.partition.eof": True}
        consumer = clients.new_consumer(**settings)
        try:
            consumer.assign([place])
            while (left_s := deadline - time.monotonic()) > 0:
                message = consumer.poll(left_s)
                error = message.error() if message is not None else None
                if error is not None and error.code() == KafkaError._PARTITION_EOF:
                    return tuple(found)
                if error is not None:
                    raise translate(error, asked=asked, namespace=namespace)
                if message is not None:
                    found.append(message.offset() or 0)
        finally:
            clients.close(consumer)
    raise no_answer(asked=asked, timeout_s=timeout_s)
