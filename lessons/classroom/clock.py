"""Whether the clock on the wall was set, or the machine slept.

Rows have times by it. When it jumps, what was done a moment ago looks an hour old, or is still to come.
"""

from __future__ import annotations

import time
from collections.abc import Callable

TOLERATED_S = 5.0


class Clock:
    """For one thread. Both ways to tell the time are in seconds; `passed` goes on evenly, and stands still while the machine sleeps."""

    def __init__(self, *, on_the_wall: Callable[[], float] = time.time, passed: Callable[[], float] = time.monotonic):
        self._on_the_wall, self._passed = on_the_wall, passed
        self._apart = on_the_wall() - passed()

    def has_jumped(self) -> bool:
        """Since the last time that somebody asked."""
        before, self._apart = self._apart, self._on_the_wall() - self._passed()
        return abs(self._apart - before) > TOLERATED_S
