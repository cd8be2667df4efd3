"""Draws the open pages of a process by a few threads.

Why it is so: to find out that a page has nothing new takes 10 µs, and a way to a thread and back 0.5 ms. So pages go in
batches. A batch ends when it has taken long; the rest of it goes with the next one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from itertools import islice
from weakref import WeakSet

from channels.db import database_sync_to_async
from django.db import OperationalError

from lessons.classroom.changes import Changed
from lessons.classroom.process import Process
from lessons.cluster.snapshot import Snapshot
from lessons.web.live.base import LivePage
from lessons.web.live.feed_follower import FeedFollowers

_log = logging.getLogger(__name__)

HtmlById = dict[str, str]
Told = Callable[[HtmlById], None]


@dataclass(frozen=True)
class RendererSettings:
    """`pages`: in a batch. `longest_s`: a batch, but for its last page."""

    threads: int = 2
    pages: int = 50
    longest_s: float = 0.05
    again_s: float = 1.0  # after it could not be drawn


@dataclass(frozen=True)
class _Order:
    """A page is to be drawn, with the latest snapshot that it was told."""

    snapshot: Snapshot
    told: Told


class Renderer:
    """Belongs to one event loop. A page is drawn by one thread at a time, and once for all that was new meanwhile."""

    def __init__(self, process: Process, followers: FeedFollowers, settings: RendererSettings | None = None) -> None:
        self._process = process
        self._followers = followers
        self._settings = settings or RendererSettings()
        self._threads = ThreadPoolExecutor(self._settings.threads, thread_name_prefix="live-page")
        self._waiting: dict[LivePage, _Order] = {}
        self._at_work: set[LivePage] = set()
        self._forgotten: WeakSet[LivePage] = WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()

    def keep_fresh(self, page: LivePage, told: Told) -> Callable[[], None]:
        """`told` is called in the event loop with the parts that have changed. Returns the way out."""
        open_page = _OpenPage(self, self._process, self._followers, page, told)
        return open_page.close

    def draw_soon(self, page: LivePage, snapshot: Snapshot, told: Told) -> None:
        self._order(page, _Order(snapshot, told))

    def _order(self, page: LivePage, order: _Order) -> None:
        self._waiting[page] = order
        if len(self._tasks) < self._settings.threads:
            task = asyncio.create_task(self._draw_all(), name="renderer", context=Context())  # of many pages
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def forget(self, page: LivePage) -> None:
        self._waiting.pop(page, None)
        self._forgotten.add(page)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _draw_all(self) -> None:
        while batch := self._next_batch():
            try:
                draw = database_sync_to_async(self._draw, thread_sensitive=False, executor=self._threads)
                drawn = await draw(batch)
            finally:
                self._at_work -= batch.keys()
            for page, order in batch.items():
                if page not in drawn:
                    self._waiting.setdefault(page, order)
                elif (parts := drawn[page]) is None:
                    asyncio.get_running_loop().call_later(self._settings.again_s, self._again, page, order)
                elif parts:
                    order.told(parts)

    def _again(self, page: LivePage, order: _Order) -> None:
        if page not in self._waiting and page not in self._forgotten:
            self._order(page, order)

    def _next_batch(self) -> dict[LivePage, _Order]:
        free = (page for page in self._waiting if page not in self._at_work)
        batch = {page: self._waiting.pop(page) for page in list(islice(free, self._settings.pages))}
        self._at_work |= batch.keys()
        return batch

    def _draw(self, batch: Mapping[LivePage, _Order]) -> dict[LivePage, HtmlById | None]:
        """What has changed on each page that there was time for; None where it could not be drawn."""
        drawn: dict[LivePage, HtmlById | None] = {}
        until = time.monotonic() + self._settings.longest_s
        for page, order in batch.items():
            drawn[page] = _changes(page, order.snapshot)
            if time.monotonic() > until:
                break
        return drawn


class _OpenPage:
    """One page that is kept fresh: what it is told of, and the way out."""

    def __init__(
        self, renderer: Renderer, process: Process, followers: FeedFollowers, page: LivePage, told: Told
    ) -> None:
        self._renderer = renderer
        self._page = page
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._snapshot: Snapshot | None = None
        self._is_open = True
        self._drawn_s = float("-inf")
        self._gathers_until_s = 0.0
        self._later: asyncio.TimerHandle | None = None
        member = page.member
        listen, changes = self._hear_in_thread, process.changes
        of_seat = member.namespace if page.of_seat else None
        self._ways_out = [
            changes.listen_to_member(member, listen)
            if page.of_seat
            else changes.listen_to_class(member.klass_id, listen),
            followers.follow(member),
            process.snapshots.subscribe(
                self._see_in_thread, seat=of_seat, wants_groups=page.wants_groups, wants_readable=page.wants_readable
            ),
        ]
        page.opened()

    def close(self) -> None:
        """A socket may leave twice."""
        if self._is_open:
            self._is_open = False
            for way_out in self._ways_out:
                way_out()
            self._renderer.forget(self._page)
            self._page.closed()

    def _hear_in_thread(self, changed: Changed) -> None:
        if self._page.note(changed):
            self._in_loop(None)

    def _see_in_thread(self, snapshot: Snapshot) -> None:
        self._in_loop(snapshot)

    def _in_loop(self, snapshot: Snapshot | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._draw_soon, snapshot)
        except RuntimeError:  # the loop was closed with pages in it: the process or a test has ended
            self._is_open = False

    def _draw_soon(self, snapshot: Snapshot | None) -> None:
        self._snapshot = snapshot or self._snapshot
        if not self._is_open or self._snapshot is None or self._later is not None:
            return
        wait_s = max(self._page.gathers_s, self._drawn_s + self._page.min_gap_s - self._loop.time())
        self._gathers_until_s = self._loop.time() + self._page.gathers_at_most_s
        self._later = self._loop.call_later(wait_s, self._draw)

    def _draw(self) -> None:
        if self._is_open and self._page.awaits_more() and self._loop.time() < self._gathers_until_s:
            self._later = self._loop.call_later(self._page.gathers_s / 4, self._draw)
            return
        self._later, self._drawn_s = None, self._loop.time()
        if self._is_open and self._snapshot is not None:
            self._renderer.draw_soon(self._page, self._snapshot, self._tell)

    def _tell(self, parts: HtmlById) -> None:
        if self._is_open:
            self._told(parts)


def _changes(page: LivePage, snapshot: Snapshot) -> HtmlById | None:
    try:
        return page.changes(snapshot)
    except OperationalError:
        _log.warning("the database was busy; the page is drawn again soon")
    except Exception:  # one bad drawing must not leave the page with an old one for ever
        _log.exception("a page could not be drawn; it is drawn again soon")
    return None
