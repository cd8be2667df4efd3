"""What the hub tells a page, as JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lessons.cluster.errors import ClusterError
from lessons.cluster.live.ring import Entry
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Record, as_json

MAX_RECORDS = 500
MAX_CHARACTERS = 256 * 1024


def text(kind: str, **rest: Any) -> str:
    return json.dumps({"type": kind, **rest}, separators=(",", ":"), ensure_ascii=False)


def entry(record: Record, namespace: Namespace) -> Entry:
    shown = json.dumps(as_json(record, namespace), separators=(",", ":"), ensure_ascii=False)
    return Entry(record.partition, record.offset, shown)


def records(entries: Iterable[Entry]) -> str:
    return f'{{"type":"records","records":[{",".join(entry.text for entry in entries)}]}}'


def first_frame(entries: Sequence[Entry]) -> int:
    """How many of the entries one frame should hold; at least 1 where there is any."""
    characters = 0
    for count, one in enumerate(entries[:MAX_RECORDS]):
        characters += len(one.text)
        if characters > MAX_CHARACTERS and count:
            return count
    return min(len(entries), MAX_RECORDS)


def in_frames(entries: Sequence[Entry]) -> Iterator[str]:
    while entries:
        count = first_frame(entries)
        yield records(entries[:count])
        entries = entries[count:]


def positions(offsets: Mapping[int, int]) -> dict[str, int]:
    return {str(partition): offset for partition, offset in sorted(offsets.items())}


def problem(error: ClusterError) -> str:
    return text("problem", words=str(error), code=error.code)
