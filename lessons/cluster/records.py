"""Send records with a delivery report for each, read them by offset, show them as JSON."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as KafkaMessage

from lessons.cluster import clients, counted
from lessons.cluster.clients import TIMEOUT_S
from lessons.cluster.errors import ClusterError, KafkaUnavailable, no_answer, translate, translated
from lessons.cluster.metadata import Partition, find_topic, refuse_missing_partition
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import list_spans
from lessons.words import _, ngettext

SHOWN_BYTES = 1024
PRODUCE_TIMEOUT_S = 12.0  # the client gives up on a record after message.timeout.ms, 10 s
_READ_BATCH = 500
_ANY_PARTITION = -1
_LEADER_PATIENCE_S = 1.0
_TIMESTAMP_NOT_AVAILABLE = 0

_log = logging.getLogger(__name__)

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True)
class Message:
    """A record to send. To Kafka, None and b"" are not the same, neither as a key nor as a value."""

    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()


@dataclass(frozen=True)
class Record:
    """A record as a partition holds it. `topic` is the full name."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int | None


@dataclass(frozen=True)
class Delivery:
    """The delivery report of one message. `topic` is the full name; `offset` is None unless Kafka confirmed it.

    `refused_at` (the queue was full for it; None: it never was) and `reported_at` count the events of one call of
    `produce` together, in the order in which they happened.
    """

    topic: str
    partition: int | None
    offset: int | None
    error: ClusterError | None
    latency_ms: float
    value: bytes | None
    key: bytes | None
    refused_at: int | None = None
    reported_at: int = 0


def produce(
    namespace: Namespace,
    name: str,
    messages: Sequence[Message],
    *,
    partition: int | None = None,
    producer: Producer | None = None,
    flush_each: bool = False,
    pause_s: float = 0.0,
    timeout_s: float = PRODUCE_TIMEOUT_S,
) -> tuple[Delivery, ...]:
    """Send the messages in order and wait for all reports: one `Delivery` each, failed ones included.

    If you pass a `producer` of your own, it is polled here, and with `flush_each` flushed after each message. Between two
    messages there is a pause; all of them lengthen the time-out. A missing topic or partition is reported at once, from the
    topic's metadata: the client would keep looking for it. After a fatal error of the producer every message under way
    fails at once, as KafkaUnavailable; the next call gets a new one.

    Raises AppRefused, TopicMissing, KafkaUnavailable.
    """
    asked = _asked_to_send(name, len(messages), partition)
    full_name = namespace.full(name)
    deadline = time.monotonic() + timeout_s + len(messages) * pause_s
    topic = find_topic(full_name, asked=asked, namespace=namespace, timeout_s=timeout_s)
    refuse_missing_partition(topic, partition, asked=asked)
    with translated(asked=asked, namespace=namespace):
        as_it_is = (topic.topic_id, len(topic.partitions))
        sender = clients.producer_that_knows(full_name, as_it_is, timeout_s=timeout_s) if producer is None else producer
    turns = count()
    reports = [_Report(message, turns) for message in messages]
    for report in reports:
        if pause_s and report is not reports[0]:
            time.sleep(pause_s)
        report.send(sender, full_name, partition, deadline)
        if flush_each and producer is not None:
            _flush(producer, timeout_s=max(0.0, deadline - time.monotonic()))
    _give_up_if_broken(sender, reports)  # first, or those that it has taken would wait for their time-out
    for report in reports:
        report.wait(producer, deadline)
    _give_up_if_broken(sender, reports)
    return tuple(report.delivery(full_name, asked=asked, namespace=namespace) for report in reports)


def read_range(
    full_topic: str,
    partition: int,
    *,
    start: int = 0,
    end: int | None = None,
    limit: int = 1000,
    most_bytes: float = math.inf,
    span: tuple[int, int] | None = None,
    namespace: Namespace | None = None,
    timeout_s: float = TIMEOUT_S,
) -> tuple[Record, ...]:
    """The records of one partition with start <= offset < end, at most `limit`. No consumer group is involved.

    The one with which they become larger than `most_bytes` is the last. `end` None means the end at the time of the
    call. `span` is what `offsets` has just said of the partition, if asked. Offsets may have gaps (compaction, transaction
    markers), so the reader goes by positions and never counts. With a `namespace`, errors use the short name.
    Raises AppRefused (NO_SUCH_PARTITION), TopicMissing, KafkaUnavailable.
    """
    shown = {"partition": partition, "topic": _shown(full_topic, namespace), "offset": start}
    asked = _("Read partition %(partition)s of %(topic)s from offset %(offset)s") % shown
    deadline = time.monotonic() + timeout_s
    if span is None:
        spans = _offsets(full_topic, partitions=(partition,), asked=asked, namespace=namespace, timeout_s=timeout_s)
        span = spans[partition]
    earliest, latest = span
    start, end = max(start, earliest), latest if end is None else min(end, latest)
    if start >= end or limit <= 0:
        return ()
    with translated(asked=asked, namespace=namespace), clients.reader() as consumer:
        # Of a topic that has been created anew it may remember the earlier one, and of a new one it knows nothing.
        consumer.list_topics(full_topic, timeout=timeout_s)
        consumer.assign([TopicPartition(full_topic, partition, start)])
        return _read_until(consumer, end, limit=limit, most_bytes=most_bytes, deadline=deadline, asked=asked)


