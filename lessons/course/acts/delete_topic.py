from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Name, Where, literal, with_refusals_said


class DeleteTopic(Action):
    kind: ClassVar[str] = "delete-topic"
    title: ClassVar[str] = "Delete a topic"
    submit: ClassVar[str] = "Delete topic"
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"name": "test2die"}

    name: Name = Field(title="Topic", description="its records go with it")

    def run(self, namespace: Namespace) -> Answer:
        try:
            topic_id = topics.describe_topic(namespace, self.name).topic_id
        except TopicMissing:
            topic_id = None  # which Kafka says itself, when it is asked to delete
        deletion = topics.delete_topic(namespace, self.name)
        gone_ms = deletion.gone_ms
        return Answer(
            words=f"Kafka accepted the deletion of {self.name}, and "
            + ("then carried it out." if gone_ms is not None else "has not carried it out everywhere yet."),
            details=(
                f"accepted after {deletion.accepted_ms:.0f} ms",
                "not yet gone from every broker's list"
                if gone_ms is None
                else f"gone from every broker's list after {gone_ms:.0f} ms",
            ),
            data={"topic_id": topic_id, "accepted_ms": deletion.accepted_ms, "gone_ms": gone_ms},
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        try:
            topics.describe_topic(namespace, self.name)
        except TopicMissing:
            return Answer(words=f"{self.name} is gone.")
        return None

    def python(self, where: Where) -> str:
        name = literal(where.full(self.name))
        return f"""\
from confluent_kafka.admin import AdminClient

admin = AdminClient({{"bootstrap.servers": "{where.bootstrap_servers}"}})
for name, future in admin.delete_topics([{name}]).items():
    future.result()  # accepted: the brokers delete it a moment later
    print(f"{{name}} will be deleted")
"""

    def cell(self, where: Where) -> str:
        return with_refusals_said(self.python(where))

    def command(self, where: Where) -> str:
        return where.tool("kafka-topics.sh", "--delete", "--topic", where.full(self.name))

    def feed_line(self) -> str:
        return f"delete {self.name}"
