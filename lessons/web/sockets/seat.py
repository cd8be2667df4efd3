"""A student's lesson as that student sees it, on the sockets of those who teach or grade. They draw, and do nothing else:
nothing is checked, settled or sent in the student's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.db import database_sync_to_async
from django.http import Http404

from lessons.classroom.access import get_lesson_for, get_present_seat, get_staff
from lessons.classroom.models import Member
from lessons.cluster.namespace import Namespace
from lessons.web.live.seat_lesson import SeenPage
from lessons.web.sockets.base import NOT_YOURS, PageSocket
from lessons.web.sockets.live import LiveSocket
from lessons.web.sockets.rights import Ground, is_member
from lessons.web.sockets.watch import WatchSocket


class OfASeat(PageSocket):
    """A socket under /ws/c/<class_slug>/seats/<seat_slug>/. `seat` is set before the first frame is heard."""

    door = staticmethod(get_staff)
    seat: Member | None = None

    async def websocket_connect(self, message: Mapping[str, Any]) -> None:
        await super().websocket_connect(message)
        if self._writer is None:
            return
        seat_slug = self.scope["url_route"]["kwargs"]["seat_slug"]
        try:
            look_up = database_sync_to_async(get_present_seat, thread_sensitive=False)
            self.seat = await look_up(self.member, seat_slug)
        except Http404:
            await self.close(NOT_YOURS)

    def grounds(self) -> set[Ground]:
        return super().grounds() | ({is_member(self.seat)} if self.seat else set())


class SeatWatchSocket(OfASeat, WatchSocket):
    """A topic of the seat's namespace."""

    @property
    def namespace(self) -> Namespace:
        assert self.seat is not None
        return self.seat.namespace


class SeatLiveSocket(LiveSocket):
    """The lesson's parts; also the acts' cards, with the answers that the student has had."""

    door = staticmethod(get_staff)
    seat: Member | None = None

    def page(self, address: Mapping[str, str]) -> SeenPage:
        self.seat = get_present_seat(self.member, address["seat_slug"])
        return SeenPage(self.seat, get_lesson_for(self.member, address["lesson_slug"]))

    def grounds(self) -> set[Ground]:
        return super().grounds() | ({is_member(self.seat)} if self.seat else set())
