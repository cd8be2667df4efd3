"""The page itself, kept fresh: the picture of the cluster, the tables, the ticks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.http import Http404

from lessons.classroom.access import get_lesson_for
from lessons.classroom.models import Role
from lessons.web.live.pages import LivePage, SeatPage
from lessons.web.live.renderer import renderer
from lessons.web.sockets.base import NOT_YOURS, PageSocket
from lessons.web.sockets.protocol import ForgedFrame
from lessons.web.sockets.rights import Ground, has_lesson


class LiveSocket(PageSocket):
    """Sends {"type": "parts", "parts": {element id: HTML}} with what has changed, once a second at most and at once
    after an act. The page has nothing to say here."""

    _page: LivePage | None = None
    _stop_drawing: Callable[[], None] | None = None

    async def websocket_connect(self, message: Mapping[str, Any]) -> None:
        await super().websocket_connect(message)
        if self._writer is None:
            return
        try:
            page = await database_sync_to_async(self.page, thread_sensitive=False)(self.scope["url_route"]["kwargs"])
        except Http404:
            await self.close(NOT_YOURS)
            return
        self._page = page
        if self._writer is not None:  # else it has left meanwhile
            self._stop_drawing = renderer().keep_fresh(page, lambda parts: self.tell("parts", parts=parts))

    def page(self, address: Mapping[str, str]) -> LivePage:
        """What is drawn at this address. Raises: Http404 when there is no such page."""
        slug = address.get("lesson_slug")
        internal = parse_qs(self.scope.get("query_string", b"")).get(b"internal") == [b"1"]
        return SeatPage(self.member, get_lesson_for(self.member, slug) if slug else None, internal=internal)

    def grounds(self) -> set[Ground]:
        """A student's lesson stands on being switched on, too; staff see all."""
        lesson = self._page.lesson if isinstance(self._page, SeatPage) and self.member.role == Role.STUDENT else None
        return super().grounds() | ({has_lesson(self.member.klass, lesson)} if lesson else set())

    async def hear(self, text: str | None) -> None:
        raise ForgedFrame("This socket only tells; it has nothing to ask.")

    async def leave(self) -> None:
        if self._stop_drawing is not None:
            self._stop_drawing()
