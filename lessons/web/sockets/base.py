"""What every socket of a page has: a member, an outbox, and an end."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from django.contrib.auth.models import AnonymousUser

from lessons.classroom.access import get_member, member_for_scope
from lessons.classroom.models import Member, User
from lessons.classroom.rights import Ground, is_member
from lessons.cluster.live import frames
from lessons.web.sockets import event_loop, limits
from lessons.web.sockets.limits import TooMany
from lessons.web.sockets.protocol import MAX_FRAME_BYTES, PING, PONG, ForgedFrame

NOT_YOURS = 4404
TOO_MANY_FORGED_FRAMES = 4400
TAKES_NOTHING = 4408
TOO_BIG = 4413
TOO_MANY = 4429

MAX_FORGED_FRAMES = 5
MAX_WAITING_FRAMES = 1000
_TOO_MANY_SOCKETS = (
    f"{limits.MAX_SOCKETS} connections of yours are open, in all tabs and windows together. That is as many as one seat "
    "may have. Close some pages, then load this one again."
)

_log = logging.getLogger(__name__)

Message = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Outbox:
    """Frames on their way to one browser; `put` never blocks, one task sends.

    Daphne's send never waits. Other servers' do, and so frames can pile up here: as many as credit allows, and a few.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[str] = deque()
        self._something = asyncio.Event()
        self.is_full = False

    def put(self, text: str) -> None:
        if len(self._waiting) >= MAX_WAITING_FRAMES:
            self.is_full = True
        else:
            self._waiting.append(text)
        self._something.set()

    async def run(self) -> None:
        """Until it is cancelled, or the browser takes nothing any more, or the server does not take a frame: then nobody
        must go on waiting for what will not come."""
        try:
            await self._write()
        except Exception:
            _log.exception("a frame could not be sent")
        await self._send({"type": "websocket.close", "code": TAKES_NOTHING})

    async def _write(self) -> None:
        while not self.is_full:
            await self._something.wait()
            self._something.clear()
            while self._waiting and not self.is_full:
                await self._send({"type": "websocket.send", "text": self._waiting.popleft()})


class PageSocket(AsyncConsumer):
    """A socket under /ws/c/<class_slug>/. Subclasses say what to do with a frame (`hear`), and how to leave (`leave`).

    `member` is set before the first frame. A socket outlives a change of rights, so `rights` looks again.
    """

    member: Member
    most_bytes = MAX_FRAME_BYTES  # of one frame of the page

    @classmethod
    def kind(cls) -> str:
        """As in its address."""
        return cls.__name__.removesuffix("Socket").lower()

    def door(self, user: User | AnonymousUser, class_slug: str) -> Member:
        """Who may come in, by a door of `lessons.classroom.access`. Raises: Http404."""
        return get_member(user, class_slug)

    @property
    def parameters(self) -> dict[str, str]:
        """Those of the address, as text; the last one of a name."""
        return dict(parse_qsl(self.scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        self.outbox = Outbox(send)
        self._writer: asyncio.Task[None] | None = None
        self._forged = 0
        self._has_place = False
        try:
            await super().__call__(scope, receive, send)
        finally:  # also after an exception, and when the server has ended us
            if self._writer is not None:
                self._writer.cancel()
            if self._has_place:
                event_loop.current().open_sockets[self.kind()] -= 1
                event_loop.current().sockets.give_back(self.member)
                event_loop.current().rights.forget(self)
            await self.leave()

    async def dispatch(self, message: Message) -> None:
        # Channels' own dispatch goes through one thread shared by all sockets first, to close old connections of the
        # database. One slow query there would hold up everybody. Our queries close theirs on threads of their own.
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, _: Message) -> None:
        class_slug = self.scope["url_route"]["kwargs"]["class_slug"]
        member = await member_for_scope(self.scope, class_slug, door=self.door)
        await self.send({"type": "websocket.accept"})
        if member is None:
            await self.close(NOT_YOURS)
            return
        self.member = member
        try:
            event_loop.current().sockets.take(member, most=limits.MAX_SOCKETS, words=_TOO_MANY_SOCKETS)
        except TooMany as refusal:
            await self._turn_away(refusal)
            return
        self._has_place = True
        event_loop.current().open_sockets[self.kind()] += 1
        self._writer = asyncio.create_task(self.outbox.run(), name="outbox")
        event_loop.current().rights.look_after(self)

    async def websocket_receive(self, message: Message) -> None:
        if self._writer is None:
            return  # said before it has heard that it is closed
        text, data = message.get("text"), message.get("bytes")
        if len(data or (text or "").encode(errors="surrogatepass")) > self.most_bytes:
            await self.close(TOO_BIG)
            return
        if text == PING:  # where the server has not answered: see kafkaclass.server
            self.outbox.put(PONG)
            return
        try:
            await self.hear(text)
        except TooMany as refusal:
            await self._turn_away(refusal)
        except ForgedFrame as forged:
            self._forged += 1
            self.tell("problem", words=str(forged), code="FORGED_FRAME")
            if self._forged >= MAX_FORGED_FRAMES:
                await self.close(TOO_MANY_FORGED_FRAMES)

    async def websocket_disconnect(self, _: Message) -> None:
        raise StopConsumer

    async def _turn_away(self, refusal: TooMany) -> None:
        # Not by the outbox: closing does not wait for it.
        text = frames.text("problem", words=str(refusal), code="TOO_MANY")
        await self.send({"type": "websocket.send", "text": text})
        await self.close(TOO_MANY)

    def grounds(self) -> set[Ground]:
        """What must go on being so for this socket to stay open."""
        return {is_member(self.member)}

    async def show_out(self) -> None:
        """The member has lost the right to be here."""
        await self.close(NOT_YOURS)

    async def close(self, code: int) -> None:
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None
            await self.leave()
        await self.send({"type": "websocket.close", "code": code})

    def tell(self, kind: str, **rest: Any) -> None:
        self.outbox.put(frames.text(kind, **rest))

    async def hear(self, text: str | None) -> None:
        """Raises: ForgedFrame, TooMany."""
        raise NotImplementedError

    async def leave(self) -> None:
        """Let everything go. Called once or twice, whatever happened before; also when nobody ever came in."""


class NowhereSocket(PageSocket):
    """Missing and forbidden answer alike. Without it the router raises, and the log has a traceback for each typing error."""

    async def websocket_connect(self, _: Message) -> None:
        await self.send({"type": "websocket.accept"})
        await self.close(NOT_YOURS)
