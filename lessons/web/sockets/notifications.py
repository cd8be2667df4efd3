"""A page on which only the news is live."""

from __future__ import annotations

from collections.abc import Mapping

from lessons.web.live.pages import NotificationsPage
from lessons.web.sockets.live import LiveSocket


class NotificationsSocket(LiveSocket):
    def page(self, address: Mapping[str, str]) -> NotificationsPage:
        return NotificationsPage(self.member)
