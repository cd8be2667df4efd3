"""Which seats have news: told at once within a process, found in the rows within a second when another process has it.

Why it is so: every open page has to know when one of its member's acts was settled. A question for each page each
second would be three hundred; this is one for all of them.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.utils import timezone

from lessons.models import Act

LOOK_AGAIN_S = 1.0
OVERLAP = timedelta(seconds=10)  # for rows that are stored a while after the time that stands in them


class Pulse:
    """When each member's latest act was settled, as far as that was since this process began."""

    def __init__(self) -> None:
        self._latest: dict[int, datetime] = {}
        self._lock = threading.Lock()
        self._looked_s = 0.0
        self._looked_at = timezone.now()

    def beat(self, member: int, at: datetime | None) -> None:
        """An act of this member was settled, by this process."""
        if at is None:
            return
        with self._lock:
            self._latest[member] = max(at, self._latest.get(member, at))

    def latest(self, member: int) -> datetime | None:
        with self._lock:
            is_old = time.monotonic() >= self._looked_s + LOOK_AGAIN_S
            if is_old:
                self._looked_s = time.monotonic()
        if is_old:
            self._look()
        return self._latest.get(member)

    def _look(self) -> None:
        since, self._looked_at = self._looked_at - OVERLAP, timezone.now()
        settled = Act.objects.filter(settled_at__gt=since)
        for member, at in settled.values_list("member_id", "settled_at"):
            self.beat(member, at)


pulse = Pulse()
