from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop


class DeleteTopic(Action):
    kind: ClassVar[str] = "delete-topic"
    title: ClassVar[str] = gettext_noop("Delete a topic")
    submit: ClassVar[str] = gettext_noop("Delete topic")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("deleted %(what)s")
    doing: ClassVar[str] = gettext_noop("deleting %(what)s")
    removes: ClassVar[bool] = True
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"name": "test2die"}

    name: Name = Field(title=gettext_noop("Topic"), description=gettext_noop("its records are deleted too"))

    def run(self, namespace: Namespace) -> Answer:
        try:
            topic_id = topics.describe_topic(namespace, self.name).topic_id
        except TopicMissing:
            topic_id = None  # Kafka will say so itself
        deletion = topics.delete_topic(namespace, self.name)
        gone_ms = deletion.gone_ms
        if gone_ms is None:
            words = _("Kafka accepted the deletion of %(topic)s, but has not carried it out everywhere yet.")
            gone = _("not gone from every broker's list yet")
        else:
            words = _("Kafka accepted the deletion of %(topic)s and then carried it out.")
            gone = _("gone from every broker's list after %(ms)s ms") % {"ms": f"{gone_ms:.0f}"}
        return Answer(
            words=words % {"topic": self.name},
            details=(_("accepted after %(ms)s ms") % {"ms": f"{deletion.accepted_ms:.0f}"}, gone),
            data={"topic_id": topic_id, "accepted_ms": deletion.accepted_ms, "gone_ms": gone_ms},
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        try:
            topics.describe_topic(namespace, self.name)
        except TopicMissing:
            return Answer(words=_("%(topic)s is gone.") % {"topic": self.name})
        return None

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka.admin import AdminClient

{where.head(self.name)}

admin = AdminClient({where.client})
for name, future in admin.delete_topics([topic]).items():
    future.result()  # accepted; the brokers delete it soon
    print(f"{{name}} will be deleted")
"""

    def cell(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

{where.head(self.name)}

admin = AdminClient({where.client})
for name, future in admin.delete_topics([topic]).items():
    try:
        future.result()  # accepted; the brokers delete it soon
        print(f"{{name}} will be deleted")
    except KafkaException as refusal:
        print(f"Kafka refused: {{refusal.args[0].str()}}")
"""

    def command(self, where: Where) -> str:
        return where.tool("kafka-topics.sh", "--delete", "--topic", where.full(self.name))

    def feed_line(self) -> str:
        return self.name
