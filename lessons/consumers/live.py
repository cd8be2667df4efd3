"""The page itself, kept fresh: the picture of the cluster, the tables, the ticks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.db import OperationalError
from django.http import Http404

from lessons.access import get_lesson_for
from lessons.cluster import snapshot
from lessons.cluster.snapshot import Snapshot
from lessons.consumers.base import NOT_YOURS, PageSocket
from lessons.consumers.protocol import ForgedFrame
from lessons.views.live import LivePage, SeatPage

# All pages of this process are drawn by these few threads: a class of three hundred must not need three hundred.
_painters = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-page")

_log = logging.getLogger(__name__)


class LiveSocket(PageSocket):
    """Sends {"type": "parts", "parts": {element id: HTML}} with what has changed, once a second at most and at once
    after an act. The page has nothing to say here."""

    _task: asyncio.Task[None] | None = None

    async def websocket_connect(self, message: Mapping[str, Any]) -> None:
        await super().websocket_connect(message)
        if self._writer is None:
            return
        try:
            page = await database_sync_to_async(self.page, thread_sensitive=False)(self.scope["url_route"]["kwargs"])
        except Http404:
            await self.close(NOT_YOURS)
            return
        self._task = asyncio.create_task(self._show(page), name="live")

    def page(self, address: Mapping[str, str]) -> LivePage:
        """What is drawn at this address. Raises: Http404 when there is no such page."""
        slug = address.get("lesson_slug")
        internal = parse_qs(self.scope.get("query_string", b"")).get(b"internal") == [b"1"]
        return SeatPage(self.member, get_lesson_for(self.member, slug) if slug else None, internal=internal)

    async def _show(self, page: LivePage) -> None:
        loop, taken = asyncio.get_running_loop(), asyncio.Queue[Snapshot](maxsize=1)

        def take(picture: Snapshot) -> None:
            """The latest only: whoever is slow sees fewer pictures, not older ones."""
            if taken.full():
                taken.get_nowait()
            taken.put_nowait(picture)

        def hand_over(picture: Snapshot) -> None:
            loop.call_soon_threadsafe(take, picture)

        draw = database_sync_to_async(page.changes, thread_sensitive=False, executor=_painters)
        unsubscribe = snapshot.service.subscribe(hand_over, seat=page.member.namespace)
        try:
            while True:
                try:
                    if parts := await draw(await taken.get()):
                        self.tell("parts", parts=parts)
                except OperationalError:
                    _log.warning("the database was busy; the page is drawn with the next picture")
                except Exception:  # one bad picture must not leave the page with an old one for ever
                    _log.exception("a page could not be drawn; the next picture tries again")
        finally:
            unsubscribe()

    async def hear(self, text: str | None) -> None:
        raise ForgedFrame("This socket only tells; it has nothing to ask.")

    async def leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
