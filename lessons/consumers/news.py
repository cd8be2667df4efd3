"""A page on which only the news is live."""

from __future__ import annotations

from collections.abc import Mapping

from lessons.consumers.live import LiveSocket
from lessons.views.live import NewsPage


class NewsSocket(LiveSocket):
    def page(self, address: Mapping[str, str]) -> NewsPage:
        return NewsPage(self.member)
