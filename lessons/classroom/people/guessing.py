"""Slows down whoever guesses codes: the more wrong ones, the longer the answer waits.

Why it is so
------------
A right code is never refused or slowed, because a whole class sits behind one address. So each door can count too,
however many addresses guess at it. The counts are rows, so that all web processes count alike, and each change of one is
a single statement of the database, so that none is lost. A window has a fixed length from its first wrong code on.
Whoever begins one deletes those that are over, so the table stays as small as the last ten minutes were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from lessons.classroom.models import Class, WrongCodes


@dataclass(frozen=True)
class GuessLimits:
    window_s: float = 600
    free_of_address: int = 3
    free_at_door: int = 100  # of all addresses together: as many as a class of three hundred mistypes
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0


LIMITS = GuessLimits()


def wait_after_wrong_code_s(address: str, klass: Class | None = None, *, limits: GuessLimits = LIMITS) -> float:
    """Counts one wrong code from this address, at this class's door (None: at the door of all).

    Returns how many seconds its answer has to wait: twice as many each time, once there are more than are free.
    """
    of_address = _count(f"address:{address}", window_s=limits.window_s) - limits.free_of_address
    at_door = _count(f"door:{klass.pk if klass else ''}", window_s=limits.window_s) - limits.free_at_door
    over = max(of_address, at_door)
    doublings = min(over - 1, 20)  # the power of a large count is too large for a float
    return min(limits.longest_wait_s, limits.first_wait_s * 2**doublings) if over > 0 else 0.0


def _count(key: str, *, window_s: float) -> int:
    """One more; returns how many there are in this window."""
    now = timezone.now()
    window = timedelta(seconds=window_s)
    counted = WrongCodes.objects.filter(key=key)
    # One that begins after more than a window is of a clock that was set back since.
    is_over = Q(window_began_at__lte=now - window) | Q(window_began_at__gt=now + window)
    with transaction.atomic():  # the row that was counted up is ours until its count is read
        if not counted.exclude(is_over).update(count=F("count") + 1):
            WrongCodes.objects.filter(is_over).delete()
            begun = WrongCodes(key=key, count=0, window_began_at=now)
            WrongCodes.objects.bulk_create([begun], ignore_conflicts=True)  # another process may have begun it by now
            counted.update(count=F("count") + 1)
        return counted.values_list("count", flat=True).get()
