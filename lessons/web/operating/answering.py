"""The ASGI application in front of the pages: it answers what machines ask, and leaves the rest to Django."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lessons.web.operating import metrics
from lessons.web.operating.probes import Readiness, healthy
from lessons.web.operating.reply import Reply

Application = Callable[[Any, Any, Any], Awaitable[None]]
Answer = Callable[[Mapping[str, Any]], Awaitable[Reply]]


class Operating:
    """Nothing that it answers is logged, kept by a cache, or has a cookie."""

    def __init__(self, pages: Application, readiness: Readiness | None = None) -> None:
        self._pages = pages
        self._answers: dict[str, Answer] = {
            "/healthz": healthy,
            "/readyz": readiness or Readiness(),
            "/metrics": metrics.answer,
        }

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        answer = self._answers.get(scope["path"])
        if answer is None:
            await self._pages(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            refusal = Reply(405, "This address is only read: GET or HEAD.\n", headers=((b"allow", b"GET, HEAD"),))
            await refusal.send(scope, send)
        else:
            await (await answer(scope)).send(scope, send)
