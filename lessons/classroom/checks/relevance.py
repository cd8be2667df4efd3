"""Which exercises have to be checked again, and what has to be read for it: what is not as it was.

Why it is so
------------
A class of three hundred acts fifteen times a second. To check a seat's dozen exercises costs 25 ms of CPU and a dozen
questions to Kafka, and most of them read nothing that the act has touched. So each check notes what it has read
(`Evidence.read`), and whoever wakes a seat says what has changed: the rest is neither read nor judged again. It is kept in
memory alone: a new process checks everything once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from lessons.cluster.errors import ClusterError
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshot import Snapshot
from lessons.course.acts import ACTIONS
from lessons.course.evidence import Part, Read, acts_like, touches

MOST_SEATS = 5000  # far more than one process serves; beyond them it begins to forget

_READ_AGAIN = (Part.ACTS, Part.NAMES, Part.SETTINGS)
Kept = dict[str, tuple[tuple[int, int], tuple[Mapping[str, Any], ...]]]
"""{exercise: ((how many observations there are, the newest one's key), their data)}, oldest first: rows are never changed."""
EVERYTHING: frozenset[Read] = frozenset(map(Read, Part))


class Memory:
    """What the latest checks have read, by seat; a seat is checked by one thread at a time."""

    def __init__(self) -> None:
        self._read: dict[int, dict[tuple[str, bool], frozenset[Read]]] = {}
        self._found: dict[int, dict[Read, Any]] = {}
        self._observed: dict[int, Kept] = {}

    def is_touched(self, member: int, exercise: str, changed: AbstractSet[Read], *, is_begun: bool) -> bool:
        """Whether it was never checked, or has read something that has changed since. In a lesson that was not begun a
        check keeps less: after that it is another check."""
        read = self._read.get(member, {}).get((exercise, is_begun))
        return read is None or touches(changed, read)

    def note(self, member: int, exercise: str, read: Iterable[Read], *, is_begun: bool) -> None:
        if member not in self._read and len(self._read) >= MOST_SEATS:
            oldest = next(iter(self._read))
            self._read.pop(oldest, None)
            self._found.pop(oldest, None)
            self._observed.pop(oldest, None)
        self._read.setdefault(member, {})[exercise, is_begun] = frozenset(read)

    def observed(self, member: int) -> Kept:
        """For what earlier checks have observed of this seat."""
        return self._observed.setdefault(member, {})

    def forget(self, member: int, exercise: str, *, is_begun: bool) -> None:
        """What was read is not known: it is checked the next time."""
        self._read.get(member, {}).pop((exercise, is_begun), None)

    def take_found(self, member: int, changed: AbstractSet[Read]) -> dict[Read, Any]:
        """What was read of this seat and has not changed since. It is gone unless it is kept again."""
        return {read: found for read, found in self._found.pop(member, {}).items() if not touches(changed, [read])}

    def forget_found(self, member: int) -> None:
        """What was read is to be read again; which exercises have read it stays known."""
        self._found.pop(member, None)

    def keep_found(self, member: int, found: Mapping[Read, Any]) -> None:
        """But for acts: they are many, and read again at the price of one query; and names and settings, of which no
        snapshot tells."""
        self._found[member] = {read: value for read, value in found.items() if read.part not in _READ_AGAIN}

    def read_otherwise(self, member: int, snapshot: Snapshot, seat: Namespace) -> frozenset[Read]:
        """The topics and the brokers that were not as this snapshot shows them: a broker may be asked that has not heard the
        latest yet."""
        shown = {seat.short(topic.name): topic for topic in snapshot.topics_of(seat)}
        up = {broker.id for broker in snapshot.brokers if broker.up}
        return frozenset(
            read
            for read, found in self._found.get(member, {}).items()
            if (read.part is Part.TOPIC and not _is_like(found, shown.get(read.name)))
            or (read.part is Part.BROKERS and found.addresses.keys() != up)
        )


def _is_like(found: Topic | ClusterError, shown: Topic | None) -> bool:
    if not isinstance(found, Topic) or shown is None:
        return isinstance(found, Topic) == (shown is not None)
    has_like_id = None in (found.topic_id, shown.topic_id) or found.topic_id == shown.topic_id
    return has_like_id and len(found.partitions) == len(shown.partitions)


def changed_by_act(kind: str, topic: str = "", *, snapshots_show_more: bool) -> frozenset[Read]:
    """What an act of this kind, done to this topic (empty: to none, or to which is not known), may have changed for its seat;
    without that there are more records, where snapshots show it, as of a seat with a page: they have where its partitions end."""
    action = ACTIONS.get(kind)
    if action is None or action.changes_topics:
        return EVERYTHING
    own = set(acts_like(kind, topic))
    if action.changes_records and not (action.only_appends and snapshots_show_more):
        own |= {Read(Part.RECORDS)}
    if action.changes_groups:
        own |= {Read(Part.GROUPS)}
    return frozenset(own)


def changed_between(before: Snapshot | None, after: Snapshot, seat: Namespace) -> frozenset[Read]:
    """What the later snapshot shows otherwise, for this seat."""
    if before is None:
        return EVERYTHING
    changed: set[Read] = set()
    if before.brokers != after.brokers:
        changed.add(Read(Part.BROKERS))
    if before.internal_topics != after.internal_topics:
        changed.add(Read(Part.TOPICS))
    if before.groups_of(seat) != after.groups_of(seat):
        changed.add(Read(Part.GROUPS))
    old, new = ({topic.name: topic for topic in each.topics_of(seat)} for each in (before, after))
    for full_name in old.keys() | new.keys():
        name = seat.short(full_name)
        if old.get(full_name) != new.get(full_name):
            changed |= {Read(Part.TOPICS), Read(Part.TOPIC, name), Read(Part.RECORDS, name)}
        elif _ends(before, new[full_name]) != _ends(after, new[full_name]):
            changed.add(Read(Part.RECORDS, name))
    return frozenset(changed)


def _ends(snapshot: Snapshot, topic: Topic) -> list[int | None]:
    return [snapshot.ends.get((topic.name, partition.id)) for partition in topic.partitions]
