from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from lessons.cluster import groups, offsets
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.course.moments import milliseconds_of, to_the_millisecond
from lessons.words import _, gettext_noop


class SetOffset(Action):
    """Commit an offset for a group that has no members: its next member goes on there.

    The offset is a number, or `to` says where: at the earliest record, at the latest (behind it), or at a time. A time is
    the offset of the first record that is not older, or the end where there is none.
    """

    kind: ClassVar[str] = "set-offset"
    title: ClassVar[str] = gettext_noop("Set a group's offset")
    submit: ClassVar[str] = gettext_noop("Set offset")
    about: ClassVar[About] = "groups"
    did: ClassVar[str] = gettext_noop("set the offset of %(what)s")
    doing: ClassVar[str] = gettext_noop("setting the offset of %(what)s")
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"group_id": "movers", "topic": "test1p", "partition": 0, "offset": 0}

    group_id: Name = Field(title="group.id", description=gettext_noop("a group without members"))
    topic: Name = Field(title=gettext_noop("Topic"))
    partition: int = Field(0, title=gettext_noop("Partition"), ge=0, lt=2**31)
    offset: int = Field(0, title=gettext_noop("Offset"), ge=0, lt=2**63)
    to: str = Field(
        "",
        title=gettext_noop("Or where to"),
        description=gettext_noop("earliest, latest, or a time in UTC, such as 2026-05-04T09:30:00.000"),
        max_length=40,
    )

    @field_validator("to")
    @classmethod
    def is_a_place(cls, to: str) -> str:
        to = to.strip()
        if to and to not in offsets.ENDS:
            try:
                milliseconds_of(to)
            except ValueError:
                words = _("“%(typed)s” is neither earliest, nor latest, nor a time such as 2026-05-04T09:30:00.000.")
                raise ValueError(words % {"typed": to}) from None
        return to

    @property
    def _at_ms(self) -> int | None:
        """The time to go to, since the epoch; None: another place was named."""
        return milliseconds_of(self.to) if self.to and self.to not in offsets.ENDS else None

    def run(self, namespace: Namespace) -> Answer:
        offset = self.offset
        if self.to:
            at = self.to if self._at_ms is None else self._at_ms
            offset = offsets.look_up(namespace, self.topic, self.partition, at=at)
        groups.set_offset(namespace, self.group_id, self.topic, self.partition, offset)
        words = _("Group %(group)s goes on at offset %(offset)s in %(topic)s [%(partition)s].")
        return Answer(words=words % self._places(offset), data={"committed": {self.partition: offset}})

    def _places(self, offset: int | str) -> dict[str, Any]:
        return {"group": self.group_id, "topic": self.topic, "partition": self.partition, "offset": offset}

    def python(self, where: Where) -> str:
        spec = "" if not self.to else ", OffsetSpec"
        return f"""\
{where.imports()}from confluent_kafka import (
    ConsumerGroupTopicPartitions, TopicPartition,
)
from confluent_kafka.admin import AdminClient{spec}

{where.head(self.topic)}
group_id = {literal(where.full(self.group_id))}

admin = AdminClient({where.client})
{self._looked_up()}group = ConsumerGroupTopicPartitions(group_id, [place])
changed = admin.alter_consumer_group_offsets([group])
for future in changed.values():
    print(future.result().topic_partitions)
"""

    def _looked_up(self) -> str:
        """The lines that make the place."""
        if not self.to:
            return f"place = TopicPartition(topic, {self.partition}, {self.offset})\n"
        ask = f"""\
partition = TopicPartition(topic, {self.partition})


def look_up(spec):
    [found] = admin.list_offsets({{partition: spec}}).values()
    return found.result().offset


"""
        if (at_ms := self._at_ms) is None:
            return f"{ask}offset = look_up(OffsetSpec.{self.to}())\n{_PLACE.format(self.partition)}"
        return f"""\
{ask}at_ms = {at_ms}  # {to_the_millisecond(at_ms)}
offset = look_up(OffsetSpec.for_timestamp(at_ms))
if offset < 0:  # no record is as late
    offset = look_up(OffsetSpec.latest())
{_PLACE.format(self.partition)}"""

    def command(self, where: Where) -> str:
        if not self.to:
            place = ["--to-offset", str(self.offset)]
        elif (at_ms := self._at_ms) is None:
            place = [f"--to-{self.to}"]
        else:
            place = ["--to-datetime", to_the_millisecond(at_ms)]
        return where.tool(
            "kafka-consumer-groups.sh", "--reset-offsets", "--group", where.full(self.group_id),
            "--topic", f"{where.full(self.topic)}:{self.partition}", *place, "--execute",
        )  # fmt: skip

    def feed_line(self) -> str:
        return _("group %(group)s in %(topic)s [%(partition)s] to %(offset)s") % self._places(self.to or self.offset)


_PLACE = "place = TopicPartition(topic, {}, offset)\n"
