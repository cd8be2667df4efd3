"""The newest records of one topic, already serialised, and how far back they reach without a gap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAX_RECORDS = 2000
MAX_CHARACTERS = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as JSON text."""

    partition: int
    offset: int
    text: str


class Ring:
    """A bounded list of entries, numbered from 0 in their order of arrival.

    `first` is the number of the oldest entry held, `end` the number that the next one gets. `starts` says for
    each partition from which offset on the ring has everything: below it, history has to be read.
    """

    def __init__(self, *, max_records: int = MAX_RECORDS, max_characters: int = MAX_CHARACTERS) -> None:
        self.first = 0
        self.starts: dict[int, int] = {}
        self.nexts: dict[int, int] = {}
        self._entries: list[Entry] = []
        self._characters = 0
        self._max_records = max_records
        self._max_characters = max_characters

    @property
    def end(self) -> int:
        return self.first + len(self._entries)

    def open(self, partition: int, offset: int) -> None:
        """The tail reads this partition from `offset` on."""
        self.starts[partition] = self.nexts[partition] = offset

    def append(self, entries: Iterable[Entry]) -> bool:
        """Takes what comes after what it has. False when an offset went back: the topic is another one now."""
        in_order = True
        for entry in entries:
            if entry.offset < self.nexts.get(entry.partition, 0):
                in_order = False
                continue
            self.nexts[entry.partition] = entry.offset + 1
            self._entries.append(entry)
            self._characters += len(entry.text)
        self._drop_oldest()
        return in_order

    def since(self, number: int, limit: int) -> list[Entry]:
        """At most `limit` entries from that number on."""
        start = max(0, number - self.first)
        return self._entries[start : start + limit]

    def beyond(self, positions: Mapping[int, int], limit: int) -> tuple[list[Entry], int]:
        """At most `limit` entries that a reader at these positions has not had, and the number to go on from."""
        found: list[Entry] = []
        for number, entry in enumerate(self._entries, self.first):
            if len(found) == limit:
                return found, number
            if entry.offset >= positions.get(entry.partition, 0):
                found.append(entry)
        return found, self.end

    def missing(self, positions: Mapping[int, int]) -> dict[int, tuple[int, int]]:
        """What a reader at these positions has to read from Kafka first: {partition: (from, up to)}."""
        return {
            partition: (positions.get(partition, 0), start)
            for partition, start in self.starts.items()
            if positions.get(partition, 0) < start
        }

    def _drop_oldest(self) -> None:
        surplus, characters = 0, self._characters
        while len(self._entries) - surplus > self._max_records or characters > self._max_characters:
            entry = self._entries[surplus]
            characters -= len(entry.text)
            self.starts[entry.partition] = entry.offset + 1
            surplus += 1
        del self._entries[:surplus]
        self.first += surplus
        self._characters = characters
