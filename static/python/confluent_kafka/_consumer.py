"""The consumer: records come ahead as far as there is room, and are the program's when poll() hands them out."""

from __future__ import annotations

import time
from base64 import b64decode
from collections import deque
from collections.abc import Callable
from operator import index
from typing import Any

from . import _arguments as arguments
from ._binding import like_an_extension
from ._configuration import Configuration
from ._errors import KafkaError, KafkaException, error_from
from ._handle import Handle
from ._link import Answer
from ._positions import Positions, message_from
from ._records import OFFSET_INVALID, OFFSET_STORED, Message, TopicPartition, partition_from, to_wire

ROOM = 500  # records that may come ahead
GRANT_AT = 250
_MOST_AT_ONCE = 1_000_000

Rebalanced = Callable[["Consumer", list[TopicPartition]], Any]


class GroupOfConsumer:
    """What `consumer_group_metadata` gives, for `send_offsets_to_transaction`."""

    def __init__(self, consumer: int) -> None:
        self.consumer = consumer


class Consumer(Handle):
    """A poll that Stop cancels has taken nothing: the record is the next one's."""

    _kind = "consumer"
    _closed_words = "Consumer closed"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        configuration = Configuration(args, kwargs)
        if not configuration.settings.get("group.id"):
            raise ValueError("Failed to create consumer: group.id must be set")
        self._positions = Positions()
        self._stores_itself = configuration.is_on("enable.auto.offset.store", default=True)
        self._owed = 0  # room that has not been granted
        self._has_granted = False
        self._rebalances: deque[tuple[str, list[TopicPartition]]] = deque()
        self._on: dict[str, Rebalanced | None] = {}
        self._commits: deque[tuple[KafkaError | None, list[TopicPartition]]] = deque()  # for on_commit
        super().__init__(configuration)

    # --- What the link tells ---

    def hear(self, kind: str, frame: dict[str, Any]) -> None:
        if kind == "records":
            self._owed += self._positions.put(message_from(each, _bytes) for each in frame["records"])
        elif kind == "error":
            error = error_from(frame["error"])
            self._positions.put([Message(frame["topic"], frame["partition"], frame["offset"], error=error)])
        elif kind in ("assigned", "revoked", "lost"):
            partitions = [partition_from(each) for each in frame["partitions"]]
            self._rebalances.append((kind, partitions))
            if kind != "assigned":
                self._owed += self._positions.drop(partitions)  # what was given can still be committed

    def send_gathered(self) -> None:
        """What the program was given, and the room that this makes."""
        if self._stores_itself and (positions := self._positions.untold()):
            self._link.send(type="consumed", client=self._number, positions=positions)
        if self._has_granted and (self._owed >= GRANT_AT or not len(self._positions)):
            self._grant()

    def _grant(self) -> None:
        records, self._owed = min(self._owed, ROOM), 0
        if records:
            self._link.send(type="grant", client=self._number, records=records)

    def _begin(self) -> None:
        if not self._has_granted:
            self._has_granted, self._owed = True, ROOM
            self._grant()

    # --- Subscribing ---

    @like_an_extension
    def subscribe(
        self,
        topics: list[str],
        on_assign: Rebalanced | None = None,
        on_revoke: Rebalanced | None = None,
        on_lost: Rebalanced | None = None,
    ) -> None:
        self._check_open()
        if not isinstance(topics, list):
            raise TypeError("expected list of topic unicode strings")
        callbacks = {"on_assign": on_assign, "on_revoke": on_revoke, "on_lost": on_lost}
        for name, callback in callbacks.items():
            if callback is not None and not callable(callback):
                raise TypeError(f"{name} expects a callable")
        self._call("subscribe", topics=[str(each) for each in topics])
        self._on = {"assigned": on_assign, "revoked": on_revoke, "lost": on_lost or on_revoke}
        self._begin()

    @like_an_extension
    def unsubscribe(self) -> None:
        self._check_open()
        self._call("unsubscribe")

    # --- Polling ---

    @like_an_extension
    def poll(self, timeout: float = -1) -> Message | None:
        """The next record, or an error as one; None after `timeout` seconds. Serves callbacks of rebalances."""
        self._check_open()
        return self._next(_deadline(arguments.seconds(timeout)))

    @like_an_extension
    def consume(self, num_messages: int = 1, timeout: float = -1) -> list[Message]:
        """So many records, or those that came in that time."""
        self._check_open()
        number = index(num_messages)
        if not 0 <= number <= _MOST_AT_ONCE:
            raise ValueError("num_messages must be between 0 and 1000000 (1M)")
        deadline = _deadline(arguments.seconds(timeout))
        taken: list[Message] = []
        while len(taken) < number and (message := self._next(deadline)) is not None:
            taken.append(message)
        return taken

    def _next(self, deadline: float | None) -> Message | None:
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                self._link.breathe()
            self._serve()
            if len(self._positions):
                self._owed += 1
                return self._positions.take()
            self._check_link()
            if left is not None and left <= 0:
                return None
            self._link.wait(self._has_news, left)

    def _has_news(self) -> bool:
        return bool(len(self._positions) or self._rebalances or self._commits or self._error)

    def _serve(self) -> None:
        while self._commits:
            error, partitions = self._commits.popleft()
            if on_commit := self._callbacks.get("on_commit"):
                on_commit(error, partitions)
        while self._rebalances:
            self._rebalance(*self._rebalances.popleft())

    def _rebalance(self, kind: str, partitions: list[TopicPartition]) -> None:
        if kind == "assigned":
            self._positions.assign(partitions)
        self.send_gathered()
        try:
            if callback := self._on.get(kind):
                callback(self, partitions)
        finally:
            if kind != "assigned":
                self._owed += self._positions.unassign(partitions)
            self.send_gathered()
            self._link.send(type="handled", client=self._number)

    # --- Assigning ---

    def assign(self, partitions: list[TopicPartition], /) -> None:
        self._check_open()
        places = arguments.partitions(partitions)
        self._assign_anew("assign", places, partitions=[to_wire(each) for each in places])

    @like_an_extension
    def unassign(self) -> None:
        self._check_open()
        self._assign_anew("unassign", [])

    def _assign_anew(self, name: str, places: list[TopicPartition], **args: Any) -> None:
        def answered(answer: Answer) -> None:
            if answer.exception is None:
                self._owed += self._positions.unassign(list(self._positions.assigned.values()))
                self._positions.assign(places)

        self._settled(self._send_call(name, on_answer=answered, **args))
        self._begin()

    def incremental_assign(self, partitions: list[TopicPartition], /) -> None:
        self._check_open()
        places = arguments.partitions(partitions)
        self._call("incremental_assign", partitions=[to_wire(each) for each in places])
        self._positions.assign(places)
        self._begin()

    def incremental_unassign(self, partitions: list[TopicPartition], /) -> None:
        self._check_open()
        places = arguments.partitions(partitions)
        self._call("incremental_unassign", partitions=[to_wire(each) for each in places])
        self._owed += self._positions.unassign(places)

    @like_an_extension
    def assignment(self) -> list[TopicPartition]:
        self._check_open()
        return [
            TopicPartition(each.topic, each.partition, OFFSET_STORED if each.offset == OFFSET_INVALID else each.offset)
            for each in self._positions.assigned.values()
        ]

    # --- Places ---

    @like_an_extension
    def seek(self, partition: TopicPartition) -> None:
        self._check_open()
        place = arguments.partition(partition)

        def answered(answer: Answer) -> None:
            if answer.exception is None:
                self._owed += self._positions.drop([place])
                self._positions.forget([place])

        self._settled(self._send_call("seek", on_answer=answered, **to_wire(place)))

    @like_an_extension
    def position(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        self._check_open()
        return [self._positions.position(each) for each in arguments.partitions(partitions)]

    @like_an_extension
    def pause(self, partitions: list[TopicPartition]) -> None:
        self._check_open()
        places = arguments.partitions(partitions)
        self._owed += self._positions.pause(places)
        self._call("pause", partitions=[to_wire(each) for each in places])

    @like_an_extension
    def resume(self, partitions: list[TopicPartition]) -> None:
        self._check_open()
        places = arguments.partitions(partitions)
        self._call("resume", partitions=[to_wire(each) for each in places])
        self._positions.resume(places)

    @like_an_extension
    def get_watermark_offsets(
        self, partition: TopicPartition, timeout: float = -1, cached: bool = False
    ) -> tuple[int, int] | None:
        self._check_open()
        place = arguments.partition(partition)
        found = self._call(
            "get_watermark_offsets", topic=place.topic, partition=place.partition,
            timeout=arguments.seconds(timeout), cached=bool(cached),
        )  # fmt: skip
        return None if found is None else (found[0], found[1])

    @like_an_extension
    def offsets_for_times(self, partitions: list[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        self._check_open()
        return self._places_of("offsets_for_times", partitions, timeout)

    # --- Committing ---

    @like_an_extension
    def commit(
        self, message: Message | None = None, offsets: list[TopicPartition] | None = None, asynchronous: bool = True
    ) -> list[TopicPartition] | None:
        self._check_open()
        wanted = _offsets_of(message, offsets)
        wire = None if wanted is None else [{**to_wire(each), "metadata": each.metadata} for each in wanted]
        if asynchronous:
            self._send_call("commit", on_answer=self._committed, offsets=wire, asynchronous=True)
            return None
        return [partition_from(each) for each in self._call("commit", offsets=wire, asynchronous=False)]

    def _committed(self, answer: Answer) -> None:
        if "on_commit" not in self._callbacks:
            return
        if answer.exception is None:
            self._commits.append((None, [partition_from(each) for each in answer.value or ()]))
        elif isinstance(answer.exception, KafkaException) and answer.exception.args[0] != KafkaError._NO_OFFSET:  # type: ignore[attr-defined]
            self._commits.append((answer.exception.args[0], []))

    @like_an_extension
    def committed(self, partitions: list[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        self._check_open()
        return self._places_of("committed", partitions, timeout)

    def _places_of(self, name: str, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        wire = [to_wire(each) for each in arguments.partitions(partitions)]
        return [partition_from(each) for each in self._call(name, partitions=wire, timeout=arguments.seconds(timeout))]

    @like_an_extension
    def store_offsets(self, message: Message | None = None, offsets: list[TopicPartition] | None = None) -> None:
        self._check_open()
        wanted = _offsets_of(message, offsets)
        if wanted is None:
            raise ValueError("expected either message or offsets")
        if self._stores_itself:
            words = "StoreOffsets failed: Local: Invalid argument or configuration"
            raise KafkaException(KafkaError(KafkaError._INVALID_ARG, words))  # type: ignore[attr-defined]
        self._call("store_offsets", offsets=[to_wire(each) for each in wanted])

    # --- The rest ---

    @like_an_extension
    def memberid(self) -> str | None:
        self._check_open()
        found: str | None = self._call("memberid")
        return found

    @like_an_extension
    def consumer_group_metadata(self) -> GroupOfConsumer:
        self._check_open()
        return GroupOfConsumer(self._number)

    def close(self) -> None:
        """Commits, if the client is one that does, and leaves the group; once."""
        if not self._is_closed:
            self._close()

    def _while_closing(self, closed: Answer) -> None:
        while not closed.is_there:
            self._link.wait(lambda: closed.is_there or self._rebalances)
            self._is_closed = False  # a callback may commit
            try:
                self._serve()
            finally:
                self._is_closed = True

    def __enter__(self) -> Consumer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Consumer.__module__ = "cimpl"


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)


def _deadline(timeout_s: float) -> float | None:
    return None if timeout_s < 0 else time.monotonic() + timeout_s


def _offsets_of(message: Any, offsets: Any) -> list[TopicPartition] | None:
    if message is not None and offsets is not None:
        raise ValueError("message and offsets are mutually exclusive")
    if message is not None:
        given = arguments.message(message)
        return [TopicPartition(given.topic(), given.partition(), (given.offset() or 0) + 1)]
    return None if offsets is None else arguments.partitions(offsets)
