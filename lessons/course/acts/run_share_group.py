from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import counted, records
from lessons.cluster.consume.share_members import MOST_MEMBERS, Does, Given, ShareMembership, run_members
from lessons.cluster.namespace import Namespace
from lessons.course.acts._reports import told_value
from lessons.course.acts.base import MOST_RECORDS, About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop

QUIET_S = 5  # in the program that is shown: the members join within 2 s
IMPORTS = """\
from confluent_kafka import (
    AcknowledgeType,
    KafkaException,
    ShareConsumer,
)
"""

_BECAME = {
    "accepted": gettext_noop("accepted"),
    "released": gettext_noop("released"),
    "rejected": gettext_noop("rejected"),
    "given up": gettext_noop("released, and given up by Kafka"),
    "not acknowledged": gettext_noop("done, but Kafka did not hear of it: it is delivered again"),
}


class RunShareGroup(Action):
    """Start several members of a share group (KIP-932), and have them do what is there: each accepts the records that it is
    given, but for those with one value, which it releases or rejects.

    The group begins with the earliest record, and a member asks for one record at a time. One run takes at most 500
    deliveries. At the end all members leave.
    """

    kind: ClassVar[str] = "run-share-group"
    title: ClassVar[str] = gettext_noop("Run a share group")
    submit: ClassVar[str] = gettext_noop("Run it")
    about: ClassVar[About] = "groups"
    did: ClassVar[str] = gettext_noop("ran %(what)s")
    doing: ClassVar[str] = gettext_noop("running %(what)s")
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {
        "topic": "test1p",
        "group_id": "sharers",
        "members": 3,
        "fails": "4",
    }

    topic: Name = Field(title=gettext_noop("Topic"))
    group_id: Name = Field(title="group.id")
    members: int = Field(3, title=gettext_noop("Members"), description=gettext_noop("1 to 4"), ge=1, le=MOST_MEMBERS)
    fails: str = Field(
        "",
        title=gettext_noop("Value that fails"),
        description=gettext_noop("with every member, each time; empty: none"),
        max_length=1000,
    )
    rejects: bool = Field(
        False,
        title=gettext_noop("Reject it"),
        description=gettext_noop("nobody shall try again; else it is released"),
    )

    def run(self, namespace: Namespace) -> Answer:
        membership = ShareMembership(namespace, self.topic, self.group_id, self._does)
        given, left = run_members(membership, self.members, most=MOST_RECORDS)
        return Answer(
            words=self._words(given, left),
            details=tuple(_lines(given)),
            data={
                "given": [
                    [each.member, each.record.partition, each.record.offset, each.deliveries, each.became]
                    for each in given
                ],
                "left": left,
            },
        )

    def _does(self, record: records.Record) -> Does:
        if not self.fails or record.value != self.fails.encode():
            return "accept"
        return "reject" if self.rejects else "release"

    def _words(self, given: Sequence[Given], left: int) -> str:
        if not given and not left:
            return _("Share group %(group)s has nothing left to do in %(topic)s.") % {
                "group": self.group_id, "topic": self.topic,
            }  # fmt: skip
        of_each = Counter(each.member for each in given)
        shares = ", ".join(
            _("member %(member)s was given %(count)s") % {"member": number, "count": of_each[number]}
            for number in range(1, self.members + 1)
        )
        words = _("In share group %(group)s, %(shares)s: %(deliveries)s of %(records)s. %(left)s left.") % {
            "group": self.group_id,
            "shares": shares,
            "deliveries": counted.deliveries(len(given)),
            "records": counted.records(len({(each.record.partition, each.record.offset) for each in given})),
            "left": counted.records(left),
        }
        return words if not left else f"{words} {_('This run was given no more: run it again.')}"

    def python(self, where: Where) -> str:
        return f"""\
{where.imports("import time")}{self._imports()}from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

{where.head(self.topic)}
group = {literal(where.full(self.group_id))}

# Where a share group begins is a setting of the group.
begin = ConfigEntry(
    "share.auto.offset.reset",
    "earliest",
    incremental_operation=AlterConfigOpType.SET,
)
settings = ConfigResource(
    ResourceType.GROUP, group, incremental_configs=[begin]
)
admin = AdminClient({where.client})
for done in admin.incremental_alter_configs([settings]).values():
    done.result()


def join():
    member = ShareConsumer({{
        {where.setting}
        "group.id": group,
        "share.acknowledgement.mode": "explicit",
        "max.poll.records": 1,
    }})
    member.subscribe([topic])
    return member


def handle(number, member, message):
    if message.error():
        raise KafkaException(message.error())
    at = f"[{{message.partition()}}] @ {{message.offset()}}"
    times = f"delivery {{message.delivery_count()}}"
    print("member", number, at, message.value(), times)
{self._acknowledge()}

members = [join() for _ in range({self.members})]
until = time.time() + {QUIET_S}
while time.time() < until:
    held = []
    for number, member in enumerate(members, 1):
        for message in member.poll(0.1):
            held.append((number, member, message))
    for number, member, message in held:
        handle(number, member, message)
        member.commit_sync()
        until = time.time() + {QUIET_S}
for member in members:
    member.close()
"""

    def _imports(self) -> str:
        return IMPORTS if self.fails else "from confluent_kafka import KafkaException, ShareConsumer\n"

    def _acknowledge(self) -> str:
        if not self.fails:
            return "    member.acknowledge(message)\n"
        kind = "REJECT" if self.rejects else "RELEASE"
        return f"""\
    if message.value() == {_bytes_literal(self.fails)}:
        member.acknowledge(message, AcknowledgeType.{kind})
    else:
        member.acknowledge(message)
"""

    def command(self, where: Where) -> str:
        group = where.full(self.group_id)
        set_begin = where.tool(
            "kafka-configs.sh", "--alter", "--entity-type", "groups", "--entity-name", group,
            "--add-config", "share.auto.offset.reset=earliest",
        )  # fmt: skip
        return f"""\
# A member accepts, releases or rejects all that it is given
# (--release, --reject). Run the second command in {self.members} windows.
{set_begin}
{self._read(where)}
"""

    def _read(self, where: Where) -> str:
        return where.tool(
            "kafka-console-share-consumer.sh", "--topic", where.full(self.topic), "--group", where.full(self.group_id),
            "--command-property", "max.poll.records=1",
            "--formatter-property", "print.partition=true",
            "--formatter-property", "print.offset=true",
            "--formatter-property", "print.delivery=true",
        )  # fmt: skip

    def script(self, where: Where) -> str:
        return f"{self.command(where).rstrip()} \\\n    --timeout-ms {QUIET_S * 1000}"

    def feed_line(self) -> str:
        words = _("share group %(group)s on %(topic)s with %(members)s")
        if self.fails and self.rejects:
            words = _("share group %(group)s on %(topic)s with %(members)s, which reject %(value)s")
        elif self.fails:
            words = _("share group %(group)s on %(topic)s with %(members)s, which release %(value)s")
        return words % {
            "group": self.group_id, "topic": self.topic, "members": counted.members(self.members), "value": self.fails,
        }  # fmt: skip


def _bytes_literal(text: str) -> str:
    return f"b{literal(text)}" if text.isascii() else f"{literal(text)}.encode()"


def _lines(given: Sequence[Given]) -> Iterator[str]:
    for each in given:
        yield _("member %(member)s [%(partition)s] @ %(offset)s, delivery %(deliveries)s: %(value)s %(became)s") % {
            "member": each.member, "partition": each.record.partition, "offset": each.record.offset,
            "deliveries": each.deliveries, "value": told_value(each.record.value), "became": _(_BECAME[each.became]),
        }  # fmt: skip
