"""What one event loop of the process has for its sockets, made in one place. A web process has one loop."""

from __future__ import annotations

import asyncio
from collections import Counter

from lessons.classroom import process
from lessons.cluster.live import Hub
from lessons.web.live.feed_follower import FeedFollowers
from lessons.web.live.renderer import Renderer
from lessons.web.sockets.limits import Places
from lessons.web.sockets.rights import RightsWatch


class EventLoop:
    def __init__(self) -> None:
        here = process.current()
        self.hub = Hub()
        self.followers = FeedFollowers(self.hub, here.changes)
        self.renderer = Renderer(here, self.followers)
        self.rights = RightsWatch()
        self.sockets = Places()
        self.consumers = Places()
        self.programs = Places()  # their clients
        self.open_sockets: Counter[str] = Counter()  # by their kind
        self.consumed = 0  # records that consumers were given


_loops: dict[asyncio.AbstractEventLoop, EventLoop] = {}


def current() -> EventLoop:
    """That of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _loops:
        for closed in [each for each in _loops if each.is_closed()]:  # a test's
            del _loops[closed]
        _loops[loop] = EventLoop()
    return _loops[loop]
