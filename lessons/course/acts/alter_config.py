from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop


class AlterConfig(Action):
    """Set one setting of a topic, or set it back to its default."""

    kind: ClassVar[str] = "alter-config"
    title: ClassVar[str] = gettext_noop("Change a topic's configuration")
    submit: ClassVar[str] = gettext_noop("Change configuration")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("set %(what)s")
    doing: ClassVar[str] = gettext_noop("setting %(what)s")
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test2p", "setting": "retention.ms", "value": "86400000"}

    topic: Name = Field(title=gettext_noop("Topic"))
    setting: Name = Field(title=gettext_noop("Setting"), description=gettext_noop("such as retention.ms"))
    value: Name = Field("", title=gettext_noop("Value"), description=gettext_noop("empty: back to the default"))

    def run(self, namespace: Namespace) -> Answer:
        return self._answer(topics.alter_config(namespace, self.topic, self.setting, self.value or None))

    def find_out(self, namespace: Namespace) -> Answer | None:
        entries = topics.describe_config(namespace, self.topic)
        entry = next((each for each in entries if each.name == self.setting), None)
        if entry is None or (self.value and entry.value != self.value):
            return None
        return self._answer(entry) if self.value or entry.source != "DYNAMIC_TOPIC_CONFIG" else None

    def _answer(self, entry: topics.ConfigEntry) -> Answer:
        words = _("%(setting)s of %(topic)s is %(value)s now.")
        return Answer(
            words=words % {"setting": self.setting, "topic": self.topic, "value": entry.value},
            data={"setting": self.setting, "value": entry.value, "source": entry.source},
        )

    def python(self, where: Where) -> str:
        kind = "SET" if self.value else "DELETE"
        value = literal(self.value) if self.value else "None"
        said = "set" if self.value else "at its default again"
        return f"""\
{where.imports()}from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource,
)

{where.head(self.topic)}

admin = AdminClient({where.client})
change = ConfigEntry(
    {literal(self.setting)},
    {value},
    incremental_operation=AlterConfigOpType.{kind},
)
resource = ConfigResource(
    ConfigResource.Type.TOPIC, topic, incremental_configs=[change]
)
changed = admin.incremental_alter_configs([resource])
for future in changed.values():
    future.result()  # None; a refusal is a KafkaException
    print(f"{{change.name}} is {said}")
"""

    def command(self, where: Where) -> str:
        change = ["--add-config", f"{self.setting}={self.value}"] if self.value else ["--delete-config", self.setting]
        return where.tool("kafka-configs.sh", "--alter", "--topic", where.full(self.topic), *change)

    def feed_line(self) -> str:
        value = self.value or _("its default")
        return _("%(setting)s of %(topic)s to %(value)s") % {
            "setting": self.setting, "topic": self.topic, "value": value,
        }  # fmt: skip
