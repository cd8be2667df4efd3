"""Watching: a topic as it grows. Joins no group; one reader in the process serves all pages."""

from __future__ import annotations

from lessons.cluster.errors import AppRefused
from lessons.cluster.live import Start, Viewer, frames, hub
from lessons.cluster.namespace import Namespace
from lessons.web.sockets.base import PageSocket
from lessons.web.sockets.protocol import WATCH, Grant, Stop, Watch, offsets, parse


class WatchSocket(PageSocket):
    """One topic at a time, of the member's own namespace."""

    _viewer: Viewer | None = None

    @property
    def namespace(self) -> Namespace:
        return self.member.namespace

    def topic(self, wanted: Watch) -> str:
        return wanted.topic

    async def hear(self, text: str | None) -> None:
        match parse(text, WATCH):
            case Watch() as wanted:
                await self.leave()
                self._watch(wanted)
            case Grant(records=records):
                if self._viewer is not None:
                    self._viewer.grant(records)
            case Stop():
                await self.leave()

    def _watch(self, wanted: Watch) -> None:
        at = offsets(wanted.at) if isinstance(wanted.at, dict) else wanted.at
        start = Start(at, topic_id=wanted.topic_id)
        try:
            self._viewer = hub().watch(self.namespace, self.topic(wanted), start=start, send=self.outbox.put)
        except AppRefused as refusal:
            self.outbox.put(frames.problem(refusal))

    async def leave(self) -> None:
        if self._viewer is not None:
            self._viewer.close()
            self._viewer = None
