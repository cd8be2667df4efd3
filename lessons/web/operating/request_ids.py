"""Each request and each socket has an id, which is in all that is logged while it is served, and in its answer's headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from kafkaclass.logs import request_id

Application = Callable[[Any, Any, Any], Awaitable[None]]

HEADER = b"x-request-id"
# Whoever asks may choose it, such as a proxy that logs it as well; nothing but this gets into the log.
_WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_ANSWERS = ("http.response.start", "websocket.accept")


class RequestIds:
    """In front of everything. The server has a task for each request, so the id is gone with it."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        own = _id_of(scope.get("headers", ()))
        request_id.set(own)

        async def send_with_id(message: Mapping[str, Any]) -> None:
            if message["type"] in _ANSWERS:
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, own.encode())]}
            await send(message)

        await self._application(scope, receive, send_with_id)


def _id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    given = [value for name, value in headers if name.lower() == HEADER]
    if len(given) == 1 and _WELL_FORMED.fullmatch(given[0]):
        return given[0].decode("ascii")
    return secrets.token_hex(6)
