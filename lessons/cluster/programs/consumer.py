"""The consumer of a program: a real member of its group, or a reader by assign().

Its thread polls while the program has room: records go ahead of the program's own polls, as a client's own queue does.
A rebalance waits until the program's callback has returned, as it would in the program itself. What the program was given
it tells in its own time (`consumed`), and only that is stored for the next commit.

Since 2.16 the client lets one thread in at a time: a thread that polls without end would keep out what the program calls
for ever, and a rebalance that waits for the program's callback what that callback calls. librdkafka itself takes any
number of threads. So those of one consumer go in under one identity, as the client's own asyncio consumer does.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition, cimpl

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


class ProgramConsumer(ProgramClient):
    """`happened` hears what the act of consuming is to say; on any thread."""

    kind = "consumer"

    def __init__(
        self, wanted: Mapping[str, Value], namespace: Namespace, tell: Told, *, happened: Callable[[Consumed], None]
    ) -> None:
        super().__init__(wanted, namespace, tell)
        stores_itself = _is_true(self.settings.get("enable.auto.offset.store", True))
        self._stores = stores_itself  # by what the program says that it was given
        self._commits = _is_true(self.settings.get("enable.auto.commit", True))
        self._happened = happened
        settings = {**_MEMORY, **self.settings, "enable.auto.offset.store": False}
        self._client = Consumer(settings, logger=self.log)
        self._credit = 0
        self._ahead: deque[int] = deque()  # the sizes of what the page has and the program has not taken
        self._held: dict[tuple[str, int], deque[int]] = {}  # the offsets of those
        self._room = threading.Condition()
        self._handled = threading.Event()
        self._is_ending = self._is_closed = False
        self._thread: threading.Thread | None = None

    def call(self, name: str, args: JSON) -> Any:
        self._come_in()
        return super().call(name, args)

    def _come_in(self) -> None:
        """Of this thread, before it uses the client."""
        cimpl._reentry_identity_var.set(id(self) & 0xFFFFFFFF or 1)

    # --- What the page says ---

    def grant(self, records: int) -> None:
        with self._room:
            self._credit = min(self._credit + records, MOST_AHEAD)
            for _each in range(min(records, len(self._ahead))):
                self._ahead.popleft()
            self._room.notify()
        self._start()

    def handled(self) -> None:
        self._handled.set()

    def consumed(self, positions: Sequence[tuple[str, int, int]]) -> None:
        self._come_in()
        places = [
            TopicPartition(own(topic, self.namespace), partition, offset) for topic, partition, offset in positions
        ]
        self._happened(Consumed("given", tuple(self._taken(place) for place in places)))
        if self._stores:
            for place in places:
                with suppress(KafkaException):  # another member's by now, which begins at what was committed
                    self._client.store_offsets(offsets=[place])

    def _taken(self, place: TopicPartition) -> Place:
        with self._room:
            held = self._held.setdefault((place.topic, place.partition), deque(maxlen=MOST_AHEAD))
            taken = sum(offset < place.offset for offset in held)
            self._held[place.topic, place.partition] = deque(
                (each for each in held if each >= place.offset), MOST_AHEAD
            )
        return Place(place.topic, place.partition, place.offset, taken)

    # --- The thread ---

    def _start(self) -> None:
        if self._thread is None and not self._is_ending:
            self._thread = threading.Thread(target=self._run, name="program-consumer", daemon=True)
            ending.leave_in_time(self)
            self._thread.start()

    def leave(self) -> None:
        super().leave()
        self._handled.set()

    def stop(self) -> None:
        """For the end of the process: leave the group soon."""
        self._is_ending = True
        self.leave()
        with self._room:
            self._room.notify()

    def join(self, timeout_s: float) -> bool:
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def _run(self) -> None:
        self._come_in()
        while not self._is_ending:
            if self._has_room():
                self._read()
        if self.is_left:  # the process is ending: nobody calls `close`
            self.close()

    def _has_room(self) -> bool:
        with self._room:
            if self._credit > 0 and sum(self._ahead) < MOST_AHEAD_BYTES:
                return True
            self._room.wait(POLL_S)
            return False

    def _read(self) -> None:
        # consume(n, t) waits its whole time-out for n records, so: one by poll, the rest without waiting.
        try:
            first = self._client.poll(POLL_S)
            if first is None or self._is_ending:
                return
            messages = [first, *self._client.consume(min(BATCH, max(self._credit - 1, 0)), 0)]
        except (KafkaException, RuntimeError) as error:  # closed meanwhile, or fatal
            if not self._is_ending:
                self._tell_error(error.args[0] if isinstance(error, KafkaException) else None, None)
                with self._room:
                    self._credit = 0
            return
        self._hand_on(messages)

    def _hand_on(self, messages: Sequence[Message]) -> None:
        with self._room:
            self._credit -= len(messages)
            self._ahead.extend(len(each.value() or b"") + len(each.key() or b"") for each in messages)
            for each in messages:
                if each.error() is None:
                    place = each.topic() or "", -1 if (found := each.partition()) is None else found
                    offset = -1 if (at := each.offset()) is None else at
                    self._held.setdefault(place, deque(maxlen=MOST_AHEAD)).append(offset)
        records: list[JSON] = []
        for message in messages:
            error = message.error()
            if error is None:
                records.append(record_as_json(message, self.namespace))
                if sum(len(each["value"] or "") for each in records[-1:]) > MOST_AHEAD_BYTES // 4:
                    self.tell("records", records=records)
                    records = []
                continue
            if records:
                self.tell("records", records=records)
                records = []
            self._tell_error(error, message)
        if records:
            self.tell("records", records=records)

    def _tell_error(self, error: KafkaError | None, message: Message | None) -> None:
        known = error or KafkaError(KafkaError._STATE, "Consumer closed")
        self.tell(
            "error",
            error=error_as_json(known, self.namespace),
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
        self._handled.clear()
        self.is_called_back = True
        self.tell(kind, partitions=partitions_as_json(places, self.namespace))
        if not self.is_left:
            self._handled.wait(CALLBACK_WITHIN_S)
        self.is_called_back = False

    # --- Calls ---

    def call_subscribe(self, topics: list[str]) -> None:
        names = [_pattern_or_name(each, self.namespace) for each in topics]
        self._client.subscribe(names, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)
        self._start()

    def call_unsubscribe(self) -> None:
        self._client.unsubscribe()

    def call_assign(self, partitions: list[JSON]) -> None:
        places = partitions_in(partitions, self.namespace)
        self._client.assign(places)
        self._happened(Consumed("assigned", _places(places)))
        self._start()

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
        self._come_in()
        return self._client.consumer_group_metadata()

    def close(self) -> None:
        """Commits what was given, if the client is one that does, and leaves the group."""
        if self._is_closed:
            return
        self._come_in()
        self._is_ending = self._is_closed = True
        with self._room:
            self._room.notify()
        if self._commits and self._stores:
            with suppress(KafkaException, RuntimeError):  # nothing to commit, or nobody to commit for
                committed = self._client.commit(asynchronous=False)
                self._happened(Consumed("committed", _places(each for each in committed if each.error is None)))
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(POLL_S + 1)
        self._client.close()


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
