"""How fast one seat may act and read, and how much of the class's history it may fill.

Why it is so
------------
Each act and each read by the API occupies a thread, and some a broker, until Kafka has answered: a script in one browser
must not take them from the class. No person reaches these limits, and no lesson does. Beyond them the app refuses and says
why, and no act is stored.

How many acts there were lately is counted by their rows, so in all web processes together; in this process alone what runs at
the same moment, and reads, which store nothing: both take this process's threads.

An act may be as large as a request, so that Kafka is the one to refuse a record that is too large. All acts are kept,
and some pages read all acts of a seat: 4 MB a second would fill the disk in one lesson, and the memory in one download.
So what an act makes others keep is weighed, as rows and as records: a header of five hundred records weighs five hundred
times.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from lessons.classroom.models import Member
from lessons.cluster.errors import AppRefused
from lessons.cluster.refusals import Refusal


@dataclass(frozen=True)
class LimitSettings:
    """`most_acts`, and `most_reads` by the API, within `within_s`; acts smaller than `large_bytes` are always accepted, and
    `most_stored_bytes` are of all large acts of a seat."""

    most_acts: int = 40
    most_reads: int = 60
    within_s: float = 10.0
    most_running: int = 8
    most_reading: int = 4
    large_bytes: int = 4096
    most_stored_bytes: int = 32 * 1024 * 1024


class TooFast(AppRefused):
    """The seat has to wait a little."""


class TooMuch(TooFast):
    """The seat has used up its storage."""


class SeatLimits:
    """What each seat has done lately. For any thread."""

    def __init__(self, settings: LimitSettings | None = None) -> None:
        self.settings = settings or LimitSettings()
        self._lock = threading.RLock()
        # By what is counted and the seat's prefix, which is never reused.
        self._latest: dict[tuple[Refusal, str], deque[float]] = {}
        self._running: Counter[tuple[Refusal, str]] = Counter()
        self.refused: Counter[Refusal] = Counter()  # of all seats

    def count_act(self, member: Member, *, asked: str) -> None:
        """Count one more act of this seat. Raises: TooFast."""
        self._count(member, self.settings.most_acts, Refusal.TOO_FAST, asked=asked)
        now = timezone.now()
        since = now - timedelta(seconds=self.settings.within_s)
        # None that is still to come: the clock may have been set back.
        latest = member.acts.filter(started_at__gt=since, started_at__lte=now).order_by("-started_at")
        started = list(latest.values_list("started_at", flat=True)[: self.settings.most_acts])
        if len(started) == self.settings.most_acts:
            raise self._too_fast(Refusal.TOO_FAST, len(started), (started[-1] - since).total_seconds(), asked=asked)

    @contextmanager
    def running_act(self, member: Member, *, asked: str) -> Iterator[None]:
        """Count one of this seat's acts as running for the length of a with block. Raises: TooFast."""
        with self._one_of(member, self.settings.most_running, Refusal.TOO_MANY_AT_ONCE, asked=asked):
            yield

    def count_read(self, member: Member, *, asked: str) -> None:
        """Count one more read of this seat. Raises: TooFast."""
        self._count(member, self.settings.most_reads, Refusal.READS_TOO_FAST, asked=asked)

    @contextmanager
    def running_read(self, member: Member, *, asked: str) -> Iterator[None]:
        """Count one more read of this seat, which runs for the length of a with block. Raises: TooFast."""
        self.count_read(member, asked=asked)
        with self._one_of(member, self.settings.most_reading, Refusal.TOO_MANY_READS_AT_ONCE, asked=asked):
            yield

    def weigh_act(self, member: Member, weight: int, *, act_id: UUID, asked: str) -> None:
        """Check that there is room for an act of so many bytes; one that is already stored needs none. Raises: TooMuch."""
        large = self.settings.large_bytes
        if weight < large:
            return
        stored = member.acts.exclude(pk=act_id).filter(weight__gte=large).aggregate(all=Sum("weight"))["all"] or 0
        if stored >= self.settings.most_stored_bytes:
            self._note(Refusal.TOO_MUCH)
            raise Refusal.TOO_MUCH.error(kind=TooMuch, asked=asked, stored_mb=stored >> 20, always_kb=large >> 10)

    def _count(self, member: Member, most: int, refusal: Refusal, *, asked: str) -> None:
        now, within_s = time.monotonic(), self.settings.within_s
        with self._lock:
            latest = self._latest.setdefault((refusal, member.namespace.prefix), deque(maxlen=most))
            if len(latest) == most and now - latest[0] < within_s:
                raise self._too_fast(refusal, most, within_s - (now - latest[0]), asked=asked)
            latest.append(now)

    def _too_fast(self, refusal: Refusal, most: int, wait_s: float, *, asked: str) -> TooFast:
        self._note(refusal)
        within_s = f"{self.settings.within_s:g}"
        return refusal.error(kind=TooFast, asked=asked, most=most, within_s=within_s, wait_s=f"{wait_s:.0f}")

    def _note(self, refusal: Refusal) -> None:
        with self._lock:
            self.refused[refusal] += 1

    @contextmanager
    def _one_of(self, member: Member, most: int, refusal: Refusal, *, asked: str) -> Iterator[None]:
        key = refusal, member.namespace.prefix
        with self._lock:
            if self._running[key] >= most:
                self._note(refusal)
                raise refusal.error(kind=TooFast, asked=asked, most=most)
            self._running[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[key] -= 1
                if not self._running[key]:
                    del self._running[key]
