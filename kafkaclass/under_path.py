"""The site below a path, such as `/kafka/`, of a host that has other sites, too.

A proxy in front of it keeps the path of a request, or takes off what belongs to the proxy. Both are understood, so nothing has
to be set but `KAFKACLASS_PATH`: all addresses of ours begin with it, and what comes without it gets it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]


def as_path(typed: str) -> str:
    """With a slash at its beginning and its end; one alone if there is none."""
    inner = typed.strip("/")
    return f"/{inner}/" if inner else "/"


class UnderPath:
    """In front of pages and sockets."""

    def __init__(self, application: Application, path: str) -> None:
        self._application = application
        self._path = path

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        asked: str = scope["path"]
        if not f"{asked}/".startswith(self._path):
            scope = {**scope, "path": self._path + asked.removeprefix("/")}
        await self._application(scope, receive, send)
