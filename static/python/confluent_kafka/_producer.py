"""The producer: records gather here, go out in batches, and get their delivery reports in poll() and flush()."""

from __future__ import annotations

import time
from binascii import b2a_base64
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _arguments as arguments
from ._binding import like_an_extension
from ._configuration import Configuration
from ._consumer import GroupOfConsumer
from ._errors import KafkaError, KafkaException, error_from
from ._handle import Handle
from ._link import Answer
from ._not_offered import method_not_offered
from ._records import TIMESTAMP_CREATE_TIME, Message, to_wire

SEND_AT_RECORDS, SEND_AT_BYTES = 500, 512 * 1024  # a frame has at most 500 records and 2 MiB, as base64
LINGER_S = 0.05  # a program that waits, or polls, sends earlier
_LONGEST_TOPIC = 249

Callback = Callable[[KafkaError | None, Message], Any]


@dataclass(slots=True)
class Outgoing:
    """A record that has no report yet."""

    number: int
    topic: str
    value: bytes | None
    key: bytes | None
    partition: int
    timestamp: int
    headers: list[tuple[str, bytes | None]]
    callback: Callback | None

    @property
    def size(self) -> int:
        """Bytes, as the queue counts them."""
        return len(self.value or b"") + len(self.key or b"")

    @property
    def whole_size(self) -> int:
        """Bytes, with the headers."""
        if not self.headers:
            return self.size
        return self.size + sum(len(name) + len(content or b"") + 2 for name, content in self.headers)

    def as_frame(self) -> dict[str, Any]:
        record: dict[str, Any] = {
            "n": self.number, "topic": self.topic, "value": _base64(self.value), "key": _base64(self.key),
        }  # fmt: skip
        if self.partition != -1:
            record["partition"] = self.partition
        if self.timestamp:
            record["timestamp"] = self.timestamp
        if self.headers:
            record["headers"] = [[name, _base64(content)] for name, content in self.headers]
        return record


Report = tuple[Outgoing, dict[str, Any]]


