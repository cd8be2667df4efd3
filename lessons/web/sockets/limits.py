"""How much one seat may have open in one process.

A socket costs 30 KiB, a group member 7 threads, 14 file descriptors and 1 MiB: a script in one browser must not take
them from the class. A lesson asks for 5 members at most, and 20 sockets are a dozen pages. The limits are higher,
because after a cut the old ones are still there until they miss a ping.
"""

from __future__ import annotations

from collections import Counter

from lessons.classroom.models import Member

MAX_CONSUMERS = 16
MAX_CLIENTS = 24  # of programs: a cell that is run again makes new ones, and the old ones go with their variables
MAX_SOCKETS = 40


class TooMany(Exception):
    """A seat has no place for another one; says so in words."""


class Places:
    """Counts one kind of resource per seat. Use it from the event loop only."""

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()

    def __len__(self) -> int:
        """How many all seats have together."""
        return self._taken.total()

    def take(self, member: Member, *, most: int, words: str) -> None:
        """Whoever takes gives back. Raises: TooMany, with the words."""
        if self._taken[member.pk] >= most:
            raise TooMany(words)
        self._taken[member.pk] += 1

    def give_back(self, member: Member) -> None:
        self._taken[member.pk] -= 1
        if self._taken[member.pk] <= 0:
            del self._taken[member.pk]
