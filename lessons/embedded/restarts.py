"""Limit how often a process that ends by itself is started again."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

RESTARTS_A_MINUTE = 3
_MINUTE_S = 60.0


@dataclass
class Restarts:
    """At most three restarts in any minute, so that a process that dies at once does not keep the machine busy."""

    _at: deque[float] = field(default_factory=deque)

    def next_in_s(self) -> float:
        """Seconds until the next restart is allowed; 0: now."""
        now = time.monotonic()
        while self._at and now - self._at[0] > _MINUTE_S:
            self._at.popleft()
        return 0 if len(self._at) < RESTARTS_A_MINUTE else self._at[0] + _MINUTE_S - now

    def words(self) -> str:
        wait_s = self.next_in_s()
        return f"It will be started again in {wait_s:.0f} s." if wait_s else "It is being started again."

    def note(self) -> None:
        self._at.append(time.monotonic())
