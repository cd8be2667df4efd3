"""Moments in evidence: ISO 8601 of acts, milliseconds since the epoch of records."""

from __future__ import annotations

from datetime import UTC, datetime

LAST_MS = 253_402_300_799_000  # the end of the year 9999: a program may have counted nanoseconds


def moment_of(at_ms: int) -> str:
    """The time of a record, by the clock of whatever program sent it."""
    return datetime.fromtimestamp(min(at_ms, LAST_MS) / 1000, UTC).isoformat()
