"""When to send at once, and when to wait for company."""

from __future__ import annotations

FRAMES_PER_S = 1750.0  # a frame costs Daphne some 42 us: this is a fourteenth of a core, in each web process
LONGEST_WAIT_S = 0.1


class Coalescer:
    """How long the next frames should wait, from how many were sent lately.

    Each frame books its time at `frames_per_s`; as long as no time is booked ahead, frames leave at once. So
    25 records/s to 20 sockets are never delayed, and 100 records/s to 200 sockets, half of them in each of two web
    processes, leave every 57 ms.
    """

    def __init__(self, *, frames_per_s: float = FRAMES_PER_S, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._frame_s = 1 / frames_per_s
        self._longest_wait_s = longest_wait_s
        self._booked_until = 0.0

    def wait_s(self, now: float) -> float:
        return min(max(0.0, self._booked_until - now), self._longest_wait_s)

    def spend(self, now: float, frames: int) -> None:
        """`frames` were sent. What lies further ahead than the longest wait is forgiven: nobody waits for it."""
        booked = max(self._booked_until, now) + frames * self._frame_s
        self._booked_until = min(booked, now + self._longest_wait_s)
