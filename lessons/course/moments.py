"""Moments in evidence: ISO 8601 of acts, milliseconds since the epoch of records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LAST_MS = 253_402_300_799_000  # the end of the year 9999: a program may have counted nanoseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(at_ms: int) -> str:
    """The time of a record, by the clock of whatever program sent it."""
    return datetime.fromtimestamp(min(at_ms, LAST_MS) / 1000, UTC).isoformat()


def to_the_millisecond(at_ms: int) -> str:
    """`2026-05-04T09:30:00.000Z`: as people type it, and as Kafka's own tools take it."""
    moment = _EPOCH + timedelta(milliseconds=min(at_ms, LAST_MS))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds_of(moment: str) -> int:
    """Since the epoch, of a time in ISO 8601; in UTC unless it says another zone. Raises: ValueError."""
    typed = datetime.fromisoformat(moment)
    aware = typed if typed.tzinfo else typed.replace(tzinfo=UTC)
    return max(0, (aware - _EPOCH) // timedelta(milliseconds=1))
