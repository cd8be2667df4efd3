from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import counted
from lessons.cluster.consume.membership import Membership
from lessons.cluster.consume.sharing import MOST_MEMBERS, Shared, Turn, share_out
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.course.acts.consume import Consume, RebalanceProtocol
from lessons.words import _, gettext_noop

TOGETHER_S = 6  # in the program that is shown: a rebalance takes less
JOINS_EVERY_S = 4  # in the script

_TURNS = {
    "joins": gettext_noop("%(at)s s: member %(member)s joins"),
    "gets": gettext_noop("%(at)s s: member %(member)s is given %(partitions)s"),
    "loses": gettext_noop("%(at)s s: member %(member)s loses %(partitions)s"),
}


class RunGroup(Action):
    """Start several members of a consumer group, one after the other, and watch how the partitions are shared.

    Each joins as soon as those before it have shared all partitions. At the end all read what is there, commit it, and leave.
    """

    kind: ClassVar[str] = "run-group"
    title: ClassVar[str] = gettext_noop("Run a group")
    submit: ClassVar[str] = gettext_noop("Run it")
    about: ClassVar[About] = "groups"
    did: ClassVar[str] = gettext_noop("ran %(what)s")
    doing: ClassVar[str] = gettext_noop("running %(what)s")
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {
        "topic": "test1p",
        "group_id": "readers",
        "members": 2,
        "protocol": "range",
    }

    topic: Name = Field(title=gettext_noop("Topic"))
    group_id: Name = Field(title="group.id")
    members: int = Field(2, title=gettext_noop("Members"), description=gettext_noop("1 to 4"), ge=1, le=MOST_MEMBERS)
    protocol: RebalanceProtocol = "range"

    def run(self, namespace: Namespace) -> Answer:
        membership = Membership(
            namespace,
            self.topic,
            self.group_id,
            session_timeout_ms=self._alone.session_timeout_ms,
            protocol=self.protocol,
        )
        shared = share_out(membership, self.members)
        return Answer(
            words=self._words(shared),
            details=tuple(_line(turn) for turn in shared.turns),
            data={
                "turns": [
                    [round(turn.at_s, 2), turn.member, turn.what, list(turn.partitions)] for turn in shared.turns
                ],
                "owned": [list(each) for each in shared.owned],
                "delivered": list(shared.delivered),
            },
        )

    @property
    def _alone(self) -> Consume:
        return Consume(topic=self.topic, group_id=self.group_id, protocol=self.protocol)

    def _words(self, shared: Shared) -> str:
        shares = ", ".join(
            _("member %(member)s has %(partitions)s") % {"member": number, "partitions": _listed(owned)}
            for number, owned in enumerate(shared.owned, 1)
        )
        words = _("In group %(group)s, %(shares)s. %(records)s delivered.")
        return words % {
            "group": self.group_id,
            "shares": shares,
            "records": counted.records(sum(shared.delivered)),
        }

    def python(self, where: Where) -> str:
        return f"""\
{where.imports("import time")}from confluent_kafka import Consumer

{where.head(self.topic)}


def numbers(partitions):
    return [each.partition for each in partitions]


def join(name):
    def given(consumer, partitions):
        print(name, "is given", numbers(partitions))

    def taken(consumer, partitions):
        print(name, "loses", numbers(partitions))

    consumer = Consumer({{
{self._alone.settings(where, indent="        ")}    }})
    consumer.subscribe([topic], on_assign=given, on_revoke=taken)
    return consumer


group = []
for number in range(1, {self.members + 1}):
    group.append(join(f"member {{number}}"))
    until = time.time() + {TOGETHER_S}
    while time.time() < until:
        for consumer in group:  # the callbacks are called in here
            consumer.poll(0.1)
for consumer in group:
    consumer.close()
"""

    def command(self, where: Where) -> str:
        return f"""\
# A member each: run it in {self.members} windows, one after the other.
{self._alone.command(where)}"""

    def script(self, where: Where) -> str:
        numbers = " ".join(map(str, range(1, self.members + 1)))
        quiet_s = JOINS_EVERY_S * self.members + TOGETHER_S  # the last one has to be there before the first one leaves
        return f"""\
for member in {numbers}; do
{self._alone.command(where)} \\
    --timeout-ms {quiet_s * 1000} &
sleep {JOINS_EVERY_S}
done
wait"""

    def feed_line(self) -> str:
        members = counted.members(self.members)
        return _("%(group)s on %(topic)s with %(members)s (%(protocol)s)") % {
            "group": self.group_id, "topic": self.topic, "members": members, "protocol": self.protocol,
        }  # fmt: skip


def _line(turn: Turn) -> str:
    return _(_TURNS[turn.what]) % {
        "at": f"{turn.at_s:.1f}", "member": turn.member, "partitions": _listed(turn.partitions),
    }  # fmt: skip


def _listed(partitions: tuple[int, ...]) -> str:
    if not partitions:
        return _("no partition")
    return _("partition %(numbers)s") % {"numbers": ", ".join(map(str, partitions))}
