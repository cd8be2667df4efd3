"""A browser's tab on a socket, as an ASGI server shows it to the application. It can vanish, crash, and be slow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from channels.routing import URLRouter

from lessons.web.routing import socket_routes
from tests.waiting import PATIENCE_S

application = URLRouter(socket_routes)


class Tab:
    """`frames` is what has come; `code` is how it was closed."""

    def __init__(
        self, path: str, user: object, *, takes_frames: asyncio.Event | None = None, session: object = None
    ) -> None:
        self.frames: list[dict[str, Any]] = []
        self.accepted = False
        self.code: int | None = None
        self._takes_frames = takes_frames
        self._said: asyncio.Queue[Mapping[str, Any] | Exception] = asyncio.Queue()
        self._came = asyncio.Event()
        path, _, query = path.partition("?")
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "user": user,
            "session": session,
            "subprotocols": [],
            "headers": [],
        }
        self._said.put_nowait({"type": "websocket.connect"})
        self.application = asyncio.create_task(application(scope, self._receive, self._send))

    async def _receive(self) -> Mapping[str, Any]:
        said = await self._said.get()
        if isinstance(said, Exception):
            raise said
        return said

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self._takes_frames is not None and message["type"] == "websocket.send":
            await self._takes_frames.wait()
        match message["type"]:
            case "websocket.accept":
                self.accepted = True
            case "websocket.close":
                self.code = message["code"]
            case "websocket.send":
                self.frames.append(json.loads(message["text"]))
        self._came.set()

    def say(self, kind: str, **rest: Any) -> None:
        self.say_text(json.dumps({"type": kind, **rest}))

    def say_text(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, data: bytes) -> None:
        self._said.put_nowait({"type": "websocket.receive", "bytes": data})

    async def close(self) -> None:
        """The browser says goodbye, or the server says it for one that was cut off."""
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.until_ended()

    async def crash(self) -> None:
        """Something breaks below the socket, so that nobody says `websocket.disconnect` to it."""
        self._said.put_nowait(ConnectionError("the server lost it"))
        await asyncio.wait({self.application}, timeout=PATIENCE_S)
        assert isinstance(self.application.exception(), ConnectionError)

    async def kill(self) -> None:
        """The server ends the application."""
        self.application.cancel()
        await asyncio.wait({self.application}, timeout=PATIENCE_S)

    async def until_ended(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.application

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._came.clear()
                await self._came.wait()

    async def until_kind(self, kind: str, *, times: int = 1) -> dict[str, Any]:
        await self.until(lambda: self.kinds.count(kind) >= times)
        return self.last(kind)

    async def until_rows(self, number: int) -> None:
        await self.until(lambda: len(self.rows) >= number)

    @property
    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    @property
    def records(self) -> list[dict[str, Any]]:
        return [record for frame in self.frames if frame["type"] == "records" for record in frame["records"]]

    @property
    def rows(self) -> list[tuple[int, int]]:
        return [(record["partition"], record["offset"]) for record in self.records]

    def last(self, kind: str) -> dict[str, Any]:
        return [frame for frame in self.frames if frame["type"] == kind][-1]
