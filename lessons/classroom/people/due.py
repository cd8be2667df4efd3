"""A class's due date: typed as local time of a time zone, stored as a moment, shown in that zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lessons.classroom.models import Class, LateRule

YEARS = range(2000, 2200)
LATE = {
    LateRule.COUNTS: gettext_lazy("late work counts in full"),
    LateRule.HALF: gettext_lazy("late work counts half"),
    LateRule.NOTHING: gettext_lazy("late work counts nothing"),
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
    """The usual names, such as Europe/Berlin. Old and technical names work, but are not listed."""
    known = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(known))


def due_of(klass: Class, *, now: datetime | None = None) -> Due | None:
    """The due date as a page shows it; None if the class has none."""
    if klass.due_at is None:
        return None
    now = now or timezone.now()
    there = wall_clock(klass.due_at, klass.time_zone)
    words = f"{format_date(there, 'l j F, H:i' if there.year == now.year else 'l j F Y, H:i')} {klass.time_zone}"
    if _is_ambiguous(there):
        words += _of_two(there)
    return Due(klass.due_at, words, klass.time_zone, now > klass.due_at, str(LATE[LateRule(klass.late_rule)]))


def _of_two(there: datetime) -> str:
    """Which of the two moments, on a night when clocks go back."""
    words = {"zone": there.tzname(), "time": f"{there:%H:%M}"}
    if there.fold:
        return " " + _("(%(zone)s, the second %(time)s of that night)") % words
    return " " + _("(%(zone)s, the first %(time)s of that night)") % words


def wall_clock(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def moment(wall: datetime, zone: str) -> datetime:
    """The moment when clocks in the zone show this time; the later one of two, when clocks go back.

    Raises: ValueError, with a sentence for the page: the clocks skip this time, or it is too far away.
    """
    if wall.year not in YEARS:
        raise ValueError(_("Choose a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]})
    there = wall.replace(tzinfo=ZoneInfo(zone), fold=1)
    at = there.astimezone(UTC)
    if at.astimezone(there.tzinfo).replace(tzinfo=None) != wall:
        first = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).astimezone(there.tzinfo)
        words = {"zone": zone, "skipped": f"{wall:%H:%M}", "instead": f"{first:%H:%M}"}
        raise ValueError(
            _("In %(zone)s the clocks go forward and skip %(skipped)s on that day. Use %(instead)s instead.") % words
        )
    return at


def _is_ambiguous(there: datetime) -> bool:
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
