from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import groups
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop


class DeleteGroup(Action):
    """Delete a consumer group that has no members, with the offsets that it committed."""

    kind: ClassVar[str] = "delete-group"
    title: ClassVar[str] = gettext_noop("Delete a consumer group")
    submit: ClassVar[str] = gettext_noop("Delete group")
    about: ClassVar[About] = "groups"
    did: ClassVar[str] = gettext_noop("deleted group %(what)s")
    doing: ClassVar[str] = gettext_noop("deleting group %(what)s")
    removes: ClassVar[bool] = True
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"group_id": "leavers"}

    group_id: Name = Field(title="group.id", description=gettext_noop("its committed offsets are deleted too"))

    def run(self, namespace: Namespace) -> Answer:
        problem = groups.delete_groups(namespace, [self.group_id])[self.group_id]
        if problem is not None:
            raise problem
        return Answer(words=_("The group %(group)s and its committed offsets are gone.") % {"group": self.group_id})

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka.admin import AdminClient

{where.head()}
group = {literal(where.full(self.group_id))}

admin = AdminClient({where.client})
for name, future in admin.delete_consumer_groups([group]).items():
    future.result()  # None; a refusal is a KafkaException
    print(f"{{name}} deleted")
"""

    def command(self, where: Where) -> str:
        return where.tool("kafka-consumer-groups.sh", "--delete", "--group", where.full(self.group_id))

    def feed_line(self) -> str:
        return self.group_id
