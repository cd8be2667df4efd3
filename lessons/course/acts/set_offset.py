from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import groups
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop


class SetOffset(Action):
    """Commit an offset for a group that has no members: its next member goes on there."""

    kind: ClassVar[str] = "set-offset"
    title: ClassVar[str] = gettext_noop("Set a group's offset")
    submit: ClassVar[str] = gettext_noop("Set offset")
    did: ClassVar[str] = gettext_noop("set the offset of %(what)s")
    doing: ClassVar[str] = gettext_noop("setting the offset of %(what)s")
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"group_id": "movers", "topic": "test1p", "partition": 0, "offset": 0}

    group_id: Name = Field(title="group.id", description=gettext_noop("a group without members"))
    topic: Name = Field(title=gettext_noop("Topic"))
    partition: int = Field(0, title=gettext_noop("Partition"), ge=0, lt=2**31)
    offset: int = Field(0, title=gettext_noop("Offset"), ge=0, lt=2**63)

    def run(self, namespace: Namespace) -> Answer:
        groups.set_offset(namespace, self.group_id, self.topic, self.partition, self.offset)
        words = _("Group %(group)s goes on at offset %(offset)s in %(topic)s [%(partition)s].")
        return Answer(words=words % self._places(), data={"committed": {self.partition: self.offset}})

    def _places(self) -> dict[str, Any]:
        return {"group": self.group_id, "topic": self.topic, "partition": self.partition, "offset": self.offset}

    def python(self, where: Where) -> str:
        return f"""\
from confluent_kafka import (
    ConsumerGroupTopicPartitions, TopicPartition,
)
from confluent_kafka.admin import AdminClient

{where.head(self.topic)}
group_id = {literal(where.full(self.group_id))}

admin = AdminClient({{"bootstrap.servers": brokers}})
place = TopicPartition(topic, {self.partition}, {self.offset})
group = ConsumerGroupTopicPartitions(group_id, [place])
changed = admin.alter_consumer_group_offsets([group])
for future in changed.values():
    print(future.result().topic_partitions)
"""

    def command(self, where: Where) -> str:
        return where.tool(
            "kafka-consumer-groups.sh", "--reset-offsets", "--group", where.full(self.group_id),
            "--topic", f"{where.full(self.topic)}:{self.partition}", "--to-offset", str(self.offset), "--execute",
        )  # fmt: skip

    def feed_line(self) -> str:
        return _("group %(group)s in %(topic)s [%(partition)s] to %(offset)s") % self._places()
