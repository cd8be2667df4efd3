from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from lessons.actions.base import Action, Answer, Name, Where, literal
from lessons.cluster import topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.namespace import Namespace


class DeleteTopic(Action):
    kind: ClassVar[str] = "delete-topic"
    title: ClassVar[str] = "Delete a topic"
    submit: ClassVar[str] = "Delete topic"

    name: Name = Field(title="Topic", description="its records go with it")

    def run(self, namespace: Namespace) -> Answer:
        topic_id = topics.describe_topic(namespace, self.name).topic_id
        deletion = topics.delete_topic(namespace, self.name)
        gone = (
            f"gone from every broker's list after {deletion.gone_ms:.0f} ms"
            if deletion.gone_ms is not None
            else "not yet gone from every broker's list"
        )
        return Answer(
            words=f"The deletion of {self.name} was accepted after {deletion.accepted_ms:.0f} ms; the topic was {gone}.",
            data={"topic_id": topic_id, "accepted_ms": deletion.accepted_ms, "gone_ms": deletion.gone_ms},
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

    def command(self, where: Where) -> str:
        return where.tool("kafka-topics.sh", "--delete", "--topic", where.full(self.name))

    def feed_line(self) -> str:
        return f"delete {self.name}"
