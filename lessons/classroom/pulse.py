"""Which members have news: told at once, within a process or by the class's feed (`consumers.echo`), else found in the
rows within a second.

Why it is so: every open page has to know when one of its member's acts was settled, or how an exercise stands was
decided. A question for each page each second would be three hundred; these are three for all of them.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from lessons.classroom.models import Act, Attempt, Change

LOOK_AGAIN_S = 1.0
OVERLAP = timedelta(seconds=10)  # for rows that are stored a while after the time that stands in them


class Pulse:
    """When each member's latest row was stored, as far as that was since this process began."""

    def __init__(self, rows: QuerySet, *, time_field: str, member_field: str = "member_id") -> None:
        self._rows = rows
        self._fields = (member_field, time_field)
        self._latest: dict[int, datetime] = {}
        self._own: set[int] = set()  # whose latest row this process has stored
        self._lock = threading.Lock()
        self._looked_s = 0.0
        self._looked_at = timezone.now()

    def beat(self, member: int, at: datetime | None) -> None:
        """This process has just stored one."""
        self._note(member, at, is_own=True)

    def hear(self, member: int, at: datetime) -> bool:
        """Another process may have stored one; whether that is news here."""
        return self._note(member, at, is_own=False)

    def is_of_another_process(self, member: int) -> bool:
        """The latest one."""
        with self._lock:
            return member in self._latest and member not in self._own

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
        recent = self._rows.filter(**{f"{self._fields[1]}__gt": since})
        for member, at in recent.values_list(*self._fields):
            self.hear(member, at)

    def _note(self, member: int, at: datetime | None, *, is_own: bool) -> bool:
        with self._lock:
            before = self._latest.get(member)
            if at is None or (before is not None and at < before):
                return False
            self._latest[member] = at
            if is_own:  # also when the look at the rows was quicker to find it
                self._own.add(member)
            elif at != before:
                self._own.discard(member)
            return at != before


acts = Pulse(Act.objects.all(), time_field="settled_at")
attempts = Pulse(Attempt.objects.all(), time_field="decided_at")
decisions = Pulse(Change.objects.exclude(seat=None), time_field="at", member_field="seat_id")
