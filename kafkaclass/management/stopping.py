"""Turn Ctrl-C and SIGTERM, at any moment, into one clean stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop. It is not an error, so code that catches Exception must not catch it."""


class Stopping:
    """Whether a stop was asked for.

    The handlers only remember it: an exception between the start of a process and the note of its id would leave an
    orphan. Long steps that start no process are made interruptible.
    """

    def __init__(self) -> None:
        self.asked = False
        self._interruptible = False
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, self._note)

    def check(self) -> None:
        """Raises: Stopped"""
        if self.asked:
            raise Stopped

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        self._interruptible = True
        try:
            self.check()
            yield
        finally:
            self._interruptible = False

    def _note(self, _number: int, _frame: object) -> None:
        first, self.asked = not self.asked, True
        if first and self._interruptible:
            raise Stopped
