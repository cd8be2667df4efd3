"""How fast one seat may act, and how much of the class's record it may fill.

Why it is so
------------
Each act holds a thread, and some a broker, for as long as Kafka takes: a script in one browser must not take them from
the class. No person meets these limits, nor does any lesson. They are kept in this process and cost nothing; several web
processes together allow a multiple. Beyond them the app refuses, in words, and no act is stored.

An act may be as large as a request, so that Kafka is the one who refuses a record that is too large. All acts are kept,
and some pages read all of a seat's: 4 MB a second would fill the disk in a lesson, and the memory with one download.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Sum, TextField
from django.db.models.functions import Cast, Length

from lessons.classroom.models import Member
from lessons.cluster.errors import AppRefused

MOST_ACTS, WITHIN_S = 40, 10.0
MOST_RUNNING = 8
LARGE_BYTES = 4096  # smaller acts are always taken
MOST_STORED_BYTES = 32 * 1024 * 1024  # of all large acts of a seat


class TooFast(AppRefused):
    """A seat has to wait a little."""


class TooMuch(TooFast):
    """A seat has filled its part of the record."""


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


def weigh_act(member: Member, fields: Mapping[str, Any], *, act_id: UUID, asked: str) -> None:
    """Whether there is room for an act of this seat; the same one once more needs none. Raises: TooMuch."""
    if len(json.dumps(fields)) < LARGE_BYTES:
        return
    sizes = member.acts.exclude(pk=act_id).annotate(size=Length(Cast("fields", TextField())))
    stored = sizes.filter(size__gte=LARGE_BYTES).aggregate(all=Sum("size"))["all"] or 0
    if stored >= MOST_STORED_BYTES:
        words = (
            f"What you have sent takes {stored >> 20} MB of the class's record, and that is as much as one seat may."
        )
        advice = f"Send less at a time: up to {LARGE_BYTES >> 10} kB there is always room."
        raise TooMuch(code="TOO_MUCH", asked=asked, answered=f"{words} Nothing was done.", advice=advice)


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
