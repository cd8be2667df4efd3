"""The class's room, kept fresh for those who teach it or grade it."""

from __future__ import annotations

from collections.abc import Mapping

from lessons.classroom.access import get_staff
from lessons.web.live.room import RoomPage
from lessons.web.sockets.live import LiveSocket


class RoomSocket(LiveSocket):
    door = staticmethod(get_staff)

    def page(self, address: Mapping[str, str]) -> RoomPage:
        return RoomPage(self.member)
