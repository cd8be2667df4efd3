"""The producer of a program: a real one, with the program's settings, and a thread that hands on its reports."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from lessons.cluster.errors import AppRefused, ClusterError, translate
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs.client import OutgoingRecord, ProgramClient, Told, refusal_as_json
from lessons.cluster.programs.configuration import Value
from lessons.cluster.programs.wire import JSON, error_as_json, own, partitions_in
from lessons.words import _

POLL_S = 0.5
CLOSE_WITHIN_S = 4.0
FULL_QUEUE_PATIENCE_S = 5.0


@dataclass(frozen=True)
class Report:
    """What became of a record. `error` is None when it was delivered, `refusal` the same for people."""

    n: int
    partition: int
    offset: int | None
    timestamp: int
    latency_s: float
    error: JSON | None
    refusal: ClusterError | None

    def as_json(self) -> JSON:
        return {name: value for name, value in vars(self).items() if name != "refusal"}


class ProgramProducer(ProgramClient):
    """`reported` hears each report on the producer's thread, before the program does."""

    kind = "producer"

    def __init__(
        self, wanted: Mapping[str, Value], namespace: Namespace, tell: Told, *, reported: Callable[[list[Report]], None]
    ) -> None:
        super().__init__(wanted, namespace, tell)
        self._client = Producer(self.settings, logger=self.log)
        self._reported = reported
        self._reports: list[Report] = []
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._flush = threading.Event()
        self._thread = threading.Thread(target=self._run, name="program-producer", daemon=True)
        self._thread.start()

    def produce(self, records: Sequence[OutgoingRecord]) -> None:
        """Hands them to the client, in order; whatever becomes of one is reported."""
        for record in records:
            try:
                self._produce(record, time.monotonic() + FULL_QUEUE_PATIENCE_S)
            except AppRefused as refusal:
                self.refuse([record], refusal)
            except KafkaException as error:
                self._fail(record, error.args[0])
            except BufferError:
                self._fail(record, KafkaError(KafkaError._QUEUE_FULL))
            except (ValueError, TypeError, OverflowError) as error:
                self._fail(record, KafkaError(KafkaError._INVALID_ARG, str(error)))

    def refuse(self, records: Iterable[OutgoingRecord], refusal: ClusterError) -> None:
        """What the app says in the place of Kafka's answer."""
        error = refusal_as_json(refusal)
        self._hand_on([Report(each.n, each.partition, None, each.timestamp, 0.0, error, refusal) for each in records])

    def _fail(self, record: OutgoingRecord, error: KafkaError) -> None:
        self._hand_on([self._failed(record, error, record.partition, record.timestamp, 0.0)])

    def _failed(
        self, record: OutgoingRecord, error: KafkaError, partition: int, timestamp: int, latency_s: float
    ) -> Report:
        asked = _("Send a record to %(topic)s") % {"topic": self.namespace.short(record.topic)}
        refusal = translate(error, asked=asked, namespace=self.namespace)
        return Report(record.n, partition, None, timestamp, latency_s, error_as_json(error, self.namespace), refusal)

    def flush(self) -> None:
        """What lingers goes out now."""
        self._flush.set()

    def _produce(self, record: OutgoingRecord, deadline: float) -> None:
        headers: list[tuple[str, str | bytes | None]] = list(record.headers)
        full_name = own(record.topic, self.namespace)
        while True:
            try:
                self._client.produce(
                    full_name, record.value, record.key, record.partition, timestamp=record.timestamp,
                    on_delivery=lambda error, message: self._delivered(record, error, message),
                    headers=headers or None,
                )  # fmt: skip
                return
            except BufferError:
                if time.monotonic() >= deadline:
                    raise
                self._ends.wait(0.02)

    def _delivered(self, record: OutgoingRecord, error: KafkaError | None, message: Message) -> None:
        timestamp, latency_s = message.timestamp()[1], message.latency() or 0.0
        partition = -1 if (found := message.partition()) is None else found
        if error is not None:
            self._reports.append(self._failed(record, error, partition, timestamp, latency_s))
        else:
            self._reports.append(Report(record.n, partition, message.offset(), timestamp, latency_s, None, None))

    def _run(self) -> None:
        while not self._ends.is_set():
            try:
                if self._flush.is_set():
                    self._flush.clear()
                    self._client.flush(POLL_S)
                else:
                    self._client.poll(POLL_S)
            except (KafkaException, SystemError) as error:  # a fatal error comes out of whatever polls
                self.tell("log", line=self.namespace.strip(str(error)))
                self._ends.wait(0.1)
            reports, self._reports = self._reports, []
            if reports:
                self._hand_on(reports)

    def _hand_on(self, reports: list[Report]) -> None:
        with self._lock:
            self._reported(reports)
            self.tell("delivered", reports=[each.as_json() for each in reports])

    def close(self) -> None:
        """Sends what is there, for as long as is allowed; what is left is purged, and reported so."""
        try:
            self._client.flush(CLOSE_WITHIN_S)
            self._client.purge()
            self._client.flush(0.2)
        except (KafkaException, SystemError):
            pass  # it has said so
        self._ends.set()
        self._thread.join(POLL_S + 1)
        if self._reports:
            self._hand_on(self._reports)

    def call_list_topics(self, topic: str | None = None, timeout: float = -1) -> JSON:
        return self._list_topics(self._client, topic, timeout)

    def call_purge(self, in_queue: bool = True, in_flight: bool = True) -> None:
        self._client.purge(in_queue=in_queue, in_flight=in_flight, blocking=False)

    def call_init_transactions(self, timeout: float = 30) -> None:
        self._client.init_transactions(min(timeout, 30) if timeout >= 0 else 30)

    def call_begin_transaction(self, timeout: float = 30) -> None:
        self._client.begin_transaction()

    def call_commit_transaction(self, timeout: float = 30) -> None:
        self._client.commit_transaction(min(timeout, 30) if timeout >= 0 else 30)

    def call_abort_transaction(self, timeout: float = 30) -> None:
        self._client.abort_transaction(min(timeout, 30) if timeout >= 0 else 30)

    def send_offsets(self, offsets: list[JSON], group: Any, timeout: float) -> None:
        """`group` is the consumer's own `consumer_group_metadata()`."""
        places: list[TopicPartition] = partitions_in(offsets, self.namespace)
        self._client.send_offsets_to_transaction(places, group, min(timeout, 30) if timeout >= 0 else 30)
