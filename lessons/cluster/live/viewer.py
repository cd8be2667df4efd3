"""One page that watches one topic: what it has had, and what it may still be sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from lessons.cluster.errors import AppRefused, ClusterError
from lessons.cluster.live import frames
from lessons.cluster.live.given import Given
from lessons.cluster.live.history import Stretch
from lessons.cluster.live.ring import Entry, Ring
from lessons.cluster.live.start import Spans, Start

MAX_CREDIT = 500
NOTHING_NEW_S = 0.25
AFTER_AN_ERROR_S = 1.0

_log = logging.getLogger(__name__)

Send = Callable[[str], None]
Shared = dict[tuple[int, int], tuple[str, int]]  # (first number, limit): (frame, its number of records)


class WatchedTopic(Protocol):
    """What a viewer needs of its topic."""

    @property
    def name(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def topic_id(self) -> str | None: ...
    @property
    def is_gone(self) -> bool: ...
    @property
    def ring(self) -> Ring: ...
    @property
    def given(self) -> Given: ...

    def watching(self, positions: Mapping[int, int]) -> str: ...
    def leave(self, viewer: Viewer) -> None: ...
    async def read_history(self, ranges: Mapping[int, tuple[int, int]], *, limit: int, patiently: bool) -> Stretch: ...


class Viewer:
    """Not begun; catching up (it has `positions`); live (it has a `cursor` into the ring).

    A page may be ahead of the tail by the last few records: it had them from another process, or looked "now" up just
    before they came. A live viewer that is `_ahead` skips them.

    Only a live viewer can be left behind by the ring: one that catches up reads from Kafka what the ring has let go.
    """

    def __init__(self, topic: WatchedTopic, start: Start, send: Send) -> None:
        self.start = start
        self.send = send
        self.begun = False
        self.refused = False
        self._topic = topic
        self._credit = 0
        self._positions: dict[int, int] | None = None
        self._cursor = 0
        self._ahead: dict[int, int] = {}
        self._is_late = False  # nothing came in time, and the page was told so
        self._task: asyncio.Task[None] | None = None

    @property
    def is_live(self) -> bool:
        return self.begun and self._positions is None

    def grant(self, records: int) -> None:
        """The page has room for this many more."""
        self._credit = min(self._credit + records, MAX_CREDIT)
        self._go_on()

    def close(self) -> None:
        self.forget()
        self._topic.leave(self)

    def begin(self, spans: Spans) -> None:
        """The topic is there, with these offsets."""
        if self.start.is_of_another_topic(self._topic.topic_id):
            self.send(frames.text("topic_deleted", topic=self._topic.name))
        try:
            positions = self.start.positions(spans, topic_id=self._topic.topic_id)
        except AppRefused as refusal:
            self.refused = True
            self.send(frames.problem(refusal))
            return
        self.begun, self._positions = True, dict(positions)
        self.send(self._topic.watching(positions))
        self._go_on()

    def forget(self) -> None:
        """The topic is another one now: what was had of the old one means nothing."""
        self.begun, self._positions, self._ahead, self._is_late = False, None, {}, False
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def add_partitions(self, offsets: dict[int, int]) -> None:
        if self.begun:
            if self._positions is not None:
                self._positions.update(offsets)
            self.send(frames.text("partitions_added", positions=frames.positions(offsets)))

    def deliver(self, shared: Shared) -> int:
        """Sends a live viewer what the ring has for it, as far as its credit goes. How many frames that were."""
        ring, sent = self._topic.ring, 0
        if self._credit and self._cursor < ring.first:
            self.send(frames.text("left_out", records=ring.first - self._cursor))
            self._topic.given.left_out += ring.first - self._cursor
            self._cursor = ring.first
            sent += 1
        while self._credit and self._cursor < ring.end:
            if self._ahead:
                sent += self._deliver_what_is_new()
                continue
            key = self._cursor, min(self._credit, ring.end - self._cursor)
            if key not in shared:
                entries = ring.since(*key)
                count = frames.first_frame(entries)
                shared[key] = frames.records(entries[:count]), count
            frame, count = shared[key]
            self.send(frame)
            self._cursor += count
            self._credit -= count
            self._topic.given.delivered += count
            sent += 1
        return sent

    def _deliver_what_is_new(self) -> int:
        entries = self._topic.ring.since(self._cursor, self._credit)
        self._cursor += len(entries)
        new = [entry for entry in entries if entry.offset >= self._ahead.get(entry.partition, 0)]
        for entry in new:
            self._ahead.pop(entry.partition, None)
        return self._hand_out(new)

    def _go_on(self) -> None:
        if self.is_live:
            self.deliver({})
        elif self.begun and self._credit and (self._task is None or self._task.done()):
            self._join_if_complete()
            if not self.is_live:
                self._task = asyncio.create_task(self._catch_up(), name="catch-up")

    async def _catch_up(self) -> None:
        while self._credit and self._positions is not None and not self._topic.is_gone:
            if self._join_if_complete():
                continue
            try:
                await self._read_history(self._positions)
            except ClusterError as error:
                _log.debug("history of %s: %s", self._topic.full_name, error)
                await asyncio.sleep(AFTER_AN_ERROR_S)

    async def _read_history(self, positions: dict[int, int]) -> None:
        missing = self._topic.ring.missing(positions)
        stretch = await self._topic.read_history(missing, limit=self._credit, patiently=self._is_late)
        self._tell_whether_late(stretch.is_late, missing)
        self._hand_out(stretch.entries)
        moved = any(positions.get(partition, 0) != offset for partition, offset in stretch.positions.items())
        positions.update(stretch.positions)
        if not moved:  # an open transaction, or a partition without a leader
            await asyncio.sleep(NOTHING_NEW_S)

    def _tell_whether_late(self, is_late: bool, missing: Mapping[int, tuple[int, int]]) -> None:
        if is_late and not self._is_late:
            places = ", ".join(f"offset {start} of partition {each}" for each, (start, _) in sorted(missing.items()))
            words = f"Kafka has not delivered {places} yet. The record may be very large, or its broker slow. "
            self.send(frames.text("waiting", topic=self._topic.name, words=f"{words}This goes on by itself."))
        elif self._is_late and not is_late:
            self.send(frames.text("going_on", topic=self._topic.name))
        self._is_late = is_late

    def _join_if_complete(self) -> bool:
        """From the ring, when it has all that is missing. True when something was done that way."""
        ring, positions = self._topic.ring, self._positions
        if positions is None or ring.missing(positions):
            return False
        entries, number = ring.beyond(positions, self._credit)
        self._hand_out(entries)
        for entry in entries:
            positions[entry.partition] = entry.offset + 1
        if number == ring.end:
            self._cursor, self._positions = number, None
            self._ahead = {each: at for each, at in positions.items() if at > ring.nexts.get(each, 0)}
        return True

    def _hand_out(self, entries: Sequence[Entry]) -> int:
        self._credit -= len(entries)
        self._topic.given.delivered += len(entries)
        made = list(frames.in_frames(entries))
        for frame in made:
            self.send(frame)
        return len(made)
