"""RunningConsumer: a real member of a consumer group, which belongs to its socket."""

from __future__ import annotations

import asyncio

from lessons.web.sockets import event_loop, limits
from lessons.web.sockets.base import PageSocket
from lessons.web.sockets.protocol import CONSUME, Acknowledge, Commit, Grant, Kill, Start, Stop, offsets, parse
from lessons.web.sockets.running_consumer import RunningConsumer

LEAVE_WITHIN_S = 8.0  # Daphne ends an application 10 s after its browser has gone

_TOO_MANY_CONSUMERS = (
    f"{limits.MAX_CONSUMERS} consumers of yours are running, in all tabs and windows together. That is as many as one "
    "seat may have. Stop one, then load this page again."
)

_leaving: set[asyncio.Task[None]] = set()


class ConsumeSocket(PageSocket):
    """One member at a time."""

    _consuming: RunningConsumer | None = None
    _task: asyncio.Task[None] | None = None

    async def hear(self, text: str | None) -> None:
        frame = parse(text, CONSUME)
        if isinstance(frame, Start):
            self._start(frame)
        elif self._consuming is not None:
            match frame:
                case Grant(records=records):
                    self._consuming.grant(records)
                case Acknowledge(positions=positions):
                    self._consuming.acknowledge(offsets(positions))
                case Commit():
                    self._consuming.commit()
                case Stop():
                    self._consuming.stop()
                case Kill():
                    self._consuming.kill()

    def _start(self, wanted: Start) -> None:
        if self._consuming is not None and not self._consuming.is_over:
            words = "A consumer is running on this page. Stop it first; another page can have another one."
            self.tell("problem", words=words, code="RUNNING_ALREADY")
            return
        event_loop.current().consumers.take(self.member, most=limits.MAX_CONSUMERS, words=_TOO_MANY_CONSUMERS)
        self._consuming = RunningConsumer(self.member, wanted, self.outbox.put)
        self._task = asyncio.create_task(self._consuming.run(), name="consuming")
        # Whatever becomes of the socket: the member leaves its group, and the act is settled.
        _leaving.add(self._task)
        self._task.add_done_callback(_leaving.discard)

    async def leave(self) -> None:
        if self._consuming is not None and self._task is not None:
            self._consuming.stop()
            # A server that ends us is ending itself, mostly: the members' own threads see to the rest then (`ending`).
            if not _is_cancelled():
                await asyncio.wait({self._task}, timeout=LEAVE_WITHIN_S)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
