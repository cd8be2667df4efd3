from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.topics import ConfigEntry
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop, ngettext

# Kafka's names for where a value was set, most specific first; the first one wins.
SOURCES = {
    "DYNAMIC_TOPIC_CONFIG": gettext_noop("set for this topic"),
    "DYNAMIC_BROKER_CONFIG": gettext_noop("set for one broker"),
    "DYNAMIC_DEFAULT_BROKER_CONFIG": gettext_noop("set for the whole cluster"),
    "STATIC_BROKER_CONFIG": gettext_noop("set in the broker's file"),
    "DEFAULT_CONFIG": gettext_noop("Kafka's default"),
}
_MS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}
_BYTES = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10}
_NO_LIMIT = str(2**63 - 1)  # the largest long of Java


class DescribeConfig(Action):
    """Read every setting of a topic, with its unit and where it was set."""

    kind: ClassVar[str] = "describe-config"
    title: ClassVar[str] = gettext_noop("Describe a topic's configuration")
    submit: ClassVar[str] = gettext_noop("Describe configuration")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("described the configuration of %(what)s")
    doing: ClassVar[str] = gettext_noop("describing the configuration of %(what)s")
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p"}

    topic: Name = Field(title=gettext_noop("Topic"))

    def run(self, namespace: Namespace) -> Answer:
        entries = topics.describe_config(namespace, self.topic)
        order = list(SOURCES)
        ranked = sorted(entries, key=lambda e: order.index(e.source) if e.source in order else -1)
        own = sum(entry.source == "DYNAMIC_TOPIC_CONFIG" for entry in entries)
        defaults = sum(entry.is_default for entry in entries)
        words = ngettext(
            "%(topic)s has %(count)s setting: %(own)s set for this topic, %(defaults)s at Kafka's default.",
            "%(topic)s has %(count)s settings: %(own)s set for this topic, %(defaults)s at Kafka's default.",
            len(entries),
        )
        return Answer(
            words=words % {"topic": self.topic, "count": len(entries), "own": own or _("none"), "defaults": defaults},
            details=tuple(map(config_line, ranked)),
            data={"settings": [asdict(entry) for entry in entries]},
        )

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka.admin import (
    AdminClient, ConfigResource, ConfigSource,
)

{where.head(self.topic)}

admin = AdminClient({where.client})
resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
for future in admin.describe_configs([resource]).values():
    for name, entry in sorted(future.result().items()):
        source = ConfigSource(entry.source).name
        print(f"{{name}} = {{entry.value}} ({{source}})")
"""

    def command(self, where: Where) -> str:
        return where.tool("kafka-configs.sh", "--describe", "--all", "--topic", where.full(self.topic))

    def feed_line(self) -> str:
        return self.topic


def config_line(entry: ConfigEntry) -> str:
    """`retention.ms = 604800000 ms (7 days) · Kafka's default`."""
    return f"{entry.name} = {shown_value(entry)} · {shown_source(entry)}"


def shown_source(entry: ConfigEntry) -> str:
    return _(SOURCES.get(entry.source, entry.source))


def shown_value(entry: ConfigEntry) -> str:
    """`604800000 ms (7 days)`."""
    value = entry.value if entry.value else _("(empty)")
    unit = f" {entry.unit}" if entry.unit and value.isdecimal() and value != _NO_LIMIT else ""
    meaning = _meaning(entry)
    return f"{value}{unit} ({meaning})" if meaning else f"{value}{unit}"


def _meaning(entry: ConfigEntry) -> str:
    """What a number means, if that is hard to read from it; else, or without a unit, empty.

    As in Kafka's topic configuration reference, -1 is no limit, and -2 is the same as the setting without `local.`.
    """
    if entry.value == _NO_LIMIT or (entry.name in ("retention.ms", "retention.bytes") and entry.value == "-1"):
        return _("no limit")
    if entry.name in ("local.retention.ms", "local.retention.bytes") and entry.value == "-2":
        return _("same as %(setting)s") % {"setting": entry.name.removeprefix("local.")}
    if entry.unit is None or not (entry.value or "").isdecimal():
        return ""
    number = int(entry.value or "")
    units = _MS if entry.unit == "ms" else _BYTES
    unit = next((unit for unit, size in units.items() if number and number % size == 0), "")
    return _counted(number // units[unit], unit) if unit else ""


def _counted(number: int, unit: str) -> str:
    words = {
        "days": ngettext("%(number)s day", "%(number)s days", number),
        "hours": ngettext("%(number)s hour", "%(number)s hours", number),
        "minutes": ngettext("%(number)s minute", "%(number)s minutes", number),
        "seconds": ngettext("%(number)s second", "%(number)s seconds", number),
    }
    return words.get(unit, f"%(number)s {unit}") % {"number": number}
