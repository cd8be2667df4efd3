"""How fast one seat may act, and how much of the class's history it may fill.

Why it is so
------------
Each act occupies a thread, and some a broker, until Kafka has answered: a script in one browser must not take them from
the class. No person reaches these limits, and no lesson does. They are counted in this process and cost nothing; several
web processes together allow a multiple. Beyond them the app refuses and says why, and no act is stored.

An act may be as large as a request, so that Kafka is the one to refuse a record that is too large. All acts are kept,
and some pages read all acts of a seat: 4 MB a second would fill the disk in one lesson, and the memory in one download.
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
from lessons.cluster.refusals import Refusal

MOST_ACTS, WITHIN_S = 40, 10.0
MOST_RUNNING = 8
LARGE_BYTES = 4096  # smaller acts are always accepted
MOST_STORED_BYTES = 32 * 1024 * 1024  # of all large acts of a seat


class TooFast(AppRefused):
    """The seat has to wait a little."""


class TooMuch(TooFast):
    """The seat has used up its storage."""


_lock = threading.Lock()
_latest: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MOST_ACTS))  # by the seat's prefix: never reused
_running: Counter[str] = Counter()


def count_act(member: Member, *, asked: str) -> None:
    """Count one more act of this seat. Raises: TooFast."""
    now = time.monotonic()
    with _lock:
        latest = _latest[member.namespace.prefix]
        if len(latest) == MOST_ACTS and now - latest[0] < WITHIN_S:
            wait_s = f"{WITHIN_S - (now - latest[0]):.0f}"
            raise Refusal.TOO_FAST.error(
                kind=TooFast, asked=asked, most=MOST_ACTS, within_s=f"{WITHIN_S:g}", wait_s=wait_s
            )
        latest.append(now)


def weigh_act(member: Member, fields: Mapping[str, Any], *, act_id: UUID, asked: str) -> None:
    """Check that there is room for this act; one that is already stored needs none. Raises: TooMuch."""
    if len(json.dumps(fields)) < LARGE_BYTES:
        return
    sizes = member.acts.exclude(pk=act_id).annotate(size=Length(Cast("fields", TextField())))
    stored = sizes.filter(size__gte=LARGE_BYTES).aggregate(all=Sum("size"))["all"] or 0
    if stored >= MOST_STORED_BYTES:
        raise Refusal.TOO_MUCH.error(kind=TooMuch, asked=asked, stored_mb=stored >> 20, always_kb=LARGE_BYTES >> 10)


@contextmanager
def running_act(member: Member, *, asked: str) -> Iterator[None]:
    """Count one of this seat's acts as running for the length of a with block. Raises: TooFast."""
    seat = member.namespace.prefix
    with _lock:
        if _running[seat] >= MOST_RUNNING:
            raise Refusal.TOO_MANY_AT_ONCE.error(kind=TooFast, asked=asked, most=MOST_RUNNING)
        _running[seat] += 1
    try:
        yield
    finally:
        with _lock:
            _running[seat] -= 1
            if not _running[seat]:
                del _running[seat]