def offsets(
    full_topic: str,
    *,
    partitions: Collection[int] | None = None,
    namespace: Namespace | None = None,
    timeout_s: float = TIMEOUT_S,
) -> dict[int, tuple[int, int]]:
    """For each partition, or for some: the earliest offset and the end, which is the offset of the next record.

    With a `namespace`, errors use the short name. Raises AppRefused (NO_SUCH_PARTITION), TopicMissing,
    KafkaUnavailable; also where one has no leader.
    """
    asked = _("Look up the offsets of %(topic)s") % {"topic": _shown(full_topic, namespace)}
    return _offsets(full_topic, partitions=partitions, asked=asked, namespace=namespace, timeout_s=timeout_s)


def _offsets(
    full_topic: str,
    *,
    partitions: Collection[int] | None,
    asked: str,
    namespace: Namespace | None,
    timeout_s: float,
) -> dict[int, tuple[int, int]]:
    began = time.monotonic()
    while (left_s := began + timeout_s - time.monotonic()) > 0:
        topic = find_topic(full_topic, asked=asked, namespace=namespace, timeout_s=left_s)
        for partition in partitions or ():
            refuse_missing_partition(topic, partition, asked=asked)
        wanted = [each for each in topic.partitions if partitions is None or each.id in partitions]
        leaderless = [each for each in wanted if each.leader is None]
        if leaderless and time.monotonic() > began + _LEADER_PATIENCE_S:
            raise _no_leader(leaderless[0], asked=asked)
        found = {} if leaderless else _spans(full_topic, wanted, asked=asked, timeout_s=min(1.5, left_s))
        if found or not wanted:
            return found
        time.sleep(0.05)  # leaders move, or are new to the broker that was asked
    raise no_answer(asked=asked, timeout_s=timeout_s)


def _spans(
    full_topic: str, partitions: Iterable[Partition], *, asked: str, timeout_s: float
) -> dict[int, tuple[int, int]]:
    """Offsets of all these partitions, or nothing if one gave no answer."""
    keys = {(full_topic, partition.id) for partition in partitions}
    found = list_spans(keys, asked=asked, timeout_s=timeout_s)
    return {partition: span for (_topic, partition), span in sorted(found.items())} if found.keys() == keys else {}


def from_kafka(message: KafkaMessage) -> Record:
    """The `Record` for a message that a consumer polled, which must not be an error."""
    kind, timestamp_ms = message.timestamp()
    return Record(
        topic=message.topic() or "",
        partition=_number(message.partition()),
        offset=_number(message.offset()),
        key=message.key(),
        value=message.value(),
        headers=tuple(cast(Any, message.headers()) or ()),  # a consumer gives pairs, never the dict
        timestamp_ms=None if kind == _TIMESTAMP_NOT_AVAILABLE else timestamp_ms,
    )


def as_json(record: Record, namespace: Namespace) -> dict[str, Any]:
    """The record in the shape that pages, API and sockets share."""
    return {
        "topic": namespace.short(record.topic),
        "partition": record.partition,
        "offset": record.offset,
        "key": cell(record.key),
        "value": cell(record.value),
        "headers": [[name, cell(value)] for name, value in record.headers],
        "at_ms": record.timestamp_ms,
    }


def cell(value: bytes | None) -> dict[str, Any]:
    """A key or value as JSON: null, empty, text or hex; at most 1 KiB of it, with the full size if it was cut."""
    if value is None:
        return {"kind": "null"}
    if not value:
        return {"kind": "empty"}
    shown = value[:SHOWN_BYTES]
    try:
        value.decode()
    except UnicodeDecodeError:
        made = {"kind": "hex", "text": shown.hex(" ")}
    else:
        made = {"kind": "text", "text": shown.decode(errors="ignore")}  # a cut may halve the last character
    return made if len(value) <= SHOWN_BYTES else {**made, "size_bytes": len(value)}


