from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.limits import MAX_PARTITIONS
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Name, Where, counted, literal, with_refusals_said


class CreateTopic(Action):
    kind: ClassVar[str] = "create-topic"
    title: ClassVar[str] = "Create a topic"
    submit: ClassVar[str] = "Create topic"
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"name": "test3r", "partitions": 2, "replicas": 3}

    name: Name = Field(title="Name", description="letters, digits, . _ and -")
    partitions: int = Field(1, title="Partitions", description=f"1 to {MAX_PARTITIONS}", ge=-(2**31), lt=2**31)
    replicas: int = Field(
        1,
        title="Replication factor",
        description="replicas of each partition, the leader included",
        ge=-(2**15),
        lt=2**15,
    )

    def run(self, namespace: Namespace) -> Answer:
        return self._answer(
            topics.create_topic(namespace, self.name, partitions=self.partitions, replicas=self.replicas)
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        try:
            topic = topics.describe_topic(namespace, self.name)
        except TopicMissing:
            return None
        numbers = len(topic.partitions), {len(partition.replicas) for partition in topic.partitions}
        return self._answer(topic) if numbers == (self.partitions, {self.replicas}) else None  # else: another one

    def _answer(self, topic: Topic) -> Answer:
        leaders = ", ".join(
            f"partition {p.id} has no leader yet" if p.leader is None else f"broker {p.leader} leads partition {p.id}"
            for p in topic.partitions
        )
        return Answer(
            words=f"{self.name} has {counted(len(topic.partitions), 'partition')}: {leaders}.",
            data={
                "topic_id": topic.topic_id,
                "partitions": [
                    {"id": p.id, "leader": p.leader, "replicas": list(p.replicas), "in_sync": list(p.in_sync)}
                    for p in topic.partitions
                ],
            },
        )

    def python(self, where: Where) -> str:
        name = literal(where.full(self.name))
        return f"""\
from confluent_kafka.admin import AdminClient, NewTopic

admin = AdminClient({{"bootstrap.servers": "{where.bootstrap_servers}"}})
topic = NewTopic({name}, num_partitions={self.partitions}, replication_factor={self.replicas})
for name, future in admin.create_topics([topic]).items():
    future.result()  # None; a refusal is raised as a KafkaException
    print(f"{{name}} created")
"""

    def cell(self, where: Where) -> str:
        return with_refusals_said(self.python(where))

    def command(self, where: Where) -> str:
        return where.tool(
            "kafka-topics.sh", "--create", "--topic", where.full(self.name),
            "--partitions", str(self.partitions), "--replication-factor", str(self.replicas),
        )  # fmt: skip

    def feed_line(self) -> str:
        copies = counted(self.replicas, "replica")
        return f"create {self.name} with {counted(self.partitions, 'partition')}, {copies}"
