from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import records
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop, ngettext


class ListOffsets(Action):
    """Ask the leaders where each partition of a topic begins and where it ends."""

    kind: ClassVar[str] = "list-offsets"
    title: ClassVar[str] = gettext_noop("Look up offsets")
    submit: ClassVar[str] = gettext_noop("Look up")
    about: ClassVar[About] = "records"
    did: ClassVar[str] = gettext_noop("looked up the offsets of %(what)s")
    doing: ClassVar[str] = gettext_noop("looking up the offsets of %(what)s")
    # Not by this act: but what brokers delete by age, or compact, is news that no snapshot brings, and a check hears of it
    # when the student looks.
    changes_records: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p"}

    topic: Name = Field(title=gettext_noop("Topic"))

    def run(self, namespace: Namespace) -> Answer:
        spans = records.offsets(namespace.full(self.topic), namespace=namespace)
        words = ngettext(
            "%(topic)s has %(count)s partition; with its earliest offset, and its end:",
            "%(topic)s has %(count)s partitions; with their earliest offsets, and their ends:",
            len(spans),
        )
        line = _("partition %(partition)s begins at offset %(earliest)s; the next record gets offset %(end)s")
        return Answer(
            words=words % {"topic": self.topic, "count": len(spans)},
            details=tuple(
                line % {"partition": partition, "earliest": earliest, "end": end}
                for partition, (earliest, end) in spans.items()
            ),
            data={"spans": {str(partition): list(span) for partition, span in spans.items()}},
        )

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

{where.head(self.topic)}

admin = AdminClient({where.client})
partitions = admin.list_topics().topics[topic].partitions
begins, ends = OffsetSpec.earliest(), OffsetSpec.latest()
for what, spec in (("begins", begins), ("ends", ends)):
    asked = {{TopicPartition(topic, p): spec for p in partitions}}
    for place, future in admin.list_offsets(asked).items():
        offset = future.result().offset
        print(f"[{{place.partition}}] {{what}} at offset {{offset}}")
"""

    def command(self, where: Where) -> str:
        asked = ("kafka-get-offsets.sh", "--topic", where.full(self.topic), "--time")
        return "\n".join(where.tool(*asked, time) for time in ("earliest", "latest"))

    def feed_line(self) -> str:
        return self.topic
