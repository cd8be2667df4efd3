from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.topics import ConfigEntry
from lessons.course.acts.base import Action, Answer, Name, Where, counted, literal

# Kafka's names for who set a value, most particular first; the first that set it wins.
SOURCES = {
    "DYNAMIC_TOPIC_CONFIG": "set for this topic",
    "DYNAMIC_BROKER_CONFIG": "set for one broker",
    "DYNAMIC_DEFAULT_BROKER_CONFIG": "set for the whole cluster",
    "STATIC_BROKER_CONFIG": "set in the broker's file",
    "DEFAULT_CONFIG": "Kafka's default",
}
_UNITS = {
    "ms": ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second")),
    "bytes": ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")),
}
_NO_LIMIT = str(2**63 - 1)  # the largest long of Java


class DescribeConfig(Action):
    """Reads only: every setting of a topic, with its unit and with who set it."""

    kind: ClassVar[str] = "describe-config"
    title: ClassVar[str] = "Describe a topic's configuration"
    submit: ClassVar[str] = "Describe configuration"
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p"}

    topic: Name = Field(title="Topic")

    def run(self, namespace: Namespace) -> Answer:
        entries = topics.describe_config(namespace, self.topic)
        order = list(SOURCES)
        ranked = sorted(entries, key=lambda e: order.index(e.source) if e.source in order else -1)
        own = sum(entry.source == "DYNAMIC_TOPIC_CONFIG" for entry in entries)
        defaults = sum(entry.is_default for entry in entries)
        return Answer(
            words=f"{self.topic} has {counted(len(entries), 'setting')}: {own or 'none'} set for this topic, "
            f"{defaults} at Kafka's default.",
            details=tuple(map(config_line, ranked)),
            data={"settings": [asdict(entry) for entry in entries]},
        )

    def python(self, where: Where) -> str:
        name = literal(where.full(self.topic))
        return f"""\
from confluent_kafka.admin import AdminClient, ConfigResource, ConfigSource

admin = AdminClient({{"bootstrap.servers": "{where.bootstrap_servers}"}})
resource = ConfigResource(ConfigResource.Type.TOPIC, {name})
for future in admin.describe_configs([resource]).values():
    for name, entry in sorted(future.result().items()):
        print(f"{{name}} = {{entry.value}} ({{ConfigSource(entry.source).name}})")
"""

    def command(self, where: Where) -> str:
        return where.tool("kafka-configs.sh", "--describe", "--all", "--topic", where.full(self.topic))

    def feed_line(self) -> str:
        return f"describe the configuration of {self.topic}"


def config_line(entry: ConfigEntry) -> str:
    """`retention.ms = 604800000 ms (7 days) · Kafka's default`."""
    value = entry.value if entry.value else "(empty)"
    unit = f" {entry.unit}" if entry.unit and value.isdecimal() and value != _NO_LIMIT else ""
    meaning = _meaning(entry)
    shown = f"{value}{unit} ({meaning})" if meaning else f"{value}{unit}"
    return f"{entry.name} = {shown} · {SOURCES.get(entry.source, entry.source)}"


def _meaning(entry: ConfigEntry) -> str:
    """What a number says that is not easily read; empty where it says enough, or has no unit.

    -1 and -2 as in Kafka's topic configuration reference: no limit, and "the same as without local."."""
    if entry.value == _NO_LIMIT or (entry.name in ("retention.ms", "retention.bytes") and entry.value == "-1"):
        return "no limit"
    if entry.name in ("local.retention.ms", "local.retention.bytes") and entry.value == "-2":
        return f"as {entry.name.removeprefix('local.')}"
    if entry.unit is None or not (entry.value or "").isdecimal():
        return ""
    number = int(entry.value or "")
    for size, word in _UNITS[entry.unit]:
        if number and number % size == 0:
            return counted(number // size, word) if entry.unit == "ms" else f"{number // size} {word}"
    return ""
