"""Looks again whether those who have a socket open may still have it.

Why it is so: a socket is let in once and then lives for hours. Somebody who was removed, became something else in the
class, or signed out, must not go on reading. One query for all sockets of the process costs the same for one page as for
three hundred, where a question for each socket would not.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context
from typing import Any, Protocol

from channels.db import database_sync_to_async
from django.db import Error

from lessons.classroom.rights import Ground, still_there

LOOK_AGAIN_S = 3.0  # with the look itself, a stream stops within 5 s

_log = logging.getLogger(__name__)


class GuardedSocket(Protocol):
    """A socket that lasts for as long as its grounds do."""

    scope: dict[str, Any]

    def grounds(self) -> set[Ground]: ...
    async def show_out(self) -> None: ...


class RightsWatch:
    """Belongs to one event loop; runs while there is a socket to look after."""

    def __init__(self) -> None:
        self._sockets: dict[GuardedSocket, str | None] = {}  # with the key of the session by which each came in
        self._task: asyncio.Task[None] | None = None
        self._is_showing_out = False

    def look_after(self, socket: GuardedSocket) -> None:
        self._sockets[socket] = _session_of(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="rights", context=Context())  # of no one request

    def forget(self, socket: GuardedSocket) -> None:
        self._sockets.pop(socket, None)
        if self._is_showing_out:  # the watch itself, which would be cut off halfway; it ends by itself
            return
        if not self._sockets and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            try:
                await self._look()
            except Error:
                _log.warning("the database was busy; rights are looked at again in %g s", LOOK_AGAIN_S)
            except Exception:  # of one socket: the others are looked after all the same
                _log.exception("rights could not be looked at; they are again in %g s", LOOK_AGAIN_S)
            if not self._sockets:
                return

    async def _look(self) -> None:
        known = [(socket, socket.grounds(), session) for socket, session in self._sockets.items()]
        ask = database_sync_to_async(still_there, thread_sensitive=False)
        asked = {ground for _, grounds, _ in known for ground in grounds}
        firm, sessions = await ask(asked, {key for *_, key in known if key})
        lost = [
            socket for socket, grounds, session in known if not grounds <= firm or (session and session not in sessions)
        ]
        for socket in lost:
            self._sockets.pop(socket, None)
        self._is_showing_out = True
        try:
            ends = await asyncio.gather(*(socket.show_out() for socket in lost), return_exceptions=True)
        finally:
            self._is_showing_out = False
        for error in ends:
            if isinstance(error, BaseException):
                _log.error("a socket was not closed", exc_info=error)


def _session_of(socket: GuardedSocket) -> str | None:
    """The key of the session by which this socket came in; None where there are no sessions."""
    session: Any = socket.scope.get("session")
    return session.session_key if session is not None else None