@dataclass
class _Report:
    """One message on its way; the thread that polls the producer fills in the result."""

    message: Message
    turns: Iterator[int] = field(default_factory=count)  # of all messages of a call: `next` is one step on any thread
    partition: int | None = None
    offset: int | None = None
    error: KafkaError | None = None
    sent_at: float = 0.0
    latency_ms: float = 0.0
    refused_at: int | None = None
    reported_at: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def send(self, producer: Producer, topic: str, partition: int | None, deadline: float) -> None:
        """Hand the message to the client; a full queue is polled empty and tried again until the deadline."""
        self.sent_at = time.monotonic()
        message, chosen = self.message, _ANY_PARTITION if partition is None else partition
        headers: list[tuple[str, str | bytes | None]] = list(message.headers)
        while True:
            try:
                producer.produce(topic, message.value, message.key, chosen, on_delivery=self.settle, headers=headers)
                return
            except BufferError:
                self.refused_at = next(self.turns) if self.refused_at is None else self.refused_at
                if time.monotonic() >= deadline:
                    self.fail(KafkaError(KafkaError._QUEUE_FULL))
                    return
                clients.serve(producer, wait_s=0.05)
            except KafkaException as error:
                self.fail(error.args[0])
                return

    def fail(self, error: KafkaError) -> None:
        self.error = error
        self.latency_ms = (time.monotonic() - self.sent_at) * 1000
        self.reported_at = next(self.turns)
        self.done.set()

    def settle(self, error: KafkaError | None, message: KafkaMessage) -> None:
        """The delivery callback. An exception here would come out of somebody else's poll as a SystemError."""
        try:
            if error is not None:
                self.fail(error)
                return
            self.partition, self.offset = message.partition(), message.offset()
            self.latency_ms = (time.monotonic() - self.sent_at) * 1000
            self.reported_at = next(self.turns)
            clients.note_answer()
        except Exception:
            _log.exception("a delivery report could not be read")
        finally:
            self.done.set()

    def wait(self, own_producer: Producer | None, deadline: float) -> None:
        """Wait until the report is in or the deadline has passed. The caller's own producer is polled only here."""
        while not self.done.is_set() and (left_s := deadline - time.monotonic()) > 0:
            if own_producer is None:
                self.done.wait(left_s)
            else:
                clients.serve(own_producer, wait_s=min(left_s, 0.05))
        if not self.done.is_set():
            self.fail(KafkaError(KafkaError._MSG_TIMED_OUT))

    def delivery(self, topic: str, *, asked: str, namespace: Namespace) -> Delivery:
        error = translate(self.error, asked=asked, namespace=namespace) if self.error else None
        return Delivery(
            topic, self.partition, self.offset, error, self.latency_ms, self.message.value, self.message.key,
            self.refused_at, self.reported_at,
        )  # fmt: skip


def _read_until(
    consumer: Consumer, end: int, *, limit: int, most_bytes: float, deadline: float, asked: str
) -> tuple[Record, ...]:
    records: list[Record] = []
    size_bytes = 0
    while (left_s := deadline - time.monotonic()) > 0:
        # consume(n, t) waits its whole time-out for n records, so: one by poll, the rest without waiting.
        first = consumer.poll(left_s)
        batch = [] if first is None else [first, *consumer.consume(_READ_BATCH, 0)]
        for message in batch:
            error = message.error()
            at_end = error is not None and error.code() == KafkaError._PARTITION_EOF
            if at_end or (error is None and _number(message.offset()) >= end):
                return tuple(records)
            if error is not None:
                raise KafkaException(error)
            records.append(from_kafka(message))
            size_bytes += len(message)
            if len(records) == limit or size_bytes > most_bytes or records[-1].offset == end - 1:
                return tuple(records)
    raise no_answer(asked=asked)


def _flush(producer: Producer, *, timeout_s: float) -> None:
    try:
        producer.flush(timeout_s)
    except (KafkaException, SystemError):  # a fatal error comes out of whatever polls; out of flush() as the latter
        clients.replace_producer(producer)


def _give_up_if_broken(producer: Producer, reports: Iterable[_Report]) -> None:
    """Replace a producer that had a fatal error. It refuses further records with _FATAL, which is not `fatal()` itself."""
    errors = [report.error for report in reports if report.error is not None]
    if any(error.fatal() or error.code() == KafkaError._FATAL for error in errors):
        clients.replace_producer(producer)


def _shown(full_topic: str, namespace: Namespace | None) -> str:
    return namespace.short(full_topic) if namespace else full_topic


def _asked_to_send(name: str, count: int, partition: int | None) -> str:
    what = counted.records(count)
    if partition is None:
        return _("Send %(records)s to %(topic)s") % {"records": what, "topic": name}
    place = {"records": what, "topic": name, "partition": partition}
    return _("Send %(records)s to %(topic)s, partition %(partition)s") % place


def _no_leader(partition: Partition, *, asked: str) -> KafkaUnavailable:
    brokers = ", ".join(str(broker_id) for broker_id in partition.replicas)
    answered = ngettext(
        "Partition %(partition)s has no leader now. Its replica is on broker %(brokers)s.",
        "Partition %(partition)s has no leader now. Its replicas are on brokers %(brokers)s.",
        len(partition.replicas),
    )
    return KafkaUnavailable(
        code="LEADER_NOT_AVAILABLE",
        asked=asked,
        answered=answered % {"partition": partition.id, "brokers": brokers},
        advice=_("Start a broker that has a replica, and try again. The cluster page shows which brokers are up."),
    )


def _number(value: int | None) -> int:
    return -1 if value is None else value
