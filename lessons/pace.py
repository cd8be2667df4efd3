"""How fast one seat may act.

Why it is so
------------
Each act holds a thread, and some a broker, for as long as Kafka takes: a script in one browser must not take them from
the class. No person meets these limits, nor does any lesson. They are kept in this process and cost nothing; several web
processes together allow a multiple. Beyond them the app refuses, in words, and no act is stored.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from lessons.cluster.errors import AppRefused
from lessons.models import Member

MOST_ACTS, WITHIN_S = 40, 10.0
MOST_RUNNING = 8


class TooFast(AppRefused):
    """A seat has to wait a little."""


_lock = threading.Lock()
_latest: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MOST_ACTS))  # by the seat's prefix: never reused
_running: Counter[str] = Counter()


def count_act(member: Member, *, asked: str) -> None:
    """One more act of this seat begins. Raises: TooFast."""
    now = time.monotonic()
    with _lock:
        latest = _latest[member.namespace.prefix]
        if len(latest) == MOST_ACTS and now - latest[0] < WITHIN_S:
            words = f"You have done {MOST_ACTS} things within {WITHIN_S:g} s, and that is as many as one seat may."
            raise _too_fast(asked, words, f"Wait {WITHIN_S - (now - latest[0]):.0f} s, and do it again.")
        latest.append(now)


@contextmanager
def running_act(member: Member, *, asked: str) -> Iterator[None]:
    """While one of this seat's acts runs. Raises: TooFast."""
    seat = member.namespace.prefix
    with _lock:
        if _running[seat] >= MOST_RUNNING:
            words = f"{MOST_RUNNING} acts of yours are running, and that is as many as one seat may have at once."
            raise _too_fast(asked, words, "Wait until one has its answer, and do it again.")
        _running[seat] += 1
    try:
        yield
    finally:
        with _lock:
            _running[seat] -= 1
            if not _running[seat]:
                del _running[seat]


def _too_fast(asked: str, words: str, advice: str) -> TooFast:
    return TooFast(code="TOO_FAST", asked=asked, answered=f"{words} Nothing was done.", advice=advice)
