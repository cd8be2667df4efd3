"""The consumer of a program: a real member of its group, or a reader by assign().

Its thread polls while the program has room: records go ahead of the program's own polls, as a client's own queue does.
A rebalance waits until the program's callback has returned, as it would in the program itself. What the program was given
it tells in its own time (`consumed`), and only that is stored for the next commit.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from lessons.cluster.consume import ending
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs.client import LONGEST_WAIT_S, ProgramClient, Told
from lessons.cluster.programs.configuration import Value
from lessons.cluster.programs.wire import (
    JSON,
    error_as_json,
    own,
    partitions_as_json,
    partitions_in,
    record_as_json,
)

POLL_S = 0.25
BUSY_POLL_S = 0.02  # while the program asks one thing after the other, which waits for the end of a poll
BUSY_S = 2.0
FRAME_BYTES = 256 * 1024
BATCH = 100
MOST_AHEAD = 1000  # records that a page may have room for
MOST_AHEAD_BYTES = 1024 * 1024
CALLBACK_WITHIN_S = 60.0
_MEMORY = {
    "fetch.message.max.bytes": 262144,
    "queued.max.messages.kbytes": 1024,
    "fetch.queue.backoff.ms": 20,
}  # as every reader of this app: a stalled one grows by 8 MiB instead of 85


class Place(NamedTuple):
    """`topic` is a full name; `records`: how many the program was given up to there, since it was last said."""

    topic: str
    partition: int
    offset: int
    records: int = 0


@dataclass(frozen=True)
class Consumed:
    """What has happened to a consumer: `what` is assigned, given, committed or lost."""

    what: str
    places: tuple[Place, ...]


class Ahead:
    """What the page has room for, and what it has that the program was not given yet. For any thread."""

    def __init__(self) -> None:
        self.credit = 0
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._offsets: dict[tuple[str, int], deque[int]] = {}
        self._lock = threading.Lock()

    @property
    def has_room(self) -> bool:
        return self.credit > 0 and self._bytes < MOST_AHEAD_BYTES

    def grant(self, records: int) -> None:
        with self._lock:
            self.credit = min(self.credit + records, MOST_AHEAD)
            for _each in range(min(records, len(self._sizes))):
                self._bytes -= self._sizes.popleft()

    def add(self, message: Message) -> None:
        size_bytes = len(message.value() or b"") + len(message.key() or b"")
        place = message.topic() or "", -1 if (found := message.partition()) is None else found
        with self._lock:
            self.credit -= 1
            self._sizes.append(size_bytes)
            self._bytes += size_bytes
            if message.error() is None and (offset := message.offset()) is not None:
                self._offsets.setdefault(place, deque(maxlen=MOST_AHEAD)).append(offset)

    def taken(self, place: TopicPartition) -> Place:
        """The program was given everything before it."""
        with self._lock:
            held = self._offsets.get((place.topic, place.partition), deque())
            number = sum(offset < place.offset for offset in held)
            left = (offset for offset in held if offset >= place.offset)
            self._offsets[place.topic, place.partition] = deque(left, MOST_AHEAD)
        return Place(place.topic, place.partition, place.offset, number)


class ProgramConsumer(ProgramClient):
    """`happened` hears what the act of consuming is to say; on any thread.

    Everything that the real consumer is asked is asked on its own thread, also from within a rebalance: the client lets
    one call in at a time, and a thread that polls in a loop would keep all others out.
    """

    kind = "consumer"

    def __init__(
        self, wanted: Mapping[str, Value], namespace: Namespace, tell: Told, *, happened: Callable[[Consumed], None]
    ) -> None:
        super().__init__(wanted, namespace, tell)
        self._stores = _is_true(self.settings.get("enable.auto.offset.store", True))  # what the program was given
        self._commits = _is_true(self.settings.get("enable.auto.commit", True))
        self._happened = happened
        settings = {**_MEMORY, **self.settings, "enable.auto.offset.store": False}
        self._client = Consumer(settings, logger=self.log)
        self._ahead = Ahead()
        self._wake = threading.Condition()
        self._posted: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._asked_at = 0.0
        self._is_handled = self._is_subscribed = self._is_over = False
        self._thread = threading.Thread(target=self._run, name="program-consumer", daemon=True)
        ending.leave_in_time(self)
        self._thread.start()

    # --- What the page says ---

    def grant(self, records: int) -> None:
        with self._wake:
            self._ahead.grant(records)
            self._wake.notify()

    def handled(self) -> None:
        with self._wake:
            self._is_handled = True
            self._wake.notify()

    def consumed(self, positions: Sequence[tuple[str, int, int]]) -> None:
        places = [TopicPartition(own(name, self.namespace), partition, offset) for name, partition, offset in positions]
        self._happened(Consumed("given", tuple(self._ahead.taken(each) for each in places)))
        if self._stores:
            self._on_thread(lambda: self._store(places))

    def call(self, name: str, args: JSON) -> Any:
        return self._on_thread(lambda: ProgramClient.call(self, name, args))

    def close(self) -> None:
        """Commits what was given, if the client is one that does, and leaves the group."""
        self._on_thread(self._close)

    def leave(self) -> None:
        super().leave()
        self.handled()

    def stop(self) -> None:
        """For the end of the process: leave the group soon."""
        self.leave()
        self._post(self._close)

    def join(self, timeout_s: float) -> bool:
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # --- The thread ---

    def _on_thread(self, work: Callable[[], Any]) -> Any:
        if threading.current_thread() is self._thread:
            return work()
        return self._post(work).result(LONGEST_WAIT_S + 10)

    def _post(self, work: Callable[[], Any]) -> Future[Any]:
        answer: Future[Any] = Future()
        with self._wake:
            if self._is_over:
                answer.set_exception(RuntimeError("Consumer closed"))
            else:
                self._posted.append((work, answer))
                self._asked_at = time.monotonic()
            self._wake.notify()
        return answer

    def _run(self) -> None:
        while not self._is_over:
            self._do_what_is_posted()
            if self._is_over:
                break
            if self._is_subscribed and self._ahead.has_room:
                self._read()
            else:
                with self._wake:
                    if not self._posted:
                        self._wake.wait(POLL_S)
        self._do_what_is_posted()

    def _do_what_is_posted(self) -> None:
        """In the middle of a call of the client everything but its close: the call would go on with a client that is gone."""
        while self._posted:
            if self.is_called_back and self._posted[0][0] == self._close:
                self._is_handled = True  # the call is not to wait for the program any more
                return
            work, answer = self._posted.popleft()
            try:
                answer.set_result(work())
            except Exception as error:
                answer.set_exception(error)

    def _read(self) -> None:
        # consume(n, t) waits its whole time-out for n records, so: one by poll, the rest without waiting.
        try:
            is_busy = time.monotonic() < self._asked_at + BUSY_S
            first = self._client.poll(BUSY_POLL_S if is_busy else POLL_S)
            if first is None or self._is_over:
                return
            more = min(BATCH, self._ahead.credit - 1)
            messages = [first, *(self._client.consume(more, 0) if more > 0 else ())]
        except KafkaException as error:  # a fatal one
            self._tell_error(error.args[0], None)
            self._is_subscribed = False
            return
        self._hand_on(messages)

    def _hand_on(self, messages: Sequence[Message]) -> None:
        """Records and errors in their order; a frame ends where it would become large."""
        records: list[JSON] = []
        size_bytes = 0
        for message in messages:
            self._ahead.add(message)
            error = message.error()
            if error is None:
                records.append(record_as_json(message, self.namespace))
                size_bytes += len(message.value() or b"")
            if records and (error is not None or size_bytes > FRAME_BYTES):
                self.tell("records", records=records)
                records, size_bytes = [], 0
            if error is not None:
                self._tell_error(error, message)
        if records:
            self.tell("records", records=records)

    def _tell_error(self, error: KafkaError, message: Message | None) -> None:
        self.tell(
            "error",
            error=error_as_json(error, self.namespace),
            topic=None if message is None or message.topic() is None else self.namespace.short(message.topic() or ""),
            partition=-1 if message is None else message.partition(),
            offset=None if message is None else message.offset(),
        )

    def _assigned(self, _client: Consumer, places: list[TopicPartition]) -> None:
        self._happened(Consumed("assigned", _places(places)))
        self._call_back("assigned", places)

    def _revoked(self, _client: Consumer, places: list[TopicPartition]) -> None:
        self._call_back("revoked", places)

    def _lost(self, _client: Consumer, places: list[TopicPartition]) -> None:
        self._happened(Consumed("lost", _places(places)))
        self._call_back("lost", places)

    def _call_back(self, kind: str, places: list[TopicPartition]) -> None:
        """Told to the program, whose own callback may commit or assign before the rebalance goes on."""
        self._is_handled = self.is_left
        self.is_called_back = True
        self.tell(kind, partitions=partitions_as_json(places, self.namespace))
        deadline = time.monotonic() + CALLBACK_WITHIN_S
        while not (self._is_handled or self.is_left) and time.monotonic() < deadline:
            self._do_what_is_posted()
            with self._wake:
                if not (self._posted or self._is_handled):
                    self._wake.wait(POLL_S)
        self._do_what_is_posted()
        self.is_called_back = False

    # --- Calls ---

    def call_subscribe(self, topics: list[str]) -> None:
        names = [_pattern_or_name(each, self.namespace) for each in topics]
        self._client.subscribe(names, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)
        self._is_subscribed = True

    def call_unsubscribe(self) -> None:
        self._client.unsubscribe()

    def call_assign(self, partitions: list[JSON]) -> None:
        places = partitions_in(partitions, self.namespace)
        self._client.assign(places)
        self._happened(Consumed("assigned", _places(places)))
        self._is_subscribed = True

    def call_unassign(self) -> None:
        self._client.unassign()

    def call_incremental_assign(self, partitions: list[JSON]) -> None:
        self._client.incremental_assign(partitions_in(partitions, self.namespace))

    def call_incremental_unassign(self, partitions: list[JSON]) -> None:
        self._client.incremental_unassign(partitions_in(partitions, self.namespace))

    def call_store_offsets(self, offsets: list[JSON]) -> None:
        self._client.store_offsets(offsets=partitions_in(offsets, self.namespace))

    def call_commit(self, offsets: list[JSON] | None = None, asynchronous: bool = True) -> list[JSON]:
        wanted = {} if offsets is None else {"offsets": partitions_in(offsets, self.namespace)}
        committed = self._client.commit(**wanted, asynchronous=False)  # the page waits or does not
        self._happened(Consumed("committed", _places(each for each in committed if each.error is None)))
        return partitions_as_json(committed, self.namespace)

    def call_committed(self, partitions: list[JSON], timeout: float = -1) -> list[JSON]:
        found = self._client.committed(partitions_in(partitions, self.namespace), _within(timeout))
        return partitions_as_json(found, self.namespace)

    def call_seek(self, topic: str, partition: int, offset: int) -> None:
        self._client.seek(TopicPartition(own(topic, self.namespace), partition, offset))

    def call_pause(self, partitions: list[JSON]) -> None:
        self._client.pause(partitions_in(partitions, self.namespace))

    def call_resume(self, partitions: list[JSON]) -> None:
        self._client.resume(partitions_in(partitions, self.namespace))

    def call_get_watermark_offsets(
        self, topic: str, partition: int, timeout: float = -1, cached: bool = False
    ) -> list[int] | None:
        place = TopicPartition(own(topic, self.namespace), partition)
        found = self._client.get_watermark_offsets(place, _within(timeout), cached)
        return None if found is None else list(found)

    def call_offsets_for_times(self, partitions: list[JSON], timeout: float = -1) -> list[JSON]:
        found = self._client.offsets_for_times(partitions_in(partitions, self.namespace), _within(timeout))
        return partitions_as_json(found, self.namespace)

    def call_memberid(self) -> str | None:
        return self._client.memberid()

    def call_list_topics(self, topic: str | None = None, timeout: float = -1) -> JSON:
        return self._list_topics(self._client, topic, timeout)

    def group_metadata(self) -> Any:
        return self._client.consumer_group_metadata()

    def _store(self, places: Iterable[TopicPartition]) -> None:
        for place in places:
            with suppress(KafkaException):  # another member's by now, which begins at what was committed
                self._client.store_offsets(offsets=[place])

    def _close(self) -> None:
        if self._is_over:
            return
        if self._commits and self._stores:
            with suppress(KafkaException):  # nothing to commit, or nobody to commit for
                committed = self._client.commit(asynchronous=False)
                self._happened(Consumed("committed", _places(each for each in committed if each.error is None)))
        self._client.close()
        self._is_over = True


def _is_true(value: Value) -> bool:
    return str(value).lower() in ("true", "1", "t")


def _within(timeout: float) -> float:
    return timeout if 0 <= timeout < LONGEST_WAIT_S else LONGEST_WAIT_S


def _places(places: Iterable[TopicPartition]) -> tuple[Place, ...]:
    return tuple(Place(each.topic, each.partition, each.offset) for each in places)


def _pattern_or_name(name: str, namespace: Namespace) -> str:
    """A name that begins with ^ is a pattern, here of the seat's own topics."""
    if not name.startswith("^"):
        return own(name, namespace)
    return f"^{namespace.prefix.replace('.', '[.]')}{name.removeprefix('^')}"
