"""The hub: every watched topic of the process, one reader for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from lessons.cluster.live.coalescing import Coalescer
from lessons.cluster.live.given import Given
from lessons.cluster.live.history import History
from lessons.cluster.live.live_topic import LiveTopic
from lessons.cluster.live.ring import Entry
from lessons.cluster.live.start import Start
from lessons.cluster.live.tail import Tail
from lessons.cluster.live.topic_watch import TopicWatch
from lessons.cluster.live.viewer import Send, Viewer
from lessons.cluster.namespace import Namespace

LOOK_UPS_AT_ONCE = 4

T = TypeVar("T")


class Hub:
    """Made in an event loop, and used in it alone; costs nothing while nothing is watched."""

    def __init__(self) -> None:
        self.topics = TopicWatch()
        self.coalescer = Coalescer()
        self.given = Given()
        self.tail = Tail(self._arrived_in_thread, gone=self._gone_in_thread)
        self._history: History | None = None
        self._loop = asyncio.get_running_loop()
        self._live: dict[str, LiveTopic] = {}
        self._look_ups = asyncio.Semaphore(LOOK_UPS_AT_ONCE)

    def watch(self, namespace: Namespace, name: str, *, start: Start, send: Send) -> Viewer:
        """A viewer without credit. `send` gets frames as text; it must not block. Raises AppRefused for a name."""
        full_name = namespace.full(name)
        live = self._live.get(full_name)
        if live is None:
            live = self._live[full_name] = LiveTopic(self, namespace, name)
        return live.join(start, send)

    @property
    def watched(self) -> frozenset[str]:
        return frozenset(self._live)

    @property
    def history(self) -> History:
        if self._history is None:
            self._history = History()
        return self._history

    def release(self, live: LiveTopic) -> None:
        """A topic has lost its last viewer."""
        if self._live.get(live.full_name) is live:
            del self._live[live.full_name]
            self.tail.release(live.full_name)
        if not self._live and self._history is not None:
            self._history.close()
            self._history = None

    async def look_up(self, question: Callable[[str], T], full_name: str) -> T:
        """A blocking question to Kafka on a thread; few at a time, whatever the pages ask for."""
        async with self._look_ups:
            return await asyncio.to_thread(question, full_name)

    def _arrived_in_thread(self, topic: str, epoch: int, entries: Sequence[Entry]) -> None:
        self._in_loop(lambda: self._arrived(topic, epoch, entries))

    def _gone_in_thread(self, _topic: str) -> None:
        self._in_loop(self.topics.look_now)

    def _arrived(self, topic: str, epoch: int, entries: Sequence[Entry]) -> None:
        if live := self._live.get(topic):
            live.arrived(epoch, entries)

    def _in_loop(self, call: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:  # the loop was closed with viewers in it: the process or a test has ended
            self.tail.release_all()
