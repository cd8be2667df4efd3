"""The one consumer of a process that follows the live end of every watched topic, on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from lessons.cluster import clients
from lessons.cluster.live import frames
from lessons.cluster.live.ring import Entry
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import from_kafka

POLL_S = 0.1  # assign() waits for a poll that is under way on another thread, so the poll is short
AT_ONCE = 500
AFTER_A_CRASH_S = 1.0
METADATA_TIMEOUT_S = 2.0

_log = logging.getLogger(__name__)

Key = tuple[str, int]  # topic, partition
Arrived = Callable[[str, int, Sequence[Entry]], None]  # topic, epoch, entries


@dataclass
class _Followed:
    """A topic that is wanted. A new `epoch` is a topic of the same name that was created anew."""

    namespace: Namespace
    epoch: int
    nexts: dict[int, int] = field(default_factory=dict)


class Tail:
    """Follows partitions from given offsets on; tells batches from its own thread, which ends with its last topic.

    What is wanted is written down here and the thread makes it so, at most `POLL_S` later. Offsets are explicit,
    so nothing is missed in between.
    """

    def __init__(self, arrived: Arrived, *, gone: Callable[[str], None]) -> None:
        self._arrived = arrived
        self._gone = gone
        self._lock = threading.Lock()
        self._wanted: dict[str, _Followed] = {}
        self._thread: threading.Thread | None = None
        self._is_new = threading.Event()  # what is wanted is not what it was
        self._consumer: Consumer | None = None  # while it may be asked by others

    def follow(self, topic: str, namespace: Namespace, *, epoch: int, offsets: Mapping[int, int]) -> None:
        """Adds these partitions; those that are followed in this epoch already go on where they are."""
        with self._lock:
            followed = self._wanted.get(topic)
            if followed is None or followed.epoch != epoch:
                followed = self._wanted[topic] = _Followed(namespace, epoch)
            for partition, offset in offsets.items():
                followed.nexts.setdefault(partition, offset)
            self._is_new.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kafka-live-tail", daemon=True)
                self._thread.start()

    def release(self, topic: str) -> None:
        with self._lock:
            self._wanted.pop(topic, None)
            self._is_new.set()

    def release_all(self) -> None:
        with self._lock:
            self._wanted.clear()
            self._is_new.set()

    def lag(self) -> int:
        """How many offsets what was told is behind the ends of the partitions, as the brokers' latest answers had them. Asks
        nobody; for any thread."""
        with self._lock:
            if self._consumer is None:
                return 0
            return sum(
                _behind(self._consumer, (topic, partition), next_offset)
                for topic, followed in self._wanted.items()
                for partition, next_offset in followed.nexts.items()
            )

    @property
    def thread(self) -> threading.Thread | None:
        return self._thread

    def _run(self) -> None:
        while self._is_wanted():
            try:
                self._read()
            except Exception:  # whatever it was, the pages wait for their records: begin anew where we were
                _log.exception("the live tail begins anew")
                time.sleep(AFTER_A_CRASH_S)

    def _is_wanted(self) -> bool:
        with self._lock:
            if not self._wanted:
                self._thread = None
            return bool(self._wanted)

    def _read(self) -> None:
        # A partition joins the next fetch, so a long wait would hold up the first records of a new one; of a class's partitions each
        # fetch names all.
        consumer = clients.new_consumer(**{"auto.offset.reset": "earliest", "fetch.wait.max.ms": 200})
        assigned: dict[Key, int] = {}
        with self._lock:
            self._consumer = consumer
            self._is_new.set()
        try:
            while self._is_wanted():
                if self._is_new.is_set():
                    self._is_new.clear()  # before the look
                    self._make_it_so(consumer, assigned)
                first = consumer.poll(POLL_S)
                if first is not None:
                    self._tell([first, *consumer.consume(AT_ONCE, 0)], assigned)
        finally:
            with self._lock:  # another thread may have begun with another one
                self._consumer = None if self._consumer is consumer else self._consumer
            clients.close(consumer)

    def _make_it_so(self, consumer: Consumer, assigned: dict[Key, int]) -> None:
        with self._lock:
            wanted = {
                (topic, partition): (followed.epoch, offset)
                for topic, followed in self._wanted.items()
                for partition, offset in followed.nexts.items()
            }
        leaving = [key for key, epoch in assigned.items() if key not in wanted or wanted[key][0] != epoch]
        if leaving:
            consumer.incremental_unassign([TopicPartition(*key) for key in leaving])
            for key in leaving:
                del assigned[key]
        joining = {key: place for key, place in wanted.items() if key not in assigned}
        if joining:
            for topic in {topic for topic, _ in joining}:
                # Without this a topic that is new to the client waits 0.7 s for its leaders (measured).
                consumer.list_topics(topic, timeout=METADATA_TIMEOUT_S)
            consumer.incremental_assign([TopicPartition(*key, offset) for key, (_, offset) in joining.items()])
            assigned.update({key: epoch for key, (epoch, _) in joining.items()})

    def _tell(self, batch: Iterable[Message], assigned: Mapping[Key, int]) -> None:
        arrived: dict[str, list[Entry]] = defaultdict(list)
        for message in batch:
            topic, partition = message.topic() or "", message.partition()
            if error := message.error():
                _log.debug("live tail: %s", error)
                self._gone(topic)  # perhaps: somebody should look
                continue
            with self._lock:
                followed = self._wanted.get(topic)
                if followed is None or partition is None or followed.epoch != assigned.get((topic, partition)):
                    continue
                followed.nexts[partition] = (message.offset() or 0) + 1
            arrived[topic].append(frames.entry(from_kafka(message), followed.namespace))
        for topic, entries in arrived.items():
            self._arrived(topic, assigned[topic, entries[0].partition], entries)


def _behind(consumer: Consumer, key: Key, next_offset: int) -> int:
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition(*key), cached=True)
    except KafkaException:  # it has not joined yet
        return 0
    return max(0, end - next_offset)  # an end that is not known is negative
