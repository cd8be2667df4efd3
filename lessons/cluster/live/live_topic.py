"""One watched topic: its ring, its viewers, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from functools import partial
from itertools import count
from typing import Protocol, TypeVar

from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.cluster.live import frames
from lessons.cluster.live.coalescing import Coalescer
from lessons.cluster.live.given import Given
from lessons.cluster.live.history import History, Stretch
from lessons.cluster.live.ring import Entry, Ring
from lessons.cluster.live.start import Start
from lessons.cluster.live.tail import Tail
from lessons.cluster.live.topic_watch import Sighting, TopicWatch
from lessons.cluster.live.viewer import Send, Shared, Viewer
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import offsets

_log = logging.getLogger(__name__)

_epochs = count(1)

T = TypeVar("T")


class Readers(Protocol):
    """What a topic needs of whoever reads Kafka for all topics of the process: the hub."""

    @property
    def topics(self) -> TopicWatch: ...
    @property
    def coalescer(self) -> Coalescer: ...
    @property
    def tail(self) -> Tail: ...
    @property
    def history(self) -> History: ...
    @property
    def given(self) -> Given: ...

    def release(self, live: LiveTopic) -> None: ...
    async def look_up(self, question: Callable[[str], T], full_name: str) -> T: ...


class LiveTopic:
    """Lives in the event loop, as long as it has a viewer.

    `topic_id` None: not found yet. `is_gone`: it was there, and is missing now; its ring is kept until another topic
    has taken the name, because a broker that has just started may have told of an older state.
    """

    def __init__(self, readers: Readers, namespace: Namespace, name: str) -> None:
        self.name = name
        self.full_name = namespace.full(name)
        self.topic_id: str | None = None
        self.is_gone = False
        self.ring = Ring()
        self._namespace = namespace
        self._readers = readers
        self._epoch = next(_epochs)
        self._viewers: dict[Viewer, None] = {}  # in the order in which they came
        self._why: str | None = None  # the frame that says why nothing comes
        self._was_missing = False
        self._opening: asyncio.Task[None] | None = None
        self._flush: asyncio.TimerHandle | None = None
        self._unsubscribe: Callable[[], None] = readers.topics.subscribe(self.full_name, self._seen)

    @property
    def given(self) -> Given:
        return self._readers.given

    # --- viewers ---------------------------------------------------------------------------------------------

    def join(self, start: Start, send: Send) -> Viewer:
        viewer = Viewer(self, start, send)
        self._viewers[viewer] = None
        if self._why:
            send(self._why)
        elif self.topic_id is not None and not self.is_gone:
            self._open_soon()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self._viewers.pop(viewer, None)
        if not self._viewers:
            self._unsubscribe()
            for waiting in (self._opening, self._flush):
                if waiting is not None:
                    waiting.cancel()
            self._readers.release(self)

    def watching(self, positions: Mapping[int, int]) -> str:
        return frames.text("watching", topic=self.name, topic_id=self.topic_id, positions=frames.positions(positions))

    async def read_history(self, ranges: Mapping[int, tuple[int, int]], *, limit: int, patiently: bool) -> Stretch:
        history = self._readers.history
        return await history.read(self._namespace, self.full_name, ranges, limit=limit, patiently=patiently)

    def _tell(self, text: str) -> None:
        for viewer in list(self._viewers):
            viewer.send(text)

    # --- records ---------------------------------------------------------------------------------------------

    def arrived(self, epoch: int, entries: Sequence[Entry]) -> None:
        if epoch != self._epoch:
            return  # of a topic that has had this name before
        if not self.ring.append(entries):
            self._readers.topics.look_now()
        if self._flush is None:
            loop = asyncio.get_running_loop()
            # A lone viewer has nobody to share a frame with: nothing would be gained.
            wait_s = self._readers.coalescer.wait_s(loop.time()) if len(self._viewers) > 1 else 0.0
            if wait_s > 0:
                self._flush = loop.call_later(wait_s, self._send_live)
            else:
                self._send_live()

    def _send_live(self) -> None:
        self._flush = None
        shared: Shared = {}
        sent = sum([viewer.deliver(shared) for viewer in list(self._viewers) if viewer.is_live])
        self._readers.coalescer.spend(asyncio.get_running_loop().time(), sent)

    # --- what becomes of the topic -----------------------------------------------------------------------------

    def _seen(self, sighting: Sighting) -> None:
        if sighting.silent is not None:
            self._silent(sighting.silent)
        elif sighting.topic is None:
            self._missing()
        else:
            self._found(sighting.topic)

    def _silent(self, error: ClusterError) -> None:
        if isinstance(error, KafkaUnavailable):
            self._wait(f"{error} This goes on by itself.")
            return
        answered = self._namespace.strip(error.answered)
        asked = f"Watch the topic {self.name}"
        self._say_why(frames.problem(type(error)(code=error.code, asked=asked, answered=answered, advice=error.advice)))

    def _missing(self) -> None:
        self._was_missing = True
        if self.topic_id is None:
            self._wait(f"There is no topic {self.name} yet. This goes on by itself when it is created.")
        elif not self.is_gone:
            self.is_gone = True
            self._readers.tail.release(self.full_name)
            self._tell(frames.text("topic_deleted", topic=self.name))

    def _found(self, topic: Topic) -> None:
        if self._why:
            self._why = None
            self._tell(frames.text("going_on", topic=self.name))
        if self.topic_id not in (None, topic.topic_id):
            self._begin_anew()
        elif self.is_gone:
            self.is_gone = self._was_missing = False  # the same one after all
            self._follow(self.ring.nexts)
            self._tell(frames.text("going_on", topic=self.name))
        self.topic_id = topic.topic_id
        known = self.ring.starts
        added = {partition.id: 0 for partition in topic.partitions if partition.id not in known}
        if known and added:
            self._follow(added)
            for viewer in self._viewers:
                viewer.add_partitions(added)
        self._open_soon()

    def _begin_anew(self) -> None:
        """Another topic has the name now. It begins at 0, and so do all who watch."""
        if not self.is_gone:
            self._tell(frames.text("topic_deleted", topic=self.name))
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        self.is_gone, self._was_missing = False, True
        self.ring, self._epoch = Ring(), next(_epochs)
        for viewer in self._viewers:
            viewer.start = Start("beginning")
            viewer.forget()

    def _open_soon(self) -> None:
        waiting = [viewer for viewer in self._viewers if not viewer.begun and not viewer.refused]
        if waiting and (self._opening is None or self._opening.done()):
            self._opening = asyncio.create_task(self._open(), name=f"open {self.full_name}", context=Context())

    async def _open(self) -> None:
        """Looks the offsets up, follows the topic from there, and lets those begin who wait."""
        while waiting := [each for each in self._viewers if not each.begun and not each.refused]:
            try:
                spans = await self._readers.look_up(partial(offsets, namespace=self._namespace), self.full_name)
            except KafkaUnavailable as error:
                self._wait(f"{error} This goes on by itself.")
                return  # the next look at the topic tries again
            except ClusterError as error:
                _log.debug("%s could not be opened: %s", self.full_name, error)
                return
            if not self.ring.starts:
                # Created while somebody waited for it: nothing of it is too old for anybody.
                self._follow({partition: 0 if self._was_missing else end for partition, (_, end) in spans.items()})
            for viewer in waiting:
                if self._was_missing:
                    viewer.start = Start("beginning")
                if viewer in self._viewers:
                    viewer.begin(spans)
            self._was_missing = False

    def _follow(self, nexts: Mapping[int, int]) -> None:
        for partition, offset in nexts.items():
            if partition not in self.ring.starts:
                self.ring.open(partition, offset)
        self._readers.tail.follow(self.full_name, self._namespace, epoch=self._epoch, offsets=dict(nexts))

    def _wait(self, words: str) -> None:
        self._say_why(frames.text("waiting", topic=self.name, words=words))

    def _say_why(self, frame: str) -> None:
        if self._why != frame:
            self._why = frame
            self._tell(frame)
