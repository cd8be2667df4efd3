"""Wait for a condition with a deadline; never sleep and hope."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE_S = 90.0
"""How long a test waits for what must come, before it fails. Long, because no test asserts seconds of a shared machine."""


def wait_for(
    condition: Callable[[], Found],
    *,
    timeout_s: float = PATIENCE_S,
    every_s: float = 0.05,
    why: Callable[[], object] = str,
) -> Found:
    """The first true value of the condition. Raises: AssertionError at the deadline, with `why()`."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        if time.monotonic() >= deadline:
            raise AssertionError(f"not so within {timeout_s:g} s. {why()}")
        time.sleep(every_s)
    return found
