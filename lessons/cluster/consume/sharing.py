"""Several members of one group, started one after the other: who is given which partitions, who loses them, and when."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lessons.cluster.consume.events import Assigned, Delivered, Event, Revoked, Stopped, Trouble
from lessons.cluster.consume.member import MAX_CREDIT, GroupMember
from lessons.cluster.consume.membership import Membership
from lessons.cluster.errors import ClusterError, KafkaRefused, no_answer
from lessons.cluster.groups import describe_group
from lessons.cluster.metadata import find_topic

MOST_MEMBERS = 4
TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.25
HOLD_S = 2.0  # that long they stay together, for whoever looks at the group

What = Literal["joins", "gets", "loses"]


@dataclass(frozen=True)
class Turn:
    """Something that happened to a member, so many seconds after the first one was started. Members count from 1."""

    at_s: float
    member: int
    what: What
    partitions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Shared:
    """What happened, in its order, and what each member had at the end; the partitions and how many records it was given."""

    turns: tuple[Turn, ...]
    owned: tuple[tuple[int, ...], ...]
    delivered: tuple[int, ...]


@dataclass
class _Member:
    number: int
    runs: GroupMember
    owned: set[int] = field(default_factory=set)
    delivered: int = 0


@dataclass
class _Group:
    membership: Membership
    members: list[_Member] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    events: queue.SimpleQueue[tuple[int, Event]] = field(default_factory=queue.SimpleQueue)
    trouble: ClusterError | None = None

    def start(self) -> None:
        number = len(self.members) + 1
        runs = GroupMember(self.membership, lambda event: self.events.put((number, event)))
        self.members.append(_Member(number, runs))
        self._tell(number, "joins")
        runs.start()
        runs.grant(MAX_CREDIT)

    def hear(self, within_s: float) -> None:
        """What happens within that time."""
        deadline = time.monotonic() + within_s
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                number, event = self.events.get(timeout=left_s)
            except queue.Empty:
                return
            self._take(self.members[number - 1], event)

    def _take(self, member: _Member, event: Event) -> None:
        match event:
            case Assigned(offsets=offsets, kept=kept):
                member.owned = {*kept, *offsets}
                if offsets:
                    self._tell(member.number, "gets", offsets)
            case Revoked(partitions=partitions):
                member.owned -= set(partitions)
                if partitions:
                    self._tell(member.number, "loses", partitions)
            case Delivered(entries=entries):
                member.delivered += len(entries)
                member.runs.grant(len(entries))
                member.runs.acknowledge({entry.partition: entry.offset + 1 for entry in entries})
            case Trouble(error=error):
                self.trouble = error
            case Stopped():
                member.owned.clear()

    def is_settled(self) -> bool:
        """Whether the group's coordinator sees what the members say, and every partition has an owner."""
        asked, namespace, topic = self.membership.asked, self.membership.namespace, self.membership.topic
        partitions = {
            each.id for each in find_topic(self.membership.full_topic, asked=asked, namespace=namespace).partitions
        }
        try:
            group = describe_group(namespace, self.membership.group_id)
        except KafkaRefused:  # the first one has not joined yet
            return False
        shares = [{partition for name, partition in each.assignment if name == topic} for each in group.members]
        ours = [each.owned for each in self.members]
        has_all = partitions == set().union(*shares)
        return group.state == "Stable" and has_all and all(shares.count(each) >= ours.count(each) for each in ours)

    def _tell(self, member: int, what: What, partitions: Mapping[int, object] | Sequence[int] = ()) -> None:
        self.turns.append(Turn(time.monotonic() - self.began, member, what, tuple(sorted(partitions))))


def share_out(membership: Membership, members: int, *, timeout_s: float = TIMEOUT_S) -> Shared:
    """Start so many members, each as soon as the partitions are shared among those before it; then all leave.

    Raises: AppRefused, KafkaRefused, KafkaUnavailable.
    """
    membership.check_on_cluster()
    group = _Group(membership)
    deadline = group.began + timeout_s
    try:
        for _number in range(members):
            group.start()
            group.hear(LOOK_EVERY_S)
            while not group.is_settled():
                if time.monotonic() > deadline:
                    raise group.trouble or no_answer(asked=membership.asked, timeout_s=timeout_s)
                group.hear(LOOK_EVERY_S)
        group.hear(HOLD_S)
        owned = tuple(tuple(sorted(each.owned)) for each in group.members)
        return Shared(tuple(group.turns), owned, tuple(each.delivered for each in group.members))
    finally:
        for each in group.members:
            each.runs.stop()
        for each in group.members:
            each.runs.join(TIMEOUT_S)
