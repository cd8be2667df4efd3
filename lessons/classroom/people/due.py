"""A class's due date: set on the wall clock of a time zone, kept as a moment, said in that zone again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from lessons.classroom.models import Class, LateRule

YEARS = range(2000, 2200)
LATE = {
    LateRule.COUNTS: "late work counts in full",
    LateRule.HALF: "late work counts half",
    LateRule.NOTHING: "late work counts nothing",
}


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    words: str  # Friday 4 December, 23:59 Europe/Berlin
    zone: str
    is_over: bool
    late: str


@cache
def zones() -> tuple[str, ...]:
    """The names that people know, such as Europe/Berlin. Old and technical ones work, but are not shown."""
    known = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(known))


def due_of(klass: Class, *, now: datetime | None = None) -> Due | None:
    """What a page says of the due date, if there is one."""
    if klass.due_at is None:
        return None
    now = now or timezone.now()
    there = wall_clock(klass.due_at, klass.time_zone)
    year = "" if there.year == now.year else f" {there.year}"
    words = f"{there:%A} {there.day} {there:%B}{year}, {there:%H:%M} {klass.time_zone}"
    if _is_ambiguous(there):
        words += f" ({there.tzname()}, the {'second' if there.fold else 'first'} {there:%H:%M} of that night)"
    return Due(klass.due_at, words, klass.time_zone, now > klass.due_at, LATE[LateRule(klass.late_rule)])


def wall_clock(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def moment(wall: datetime, zone: str) -> datetime:
    """The moment at which clocks in the zone show this; of two (when clocks go back) the later one.

    Raises: ValueError, in words, for a time that the clocks leave out, and for one too far away.
    """
    if wall.year not in YEARS:
        raise ValueError(f"Take a year from {YEARS[0]} to {YEARS[-1]}.")
    there = wall.replace(tzinfo=ZoneInfo(zone), fold=1)
    at = there.astimezone(UTC)
    if at.astimezone(there.tzinfo).replace(tzinfo=None) != wall:
        first = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).astimezone(there.tzinfo)
        raise ValueError(
            f"In {zone} the clocks go forward then, and no clock shows {wall:%H:%M} on that day. Take {first:%H:%M} instead."
        )
    return at


def _is_ambiguous(there: datetime) -> bool:
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
