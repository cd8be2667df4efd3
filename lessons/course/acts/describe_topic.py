from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import counted, topics
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop


class DescribeTopic(Action):
    """Read which brokers lead each partition, hold its replicas, and are in sync."""

    kind: ClassVar[str] = "describe-topic"
    title: ClassVar[str] = gettext_noop("Describe a topic")
    submit: ClassVar[str] = gettext_noop("Describe topic")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("described %(what)s")
    doing: ClassVar[str] = gettext_noop("describing %(what)s")
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p"}

    topic: Name = Field(title=gettext_noop("Topic"))

    def run(self, namespace: Namespace) -> Answer:
        topic = topics.describe_topic(namespace, self.topic)
        answer = topic_answer(self.topic, topic)
        named = _("topic id: %(id)s") % {"id": topic.topic_id}
        return replace(answer, details=(named, *answer.details))

    def python(self, where: Where) -> str:
        # It lists all topics and picks one: a list that names one would create it where auto-creation is on.
        return f"""\
{where.imports()}from confluent_kafka import TopicCollection
from confluent_kafka.admin import AdminClient

{where.head(self.topic)}

admin = AdminClient({where.client})
described = admin.describe_topics(TopicCollection([topic]))
print(f"{{topic}} has the id {{described[topic].result().topic_id}}")
for p in admin.list_topics().topics[topic].partitions.values():
    print(f"partition {{p.id}} leader: {{p.leader}}", end=", ")
    print(f"replicas: {{p.replicas}}, isrs: {{p.isrs}}", end=", ")
    print(f"error: {{p.error or 'none'}}")
"""

    def command(self, where: Where) -> str:
        return where.tool("kafka-topics.sh", "--describe", "--topic", where.full(self.topic))

    def feed_line(self) -> str:
        return self.topic


def topic_answer(name: str, topic: Topic) -> Answer:
    """The answer with the topic's number of partitions, and a line for each."""
    return Answer(
        words=_("%(topic)s has %(partitions)s.")
        % {"topic": name, "partitions": counted.partitions(len(topic.partitions))},
        details=tuple(
            f"partition {p.id} leader: {'none' if p.leader is None else p.leader}, "
            f"replicas: {list(p.replicas)}, isrs: {list(p.in_sync)}, error: {p.error or 'none'}"
            for p in topic.partitions
        ),
        data={"topic_id": topic.topic_id, "partitions": partitions_as_data(topic)},
    )


def partitions_as_data(topic: Topic) -> list[dict[str, Any]]:
    """The partitions as JSON, for the checks."""
    return [
        {"id": p.id, "leader": p.leader, "replicas": list(p.replicas), "in_sync": list(p.in_sync), "error": p.error}
        for p in topic.partitions
    ]
