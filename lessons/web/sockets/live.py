"""The page itself, kept fresh. Which pages there are is in `lessons.web.live.registry`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from lessons.classroom.access import NOT_YOURS as NO_SUCH_PAGE
from lessons.classroom.models import Member, User
from lessons.classroom.rights import Ground
from lessons.web.live.base import LivePage
from lessons.web.live.registry import LIVE_PAGES
from lessons.web.sockets import event_loop
from lessons.web.sockets.base import NOT_YOURS, PageSocket
from lessons.web.sockets.protocol import ForgedFrame


class LiveSocket(PageSocket):
    """Sends {"type": "parts", "parts": {element id: HTML}} with what has changed. The page has nothing to say here."""

    _page: LivePage | None = None
    _stop_drawing: Callable[[], None] | None = None

    @property
    def _name(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["page"])

    def door(self, user: User | AnonymousUser, class_slug: str) -> Member:
        row = LIVE_PAGES.get(self._name)
        if row is None:
            raise Http404(NO_SUCH_PAGE)
        return row.door(user, class_slug)

    async def websocket_connect(self, message: Mapping[str, Any]) -> None:
        await super().websocket_connect(message)
        if self._writer is None:
            return
        try:
            open_page = database_sync_to_async(LIVE_PAGES[self._name].page.open, thread_sensitive=False)
            page = await open_page(self.member, self.parameters)
        except Http404:
            await self.close(NOT_YOURS)
            return
        self._page = page
        if self._writer is not None:  # else it has left meanwhile
            renderer = event_loop.current().renderer
            self._stop_drawing = renderer.keep_fresh(page, lambda parts: self.tell("parts", parts=parts))

    def grounds(self) -> set[Ground]:
        return super().grounds() | (self._page.grounds() if self._page else set())

    async def hear(self, text: str | None) -> None:
        raise ForgedFrame("This socket only tells; it has nothing to ask.")

    async def leave(self) -> None:
        if self._stop_drawing is not None:
            self._stop_drawing()
