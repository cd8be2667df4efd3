"""Reads what lies before the live tail, for every viewer of the process, one stretch after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from lessons.cluster import clients
from lessons.cluster.errors import translated
from lessons.cluster.live import frames
from lessons.cluster.live.ring import Entry
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import from_kafka

TIMEOUT_S = 2.0
PATIENCE_S = 30.0  # for what has not come in that time: a record of 90 MB, or one of a slow broker
METADATA_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Stretch:
    """Entries, and the offset to go on from in each partition that was asked for. `is_late`: time ran out before
    anything came."""

    entries: tuple[Entry, ...]
    positions: dict[int, int]
    is_late: bool = False


class History:
    """One warm consumer, made at the first stretch: 26 ms a stretch, a new consumer each time costs twice that.

    A long history is read in many stretches, so viewers take turns and none holds more than one in memory. Seats take
    turns, too: one with forty pages waits for its own stretches, and the others for one of them at most.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kafka-history")
        self._consumer: Consumer | None = None
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by the seat's prefix

    async def read(
        self,
        namespace: Namespace,
        topic: str,
        ranges: Mapping[int, tuple[int, int]],
        *,
        limit: int,
        patiently: bool = False,
    ) -> Stretch:
        """At most `limit` records with from <= offset < up to; fewer when Kafka is slow. Raises ClusterError.

        `patiently` after a stretch that was late: what was on its way is fetched anew, with more time, and in nobody's way.
        """
        reading = _Reading(namespace, {partition: start for partition, (start, _) in ranges.items()}, dict(ranges))
        loop = asyncio.get_running_loop()
        async with self._turns.setdefault(namespace.prefix, asyncio.Lock()):
            if patiently:
                return await asyncio.to_thread(_read_patiently, topic, reading)
            return await loop.run_in_executor(self._thread, self._read, topic, reading, limit)

    def close(self) -> None:
        """Lets the thread and its consumer go, as soon as it has read what it is reading."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        if self._consumer is not None:
            clients.close(self._consumer)
            self._consumer = None

    def _read(self, topic: str, reading: _Reading, limit: int) -> Stretch:
        with _translated(topic, reading):
            if self._consumer is None:
                settings = {"enable.partition.eof": True, "auto.offset.reset": "earliest", "fetch.wait.max.ms": 20}
                self._consumer = clients.new_consumer(**settings)
            return _read_by(self._consumer, topic, reading, limit, timeout_s=TIMEOUT_S)


def _read_patiently(topic: str, reading: _Reading) -> Stretch:
    """One record: the others may be read as usual."""
    with _translated(topic, reading), clients.reader() as consumer:
        return _read_by(consumer, topic, reading, 1, timeout_s=PATIENCE_S)


def _translated(topic: str, reading: _Reading) -> AbstractContextManager[None]:
    return translated(asked=f"Read the records of {reading.namespace.short(topic)} from before")


def _read_by(consumer: Consumer, topic: str, reading: _Reading, limit: int, *, timeout_s: float) -> Stretch:
    consumer.list_topics(topic, timeout=METADATA_TIMEOUT_S)  # see tail.py
    consumer.assign([TopicPartition(topic, *place) for place in reading.positions.items()])
    try:
        return _drain(consumer, reading, limit, timeout_s=timeout_s)
    finally:
        consumer.unassign()


def _drain(consumer: Consumer, reading: _Reading, limit: int, *, timeout_s: float) -> Stretch:
    deadline, came = time.monotonic() + timeout_s, 0
    while reading.ranges and len(reading.entries) < limit and (left_s := deadline - time.monotonic()) > 0:
        first = consumer.poll(left_s)
        if first is None:
            break
        room = limit - len(reading.entries) - 1
        for message in [first, *(consumer.consume(room, 0) if room else ())]:
            reading.take(message)
            came += 1
    return Stretch(tuple(reading.entries), reading.positions, is_late=not came and bool(reading.ranges))


@dataclass
class _Reading:
    """A stretch in the making; `ranges` holds what is still to be read."""

    namespace: Namespace
    positions: dict[int, int]
    ranges: dict[int, tuple[int, int]]
    entries: list[Entry] = field(default_factory=list)

    def take(self, message: Message) -> None:
        """Positions go by offsets, never by counting: compaction and transactions leave gaps."""
        partition, offset = message.partition(), message.offset()
        if partition is None or offset is None or partition not in self.ranges:
            return
        stop = self.ranges[partition][1]
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                # Before `stop` this is the end of what is committed: a transaction is open. It is read later.
                self.positions[partition] = min(max(offset, self.positions[partition]), stop)
                del self.ranges[partition]
            return
        if offset < stop:
            self.entries.append(frames.entry(from_kafka(message), self.namespace))
        self.positions[partition] = min(offset + 1, stop)
        if offset + 1 >= stop:
            del self.ranges[partition]
