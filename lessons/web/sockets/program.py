"""A page's program and its clients: what it calls is run here, on the real cluster, as its seat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lessons.classroom.programs import ProgramActs, open_client
from lessons.web.sockets import event_loop, limits
from lessons.web.sockets.base import PageSocket
from lessons.web.sockets.limits import TooMany
from lessons.web.sockets.program_clients import CLOSED, ClientOfPage
from lessons.web.sockets.program_protocol import (
    MAX_FRAME_BYTES,
    PROGRAM,
    Call,
    Close,
    Consumed,
    Flush,
    Grant,
    Handled,
    Open,
    Produce,
)
from lessons.web.sockets.protocol import ForgedFrame, parse

MOST_WAITING = 200  # frames of one client
LEAVE_WITHIN_S = 8.0
SETTLE_EVERY_S = 0.2

_TOO_MANY = (
    f"{limits.MAX_CLIENTS} clients of your programs are open, on all pages together. That is as many as one seat may have. "
    "Close some with close() or del, or restart Python."
)
# Calls wait for Kafka on these. A program makes one call at a time.
_threads = ThreadPoolExecutor(64, thread_name_prefix="program")
_log = logging.getLogger(__name__)
_leaving: set[asyncio.Task[None]] = set()


class ProgramSocket(PageSocket):
    """A client's frames are taken in their order, one after the other; clients do not wait for each other."""

    most_bytes = MAX_FRAME_BYTES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[int, ClientOfPage] = {}
        self._acts: ProgramActs | None = None
        self._settling: asyncio.Task[None] | None = None

    async def hear(self, text: str | None) -> None:
        frame = parse(text, PROGRAM)
        if isinstance(frame, Open):
            self._open(frame)
            return
        client = self._clients.get(frame.client)
        if client is None:
            if isinstance(frame, Call | Close):
                self._answer(frame.id, {"error": CLOSED})
            return
        if client.waiting >= MOST_WAITING:
            raise ForgedFrame("So many frames wait for this client that no page of ours would send another one.")
        match frame:
            case Call(id=call_id, name=name, args=args):
                client.call(call_id, name, args)
            case Close(id=call_id):
                client.close(call_id, afterwards=lambda: self._forget(frame.client))
            case Produce(records=records):
                client.produce([each.outgoing() for each in records])
                self._see_to_acts()
            case Flush():
                client.flush()
            case Consumed(positions=positions):
                client.consumed(positions)
            case Grant(records=records):
                client.grant(records)
            case Handled():
                client.handled()

    def _open(self, frame: Open) -> None:
        if frame.client in self._clients:
            raise ForgedFrame("There is a client of this number.")
        try:
            event_loop.current().programs.take(self.member, most=limits.MAX_CLIENTS, words=_TOO_MANY)
        except TooMany as refusal:
            self._answer(frame.id, {"error": {"raises": "RuntimeError", "text": str(refusal)}})
            return
        self._acts = self._acts or ProgramActs(self.member, self.parameters.get("lesson", "")[:40])
        client = self._clients[frame.client] = ClientOfPage(self.member.namespace, self._answer, _threads)
        acts, tell = self._acts, self._teller(frame.client)
        make = lambda: open_client(frame.kind, frame.config, acts, tell)  # noqa: E731
        client.open(frame.id, make, failed=lambda: self._forget(frame.client))

    def _forget(self, number: int) -> None:
        if self._clients.pop(number, None) is not None:
            event_loop.current().programs.give_back(self.member)

    def _teller(self, number: int) -> Callable[..., None]:
        loop = asyncio.get_running_loop()

        def tell(kind: str, **rest: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(lambda: self.tell(kind, client=number, **rest))

        return tell

    def _answer(self, call_id: int, answer: dict[str, Any]) -> None:
        self.tell("answer", id=call_id, **answer)

    def _see_to_acts(self) -> None:
        if self._acts is not None and (self._settling is None or self._settling.done()):
            self._settling = asyncio.create_task(self._settle(self._acts), name="settle-sent")

    async def _settle(self, acts: ProgramActs) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SETTLE_EVERY_S)
            is_waiting = any(client.waiting for client in self._clients.values())
            try:
                is_left = await loop.run_in_executor(_threads, acts.settle)
            except Exception:
                _log.exception("what a program sent is not stored")
                is_left = True
            if not is_left and not is_waiting:
                return

    async def leave(self) -> None:
        acts, self._acts = self._acts, None
        if acts is None:
            return
        task = asyncio.create_task(self._leave(acts), name="program-leaves")
        _leaving.add(task)
        task.add_done_callback(_leaving.discard)
        await asyncio.wait({task}, timeout=LEAVE_WITHIN_S)

    async def _leave(self, acts: ProgramActs) -> None:
        await asyncio.gather(*(client.leave() for client in self._clients.values()), return_exceptions=True)
        for number in list(self._clients):
            self._forget(number)
        if self._settling is not None:
            self._settling.cancel()
        await asyncio.get_running_loop().run_in_executor(_threads, lambda: acts.settle(everything=True))
