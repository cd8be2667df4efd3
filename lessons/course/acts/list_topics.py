from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lessons.cluster import counted, topics
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Where
from lessons.words import _, gettext_noop


class ListTopics(Action):
    kind: ClassVar[str] = "list-topics"
    title: ClassVar[str] = gettext_noop("List the topics")
    submit: ClassVar[str] = gettext_noop("List topics")
    about: ClassVar[About] = "cluster"
    did: ClassVar[str] = gettext_noop("listed the topics")
    doing: ClassVar[str] = gettext_noop("listing the topics")
    example: ClassVar[Mapping[str, Any]] = {}

    def run(self, namespace: Namespace) -> Answer:
        shown, others = topics.list_for(namespace)
        own = sum(namespace.owns(topic.name) for topic in shown)
        words = _("The cluster lists %(topics)s; yours: %(own)s.") % {
            "topics": counted.topics(len(shown) + others), "own": own or _("none"),
        }  # fmt: skip
        if others:
            words = f"{words} {_('Topics of other people are counted, but not shown.')}"
        return Answer(
            words=words,
            details=tuple(_line(namespace.short(topic.name), topic) for topic in shown),
            data={
                "topics": [
                    {"name": topic.name, "partitions": len(topic.partitions), "internal": topic.internal}
                    for topic in shown
                ],
                "others": others,
            },
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        return self.run(namespace)  # it changes nothing, so ask again

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka import TopicCollection
from confluent_kafka.admin import AdminClient

{where.head()}

admin = AdminClient({where.client})
metadata = admin.list_topics(timeout=10)
print(f"{{len(metadata.topics)}} topics:")
for name, topic in sorted(metadata.topics.items()):
    error = f": {{topic.error}}" if topic.error is not None else ""
    count = len(topic.partitions)
    print(f'  "{{name}}" with {{count}} partition(s){{error}}')

# An underscore is part of a name. Whether a topic is internal,
# Kafka says itself:
names = [name for name in metadata.topics if name.startswith("_")]
described = admin.describe_topics(TopicCollection(names))
for name, future in described.items():
    internal = future.result().is_internal
    print(f'  "{{name}}" is {{"" if internal else "not "}}internal')
"""

    def command(self, where: Where) -> str:
        described, ordinary = (
            where.tool("kafka-topics.sh", "--describe"),
            where.tool("kafka-topics.sh", "--list", "--exclude-internal"),
        )
        return f"{described} | grep PartitionCount\n\n# the names alone, without those that Kafka calls internal\n{ordinary}"

    def feed_line(self) -> str:
        return ""


def _line(name: str, topic: Topic) -> str:
    """A line as the notebook prints it, with Kafka's own `internal`."""
    error = f": {topic.error}" if topic.error else ""
    return f'"{name}" with {len(topic.partitions)} partition(s){error}{" (internal)" if topic.internal else ""}'
