"""A member that has nobody to show records to: it reads what is there, or so many records, commits, and leaves."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from lessons.cluster.consume.events import Assigned, AtEnd, Delivered, Event, Revoked, Stopped, Trouble
from lessons.cluster.consume.member import MAX_CREDIT, GroupMember
from lessons.cluster.consume.membership import Membership
from lessons.cluster.errors import ClusterError, no_answer

TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Drained:
    """`assigned` and `committed` are {partition: offset}; `last` is the last offset that was delivered."""

    assigned: Mapping[int, int | None]
    delivered: int
    last: Mapping[int, int]
    committed: Mapping[int, int]


@dataclass
class _Progress:
    assigned: dict[int, int | None] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    positions: dict[int, int] = field(default_factory=dict)
    delivered: int = 0
    at_most: int | None = None

    def take(self, event: Event) -> None:
        if isinstance(event, Assigned):
            kept = set(event.kept)
            self.assigned = {each: at for each, at in self.assigned.items() if each in kept} | dict(event.offsets)
            # Where nothing is delivered, nothing is to be committed: as the client does it.
            self.positions = {each: at for each, at in self.positions.items() if each in kept}
            self.ended &= kept
        elif isinstance(event, Revoked):
            for partition in event.partitions:
                self.assigned.pop(partition, None)
        elif isinstance(event, Delivered):
            self.delivered += len(event.entries)
            self.positions |= {entry.partition: entry.offset + 1 for entry in event.entries}
        elif isinstance(event, AtEnd):
            self.ended.add(event.partition)

    @property
    def is_over(self) -> bool:
        """Whether it has all that it was to read, or all that is to be had in the partitions that the group gave to it."""
        at_the_end = bool(self.assigned) and self.assigned.keys() <= self.ended
        return at_the_end or self.delivered == self.at_most


def read_to_end(membership: Membership, *, timeout_s: float = TIMEOUT_S) -> Drained:
    """Join, read to the present end, or as many records as were asked for, commit, leave.

    Raises: AppRefused, KafkaRefused, KafkaUnavailable.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    membership.check_on_cluster()
    member = GroupMember(membership, events.put)
    progress, deadline = _Progress(at_most=membership.at_most), time.monotonic() + timeout_s
    member.start()
    trouble: ClusterError | None = None
    try:
        while not progress.is_over and (event := _next(events, deadline)) is not None:
            progress.take(event)
            if isinstance(event, Assigned):
                member.grant(MAX_CREDIT)
            elif isinstance(event, Delivered):
                member.grant(len(event.entries))
                member.acknowledge(progress.positions)
            elif isinstance(event, Trouble):
                trouble = event.error
            elif isinstance(event, Stopped):
                break
    finally:
        member.stop()
    if not progress.is_over:
        raise trouble or no_answer(asked=membership.asked, timeout_s=timeout_s)
    committed = _committed(events, time.monotonic() + timeout_s)
    last = {partition: offset - 1 for partition, offset in progress.positions.items()}
    return Drained(progress.assigned, progress.delivered, last, committed)


def _next(events: queue.SimpleQueue[Event], deadline: float) -> Event | None:
    try:
        return events.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        return None


def _committed(events: queue.SimpleQueue[Event], deadline: float) -> Mapping[int, int]:
    while (event := _next(events, deadline)) is not None:
        if isinstance(event, Stopped):
            return event.committed
    return {}
