"""Ask an ASGI application, as a server does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.waiting import PATIENCE_S

HERE = ("127.0.0.1", 50_000)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


async def ask(
    application: Any,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    client: tuple[str, int] | None = HERE,
) -> Answer:
    sent: list[Mapping[str, Any]] = []
    to_come: list[Mapping[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]
    path, _, query = path.partition("?")
    named = {"host": "localhost:8000", **(headers or {})}
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "client": client, "server": ("127.0.0.1", 8000),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()],
    }  # fmt: skip
    is_answered = asyncio.Event()

    async def receive() -> Mapping[str, Any]:
        if to_come:
            return to_come.pop()
        await is_answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(PATIENCE_S):
        await application(scope, receive, send)
    is_answered.set()
    begun, *bodies = sent
    text = b"".join(each.get("body", b"") for each in bodies).decode()
    return Answer(begun["status"], {n.decode().lower(): v.decode() for n, v in begun["headers"]}, text)
