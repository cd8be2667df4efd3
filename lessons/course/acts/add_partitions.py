from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.limits import MAX_PARTITIONS
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Name, Where, counted, literal, with_refusals_said
from lessons.course.acts.describe_topic import topic_answer


class AddPartitions(Action):
    kind: ClassVar[str] = "add-partitions"
    title: ClassVar[str] = "Add partitions"
    submit: ClassVar[str] = "Add partitions"
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test2p", "total": 2}

    topic: Name = Field(title="Topic")
    total: int = Field(
        title="Partitions in all",
        description=f"old and new together, at most {MAX_PARTITIONS}",
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
        name = literal(where.full(self.topic))
        return f"""\
from confluent_kafka.admin import AdminClient, NewPartitions

admin = AdminClient({{"bootstrap.servers": "{where.bootstrap_servers}"}})
more = NewPartitions({name}, new_total_count={self.total})
for name, future in admin.create_partitions([more]).items():
    future.result()  # None; a refusal is raised as a KafkaException
    print(f"{{name}} has {self.total} partition(s) now")
"""

    def cell(self, where: Where) -> str:
        return with_refusals_said(self.python(where))

    def command(self, where: Where) -> str:
        return where.tool(
            "kafka-topics.sh", "--alter", "--topic", where.full(self.topic), "--partitions", str(self.total)
        )

    def feed_line(self) -> str:
        return f"give {self.topic} {counted(self.total, 'partition')} in all"
