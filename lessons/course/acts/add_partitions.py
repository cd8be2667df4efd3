from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import counted, topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.course.acts.describe_topic import topic_answer
from lessons.words import _, gettext_noop


class AddPartitions(Action):
    kind: ClassVar[str] = "add-partitions"
    title: ClassVar[str] = gettext_noop("Add partitions")
    submit: ClassVar[str] = gettext_noop("Add partitions")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("gave %(what)s")
    doing: ClassVar[str] = gettext_noop("giving %(what)s")
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test2p", "total": 2}

    topic: Name = Field(title=gettext_noop("Topic"))
    total: int = Field(
        title=gettext_noop("Partitions in all"),
        description=gettext_noop("the total you want, at most 12"),
        ge=-(2**31),
        lt=2**31,
    )

    def run(self, namespace: Namespace) -> Answer:
        return topic_answer(self.topic, topics.add_partitions(namespace, self.topic, total=self.total))

    def find_out(self, namespace: Namespace) -> Answer | None:
        try:
            topic = topics.describe_topic(namespace, self.topic)
        except TopicMissing:
            return None
        return topic_answer(self.topic, topic) if len(topic.partitions) == self.total else None

    def python(self, where: Where) -> str:
        return f"""\
{where.not_from_a_laptop}{where.imports()}from confluent_kafka.admin import AdminClient, NewPartitions

{where.head(self.topic)}

admin = AdminClient({where.client})
more = NewPartitions(topic, new_total_count={self.total})
for name, future in admin.create_partitions([more]).items():
    future.result()  # None; a refusal is a KafkaException
    print(f"{{name}} has {self.total} partition(s) now")
"""

    def cell(self, where: Where) -> str:
        return f"""\
{where.not_from_a_laptop}{where.imports()}from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewPartitions

{where.head(self.topic)}

admin = AdminClient({where.client})
more = NewPartitions(topic, new_total_count={self.total})
for name, future in admin.create_partitions([more]).items():
    try:
        future.result()
        print(f"{{name}} has {self.total} partition(s) now")
    except KafkaException as refusal:
        print(f"Kafka refused: {{refusal.args[0].str()}}")
"""

    def command(self, where: Where) -> str:
        return where.not_from_a_laptop + where.tool(
            "kafka-topics.sh", "--alter", "--topic", where.full(self.topic), "--partitions", str(self.total)
        )

    def feed_line(self) -> str:
        return _("%(topic)s %(partitions)s in all") % {
            "topic": self.topic, "partitions": counted.partitions(self.total),
        }  # fmt: skip
