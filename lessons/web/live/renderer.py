"""Drawing all open pages of a process by a few threads.

Why it is so: most pages see nothing new most seconds, and to find that out takes 10 µs. A way to a thread and back for
each of them costs 0.5 ms, which for three hundred pages is a fifth of a core. So they go in batches. A batch ends when it
has taken long, for one page may be waiting for Kafka; the rest of it goes with the next one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import OperationalError

from lessons.cluster import snapshots
from lessons.cluster.snapshots import Snapshot
from lessons.web.live import echo
from lessons.web.live.pages import LivePage

PAINTERS = 2
MOST_PAGES = 50  # in a batch
LONGEST_S = 0.05  # a batch, but for its last page

Parts = dict[str, str]
Told = Callable[[Parts], None]
Batch = Mapping[LivePage, tuple[Snapshot, Told]]

_threads = ThreadPoolExecutor(max_workers=PAINTERS, thread_name_prefix="live-page")
_log = logging.getLogger(__name__)


class Renderer:
    """Belongs to one event loop. A page is drawn with its latest picture, and by one thread at a time."""

    def __init__(self) -> None:
        self._waiting: dict[LivePage, tuple[Snapshot, Told]] = {}
        self._at_work: set[LivePage] = set()
        self._painters: set[asyncio.Task[None]] = set()

    def keep_fresh(self, page: LivePage, told: Told) -> Callable[[], None]:
        """`told` is called in the event loop with the parts that have changed. Returns the way out."""
        loop, is_open = asyncio.get_running_loop(), True

        def want(picture: Snapshot) -> None:
            if is_open:
                self._waiting[page] = (picture, tell)  # in the place of an older picture
                self._paint_soon()

        def tell(parts: Parts) -> None:
            if is_open:
                told(parts)

        def close() -> None:
            nonlocal is_open
            if not is_open:  # a socket may leave twice
                return
            is_open = False
            unsubscribe()
            stop_following()
            self._waiting.pop(page, None)

        def hand_over(picture: Snapshot) -> None:
            loop.call_soon_threadsafe(want, picture)

        unsubscribe = snapshots.service.subscribe(hand_over, seat=page.member.namespace)
        stop_following = echo.follow(page.member)
        return close

    def _paint_soon(self) -> None:
        if len(self._painters) < PAINTERS:
            painter = asyncio.create_task(self._paint(), name="painting")
            self._painters.add(painter)
            painter.add_done_callback(self._painters.discard)

    async def _paint(self) -> None:
        while batch := self._next_batch():
            try:
                drawn = await database_sync_to_async(_draw, thread_sensitive=False, executor=_threads)(batch)
            finally:
                self._at_work -= batch.keys()
            for page, order in batch.items():
                if page not in drawn:
                    self._waiting.setdefault(page, order)
                elif drawn[page]:
                    order[1](drawn[page])

    def _next_batch(self) -> Batch:
        free = (page for page in self._waiting if page not in self._at_work)
        batch = {page: self._waiting.pop(page) for page in list(islice(free, MOST_PAGES))}
        self._at_work |= batch.keys()
        return batch


def _draw(batch: Batch) -> dict[LivePage, Parts]:
    """What has changed on each page that was looked at."""
    drawn: dict[LivePage, Parts] = {}
    until = time.monotonic() + LONGEST_S
    for page, (picture, _) in batch.items():
        drawn[page] = _changes(page, picture)
        if time.monotonic() > until:
            break
    return drawn


def _changes(page: LivePage, picture: Snapshot) -> Parts:
    try:
        return page.changes(picture)
    except OperationalError:
        _log.warning("the database was busy; the page is drawn with the next picture")
    except Exception:  # one bad picture must not leave the page with an old one for ever
        _log.exception("a page could not be drawn; the next picture tries again")
    return {}


_renderers: WeakKeyDictionary[asyncio.AbstractEventLoop, Renderer] = WeakKeyDictionary()


def renderer() -> Renderer:
    """The one of the running event loop."""
    return _renderers.setdefault(asyncio.get_running_loop(), Renderer())
