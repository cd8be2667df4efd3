"""For scripts that watch exercises: each time one asks, it counts as an open page for a few seconds.

Why it is so
------------
What a program on a laptop did only a snapshot shows, and snapshots are compared for seats with an open page alone. A script
asks again and again, of whichever web process takes its question, and never says goodbye. So each question keeps the seat
open for a little longer than it takes until the next one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from lessons.classroom.models import Member
from lessons.course.loader import Lesson

LASTS_S = 10.0

Open = Callable[[Member, Lesson], Callable[[], None]]


@dataclass
class _Watch:
    until: float
    close: Callable[[], None]


class Watching:
    """For any thread. `open` is that of the pool of checks: it returns the way out."""

    def __init__(self, open_page: Open, *, lasts_s: float = LASTS_S) -> None:
        self._open = open_page
        self._lasts_s = lasts_s
        self._lock = threading.Lock()
        self._watches: dict[tuple[int, str], _Watch] = {}
        self._timer: threading.Timer | None = None

    def go_on(self, member: Member, lesson: Lesson) -> None:
        """Somebody watches this lesson's exercises of this seat."""
        key, until = (member.pk, lesson.slug), time.monotonic() + self._lasts_s
        with self._lock:
            if (watch := self._watches.get(key)) is not None:
                watch.until = until
                return
            self._watches[key] = _Watch(until, self._open(member, lesson))
            self._look_again()

    def close(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._end(float("inf"))

    def _look(self) -> None:
        with self._lock:
            self._timer = None
            self._end(time.monotonic())
            if self._watches:
                self._look_again()

    def _look_again(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._lasts_s / 2, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _end(self, now: float) -> None:
        for key in [key for key, watch in self._watches.items() if watch.until <= now]:
            self._watches.pop(key).close()
