from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import offsets
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop


class DeleteRecords(Action):
    """Delete the records of a partition that stand before an offset."""

    kind: ClassVar[str] = "delete-records"
    title: ClassVar[str] = gettext_noop("Delete records")
    submit: ClassVar[str] = gettext_noop("Delete records")
    about: ClassVar[About] = "records"
    did: ClassVar[str] = gettext_noop("deleted records of %(what)s")
    doing: ClassVar[str] = gettext_noop("deleting records of %(what)s")
    removes: ClassVar[bool] = True
    changes_records: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test2p", "partition": 0, "before": -1}

    topic: Name = Field(title=gettext_noop("Topic"))
    partition: int = Field(0, title=gettext_noop("Partition"), ge=0, lt=2**31)
    before: int = Field(
        -1, title=gettext_noop("Before offset"), description=gettext_noop("-1: all records"), ge=-1, lt=2**63
    )

    def run(self, namespace: Namespace) -> Answer:
        begins = offsets.delete_records(namespace, self.topic, self.partition, before=self.before)
        words = _("%(topic)s [%(partition)s] begins at offset %(offset)s now.")
        return Answer(
            words=words % {"topic": self.topic, "partition": self.partition, "offset": begins}, data={"begins": begins}
        )

    def python(self, where: Where) -> str:
        before = "OFFSET_END" if self.before == -1 else str(self.before)
        names = "OFFSET_END, TopicPartition" if self.before == -1 else "TopicPartition"
        return f"""\
{where.imports()}from confluent_kafka import {names}
from confluent_kafka.admin import AdminClient

{where.head(self.topic)}

admin = AdminClient({where.client})
place = TopicPartition(topic, {self.partition}, {before})
for partition, future in admin.delete_records([place]).items():
    begins_at = future.result().low_watermark
    print(f"[{{partition.partition}}] begins at {{begins_at}}")
"""

    def command(self, where: Where) -> str:
        place = {"topic": where.full(self.topic), "partition": self.partition, "offset": self.before}
        wanted = f'{{"version": 1, "partitions": [\n  {json.dumps(place)}\n]}}'
        tool = where.tool("kafka-delete-records.sh", "--offset-json-file", "/dev/stdin")
        return f"echo {shlex.quote(wanted)} | {tool}"

    def feed_line(self) -> str:
        what = {"topic": self.topic, "partition": self.partition, "offset": self.before}
        if self.before == -1:
            return _("%(topic)s [%(partition)s]: all") % what
        return _("%(topic)s [%(partition)s] before offset %(offset)s") % what
