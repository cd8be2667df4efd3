"""What nobody can need any more is deleted by the app itself, now and then.

    sessions that have expired            of browsers that came once and never again
    counts of wrong codes                 addresses of people, once their window is over

Never a row of somebody's work: acts, attempts, evidence, history. An invitation leaves no row (its link is a signed one),
and tokens that have ended are kept as a history of who gave access to what.

Why it is so
------------
There is no cron beside `up`. Each web process asks once an hour whether it is time, and one of all processes, on all
machines, gets the work: whoever changes the chore's row first. It deletes few rows at a time, so that acts get their turn
in between, and leaves what is too much for the next hour.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from lessons.classroom.models import Chore, WrongCodes
from lessons.classroom.people import guessing

TIDY = "tidy"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HousekeepingSettings:
    first_after: timedelta = timedelta(minutes=1)  # a class that starts has other things to do
    every: timedelta = timedelta(hours=1)
    at_once: int = 200
    most: int = 10_000  # of a table, each time


class Housekeeping:
    """For any thread."""

    def __init__(self, settings: HousekeepingSettings | None = None) -> None:
        self.settings = settings or HousekeepingSettings()
        self._lock = threading.Lock()
        self._ask_again_at = time.monotonic() + self.settings.first_after.total_seconds()

    def now_and_then(self) -> None:
        """Costs nothing but once in a while; then it may take some seconds. Raises: DatabaseError."""
        with self._lock:
            if time.monotonic() < self._ask_again_at:
                return
            self._ask_again_at = time.monotonic() + self.settings.every.total_seconds()
        if self._is_ours(now := timezone.now()):
            self.tidy(now)

    def tidy(self, now: datetime) -> None:
        window_over = now - timedelta(seconds=guessing.LIMITS.window_s)
        sessions = self._delete(Session.objects.filter(expire_date__lt=now))
        counts = self._delete(WrongCodes.objects.filter(window_began_at__lt=window_over))
        if sessions or counts:
            _log.info("deleted: %d expired sessions, %d old counts of wrong codes", sessions, counts)

    def _is_ours(self, now: datetime) -> bool:
        """Whether it is time, and no other process has taken it on."""
        due = Chore.objects.filter(pk=TIDY, begun_at__lte=now - self.settings.every)
        if due.update(begun_at=now):
            return True
        return Chore.objects.get_or_create(pk=TIDY, defaults={"begun_at": now})[1]

    def _delete(self, rows: QuerySet) -> int:
        deleted = 0
        while deleted < self.settings.most:
            some = list(rows.values_list("pk", flat=True)[: self.settings.at_once])
            if not some:
                break
            rows.filter(pk__in=some).delete()  # not one that was renewed meanwhile
            deleted += len(some)
        return deleted
