"""Clients that one caller uses at a time, and a few that wait for the next caller."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

C = TypeVar("C")


class Lender(Generic[C]):
    """Makes a client for whoever needs one, and keeps a few.

    `tidy` makes a client ready for its next user, and says whether it is. One that is not is given up, and so is one whose
    user failed: something may still be under way in it.
    """

    def __init__(
        self, make: Callable[[], C], *, tidy: Callable[[C], bool], give_up: Callable[[C], object], keeps: int
    ) -> None:
        self._make, self._tidy, self._give_up, self.keeps = make, tidy, give_up, keeps
        self._lock = threading.Lock()
        self.idle: list[C] = []

    @contextmanager
    def lend(self) -> Iterator[C]:
        """A client for the length of a with block."""
        with self._lock:
            client = self.idle.pop() if self.idle else None
        if client is None:
            client = self._make()
        is_ready = False
        try:
            yield client
            is_ready = self._tidy(client)
        finally:
            if not (is_ready and self._take_back(client)):
                self._give_up(client)

    def _take_back(self, client: C) -> bool:
        with self._lock:
            if len(self.idle) >= self.keeps:
                return False
            self.idle.append(client)
        return True

    def close(self) -> None:
        """Give up those that wait. Those that are lent follow when they come back."""
        with self._lock:
            self.keeps = 0
            idle, self.idle = self.idle, []
        for client in idle:
            self._give_up(client)
