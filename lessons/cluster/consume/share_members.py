"""Members of a share group: which of them is given which record, how often, and what becomes of it.

They are polled in turns. In a round each is given something before any of them is done with it, as it is where the work
takes time: only so it shows that they have records of one partition at the same moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from confluent_kafka import AcknowledgeType, KafkaException, Message, ShareConsumer

from lessons.cluster import clients, records, share_groups
from lessons.cluster.errors import translated
from lessons.cluster.limits import refuse_another_group
from lessons.cluster.metadata import find_topic
from lessons.cluster.namespace import Namespace

MOST_MEMBERS = 4
QUIET_S = 20.0  # without a record: what is left is with members of somebody else's run
POLL_S = 0.05
TOGETHER_S = 10.0  # the first round waits so long until all have joined, which takes 2 s
ROUND_S = 1.0
COMMIT_S = 10.0

Does = Literal["accept", "release", "reject"]
Became = Literal["accepted", "released", "rejected", "given up", "not acknowledged"]

_TYPES = {"accept": AcknowledgeType.ACCEPT, "release": AcknowledgeType.RELEASE, "reject": AcknowledgeType.REJECT}
_BECAME: dict[Does, Became] = {"accept": "accepted", "release": "released", "reject": "rejected"}


@dataclass(frozen=True)
class Given:
    """A record that was delivered. Members count from 1, and so do deliveries. "not acknowledged": what the member said did
    not come to a leader, for it had moved, say; so the record is delivered again."""

    member: int
    record: records.Record
    deliveries: int
    became: Became


@dataclass(frozen=True)
class ShareMembership:
    """What was asked for; short names. `does`: what members do with a record."""

    namespace: Namespace
    topic: str
    group_id: str
    does: Callable[[records.Record], Does]

    @property
    def asked(self) -> str:
        return f"Read {self.topic} as members of the share group {self.group_id}"

    def settings(self) -> dict[str, str | int]:
        return {
            "group.id": self.namespace.full(self.group_id, thing="group"),
            "share.acknowledgement.mode": "explicit",
            "max.poll.records": 1,
        }


@dataclass
class _Members:
    membership: ShareMembership
    delivery_limit: int
    most: int
    members: list[ShareConsumer] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    _rounds: int = 0

    def left(self) -> int:
        """How many records the group has not done yet, of those that are there now."""
        asked, namespace, topic = self.membership.asked, self.membership.namespace, self.membership.topic
        found = find_topic(namespace.full(topic), asked=asked, namespace=namespace)
        spans = records.offsets(found.name, namespace=namespace)
        known = {
            each.partition: each.left(spans[each.partition])
            for each in share_groups.shared(namespace, topic, found.topic_id)
            if each.group_id == self.membership.group_id and each.partition in spans
        }
        return sum(known.get(partition, end - earliest) for partition, (earliest, end) in spans.items())

    def work(self) -> int:
        """Until nothing is left, or nothing comes, or as many deliveries as there may be. How many records are left then."""
        heard_at, within_s = time.monotonic(), TOGETHER_S
        while (left := self.left()) and len(self.given) < self.most:
            if held := self._round(left, within_s):
                heard_at, within_s = time.monotonic(), ROUND_S
                for number, messages in held.items():
                    self._handle(number, messages)
            elif time.monotonic() - heard_at > QUIET_S:
                break
        return left

    def _round(self, left: int, within_s: float) -> dict[int, list[Message]]:
        """Until each member has something, or all that is left is with them. In each round another one is the first."""
        held: dict[int, list[Message]] = {}
        deadline = time.monotonic() + within_s
        turn = self._rounds % len(self.members)
        self._rounds += 1
        numbered = list(enumerate(self.members, 1))
        while time.monotonic() < deadline and len(held) < len(self.members) and sum(map(len, held.values())) < left:
            for number, member in [*numbered[turn:], *numbered[:turn]]:
                if number not in held and (messages := list(member.poll(POLL_S))):
                    held[number] = messages
        return held

    def _handle(self, number: int, messages: list[Message]) -> None:
        member, given = self.members[number - 1], list[Given]()
        for message in messages:
            if (error := message.error()) is not None:
                raise KafkaException(error)
            record, deliveries = records.from_kafka(message), message.delivery_count() or 1
            does = self.membership.does(record)
            member.acknowledge(message, _TYPES[does])
            is_last = does == "release" and deliveries >= self.delivery_limit
            given.append(Given(number, record, deliveries, "given up" if is_last else _BECAME[does]))
        settled = member.commit_sync(COMMIT_S)
        refused = {place.partition for place, refusal in settled.items() if refusal is not None}
        self.given += [
            replace(each, became="not acknowledged") if each.record.partition in refused else each for each in given
        ]


def run_members(membership: ShareMembership, members: int, *, most: int) -> tuple[tuple[Given, ...], int]:
    """Have so many members do what is there now, beginning with the earliest record; then all leave. What they were given,
    at most about so many times, in its order; and how many records are left.

    Raises: AppRefused, KafkaRefused, KafkaUnavailable.
    """
    asked, namespace, group_id = membership.asked, membership.namespace, membership.group_id
    full_topic = namespace.full(membership.topic)
    find_topic(full_topic, asked=asked, namespace=namespace)
    refuse_another_group(namespace, group_id, asked=asked, counts_others=True)
    share_groups.begin_at_the_earliest(namespace, group_id)
    group = _Members(membership, share_groups.delivery_limit(namespace, group_id), most)
    with translated(asked=asked, namespace=namespace):
        try:
            for _number in range(members):
                group.members.append(clients.new_share_consumer(**membership.settings()))
                group.members[-1].subscribe([full_topic])
            left = group.work()
            return tuple(group.given), left
        finally:
            for member in group.members:
                clients.close(member)
