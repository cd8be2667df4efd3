"""What a topic holds of each key: the newest record is what a reader knows in the end."""

from __future__ import annotations

from collections.abc import Iterable

from lessons.cluster.records import Record
from lessons.course.evidence import Evidence, text_of

MOST_READ = 300  # offsets of a partition, the newest
MOST_KEYS = 40  # in the evidence


def newest_of(evidence: Evidence, name: str) -> dict[str, str | None]:
    """{key: the value of its newest record; None: a tombstone} of a topic, which has to be there. Raises: ClusterError."""
    return newest_among(held_in(evidence, name))


def held_in(evidence: Evidence, name: str) -> list[Record]:
    """The newest records of each partition. Raises: ClusterError."""
    return [
        record
        for partition, (earliest, end) in evidence.offsets(name).items()
        if earliest < end
        for record in evidence.records(name, partition, start=max(earliest, end - MOST_READ), end=end)
    ]


def newest_among(held: Iterable[Record]) -> dict[str, str | None]:
    """The same of these records."""
    of_keys = ((text_of(each.key), text_of(each.value)) for each in sorted(held, key=_age))
    found = {key: value for key, value in of_keys if key is not None}
    return dict(list(found.items())[:MOST_KEYS])


def _age(record: Record) -> tuple[int, int, int]:
    """To sort by: where a key is in two partitions, time tells which is newer."""
    return record.timestamp_ms or 0, record.partition, record.offset