class Producer(Handle):
    """Nothing is sent twice: what a cut leaves open is reported as an error that says so."""

    _kind = "producer"
    _closed_words = "Producer has been closed"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        configuration = Configuration(args, kwargs)
        self._most_records = configuration.number("queue.buffering.max.messages", default=100_000) or 2**31
        self._most_bytes = configuration.number("queue.buffering.max.kbytes", default=1_048_576) * 1024
        self._most_record_bytes = configuration.number("message.max.bytes", default=1_000_000)
        self._says_errors_only = configuration.is_on("delivery.report.only.error", default=False)
        self._gathered: list[Outgoing] = []
        self._gathered_bytes = 0
        self._gathered_at = 0.0
        self._outgoing: dict[int, Outgoing] = {}  # without a report yet
        self._queued_bytes = 0
        self._reports: deque[Report] = deque()  # without their callbacks yet
        self._last_record = 0
        self._partitions: dict[str, int] = {}  # of a topic: how many it is known to have
        super().__init__(configuration)

    # --- Sending ---

    @like_an_extension
    def produce(
        self,
        topic: str,
        value: str | bytes | None = None,
        key: str | bytes | None = None,
        partition: int = -1,
        callback: Callback | None = None,
        on_delivery: Callback | None = None,
        timestamp: int = 0,
        headers: Any = None,
    ) -> None:
        """Puts a record into the queue. Raises: BufferError, if that is full; KafkaException, if it is too large."""
        self._check_open()
        record = Outgoing(
            self._last_record + 1, arguments.text(topic), arguments.payload(value, 2), arguments.payload(key, 3),
            arguments.whole_number(partition), arguments.long_number(timestamp), arguments.headers(headers),
            callback or on_delivery or self._callbacks.get("on_delivery"),
        )  # fmt: skip
        self._check_room(record)
        if record.partition >= 0:
            self._check_partition(record.topic, record.partition)
        self._last_record = record.number
        self._outgoing[record.number] = record
        self._queued_bytes += record.size
        if self._error is not None or record.partition < -1 or not 0 < len(record.topic) <= _LONGEST_TOPIC:
            self._fail_at_once(record)
        else:
            self._gather(record)

    def _check_room(self, record: Outgoing) -> None:
        if record.whole_size > self._most_record_bytes:
            words = "Unable to produce message: Broker: Message size too large"
            raise KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE, words))  # type: ignore[attr-defined]
        if len(self) >= self._most_records or self._queued_bytes + record.size > self._most_bytes:
            raise BufferError("Local: Queue full")

    def _check_partition(self, topic: str, partition: int) -> None:
        """The real client refuses at once a partition that a topic has not, if it has heard of the topic before."""
        known = self._partitions.get(topic)
        if known is None or partition < known:
            return
        found = self._call("list_topics", topic=topic, timeout=10.0)["topics"]
        count = max((len(each["partitions"]) for each in found), default=0)
        if count <= partition:
            words = "Unable to produce message: Local: Unknown partition"
            raise KafkaException(KafkaError(KafkaError._UNKNOWN_PARTITION, words))  # type: ignore[attr-defined]
        self._partitions[topic] = count

    def _fail_at_once(self, record: Outgoing) -> None:
        """No frame could say this record, or there is nobody to say it to."""
        del self._outgoing[record.number]
        error = self._error
        if error is None:
            is_topic = record.partition >= -1
            code = KafkaError._UNKNOWN_TOPIC if is_topic else KafkaError._UNKNOWN_PARTITION  # type: ignore[attr-defined]
            error = KafkaError(code)
        self._reports.append((record, _failure(record, error)))

    def _gather(self, record: Outgoing) -> None:
        size = record.whole_size
        if self._gathered and self._gathered_bytes + size > SEND_AT_BYTES:
            self.send_gathered()
        now = time.monotonic()
        if not self._gathered:
            self._gathered_at = now
        self._gathered.append(record)
        self._gathered_bytes += size
        if len(self._gathered) >= SEND_AT_RECORDS or now - self._gathered_at > LINGER_S:
            self.send_gathered()

    def send_gathered(self) -> None:
        if self._gathered:
            gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
            self._link.send(type="produce", client=self._number, records=[each.as_frame() for each in gathered])

    # --- Reports ---

    def hear(self, kind: str, frame: dict[str, Any]) -> None:
        if kind != "delivered":
            return
        for report in frame["reports"]:
            record = self._outgoing.pop(report["n"], None)
            if record is None:
                continue
            if report["error"] is None:
                known = self._partitions.get(record.topic, 0)
                if report["partition"] >= known:
                    self._partitions[record.topic] = report["partition"] + 1
            else:
                report["error"]["text"] = report["error"]["text"].removeprefix("Unable to produce message: ")
            self._reports.append((record, report))

    def lost(self, error: KafkaError) -> None:
        words = f"{error.str()} What became of this record is not known."
        super().lost(KafkaError(error.code(), words))
        self._gathered.clear()
        for record in self._outgoing.values():
            self._reports.append((record, _failure(record, self._error)))
        self._outgoing.clear()

    @like_an_extension
    def poll(self, timeout: float = -1) -> int:
        """Serves callbacks, waiting for a first one as long as that. Returns how many there were."""
        self._check_open()
        within_s = arguments.seconds(timeout)
        if within_s == 0:
            self._link.breathe()
        elif not self._reports:
            self.send_gathered()
            self._link.wait(lambda: self._reports or self._error, None if within_s < 0 else within_s)
        return self._serve()

    @like_an_extension
    def flush(self, timeout: float = -1) -> int:
        """Waits until the queue is empty, serving callbacks. Returns how many are left."""
        self._check_open()
        within_s = arguments.seconds(timeout)
        end = None if within_s < 0 else time.monotonic() + within_s
        self.send_gathered()
        if self._outgoing:
            self._link.send(type="flush", client=self._number)
        self._serve()
        while self._outgoing:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                break
            self._link.wait(lambda: self._reports, left)
            self._serve()
        return len(self)

    def _serve(self) -> int:
        served = 0
        while self._reports:
            record, report = self._reports.popleft()
            self._queued_bytes -= record.size
            error = error_from(report["error"])
            served += 1
            if record.callback is None or (error is None and self._says_errors_only):
                continue
            timestamp = report.get("timestamp") or 0
            at = (TIMESTAMP_CREATE_TIME, timestamp) if timestamp > 0 else None
            message = Message(
                record.topic, report["partition"], report["offset"], record.key, record.value,
                error=error, timestamp=at, latency=report.get("latency_s"),
            )  # fmt: skip
            record.callback(error, message)
        return served

    def __len__(self) -> int:
        return len(self._outgoing) + len(self._reports)

    def __bool__(self) -> bool:
        return True

    # --- The rest ---

    @like_an_extension
    def purge(self, in_queue: bool = True, in_flight: bool = True, blocking: bool = True) -> None:
        self._check_open()
        self._call("purge", in_queue=bool(in_queue), in_flight=bool(in_flight))

    @like_an_extension
    def init_transactions(self, timeout: float = -1) -> None:
        self._check_open()
        self._call("init_transactions", timeout=arguments.seconds(timeout))

    @like_an_extension
    def begin_transaction(self) -> None:
        self._check_open()
        self._call("begin_transaction")

    @like_an_extension
    def commit_transaction(self, timeout: float = -1) -> None:
        """Flushes first, as the real client does, and serves the callbacks that come of it."""
        self._check_open()
        self._end_transaction("commit_transaction", arguments.seconds(timeout))

    @like_an_extension
    def abort_transaction(self, timeout: float = -1) -> None:
        self._check_open()
        self._end_transaction("abort_transaction", arguments.seconds(timeout))

    def _end_transaction(self, name: str, timeout: float) -> None:
        answer = self._send_call(name, timeout=timeout)
        self._settled(answer)

    @like_an_extension
    def send_offsets_to_transaction(self, positions: Any, group_metadata: Any, timeout: float = -1) -> None:
        self._check_open()
        places = arguments.partitions(positions)
        if not isinstance(group_metadata, GroupOfConsumer):
            raise TypeError(f"expected bytes, {type(group_metadata).__name__} found")
        self._call(
            "send_offsets_to_transaction",
            offsets=[to_wire(each) for each in places],
            consumer=group_metadata.consumer,
            timeout=arguments.seconds(timeout),
        )

    produce_batch = method_not_offered("Producer.produce_batch()")

    def close(self) -> bool:
        """Flushes, and ends. Returns whether nothing is left."""
        if not self._is_closed:
            self.flush()
            self._close()
        return True

    def _while_closing(self, closed: Answer) -> None:
        super()._while_closing(closed)
        self._serve()

    def __enter__(self) -> Producer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Producer.__module__ = "cimpl"


def _base64(value: bytes | None) -> str | None:
    return None if value is None else b2a_base64(value, newline=False).decode("ascii")


def _failure(record: Outgoing, error: KafkaError | None) -> dict[str, Any]:
    """What a report of the server would say."""
    wire = None if error is None else {"code": error.code(), "text": error.str()}
    return {"partition": record.partition, "offset": None, "error": wire}
