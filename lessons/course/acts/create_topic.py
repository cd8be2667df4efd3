from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from lessons.cluster import counted, topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.limits import refuse_setting
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop

SLEEP = "from time import sleep"
CELL_END = """\
    try:
        future.result()
        print(f"{name} created")
        sleep(1)  # meanwhile all brokers hear of it
    except KafkaException as refusal:
        error = refusal.args[0]
        if error.code() == KafkaError.TOPIC_ALREADY_EXISTS:
            print(f"{name} already exists")
        else:
            print(f"Kafka refused: {error.str()}")
"""


class CreateTopic(Action):
    kind: ClassVar[str] = "create-topic"
    title: ClassVar[str] = gettext_noop("Create a topic")
    submit: ClassVar[str] = gettext_noop("Create topic")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("created %(what)s")
    doing: ClassVar[str] = gettext_noop("creating %(what)s")
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"name": "test3r", "partitions": 2, "replicas": 3}

    name: Name = Field(title=gettext_noop("Name"), description=gettext_noop("letters, digits, . _ and -"))
    partitions: int = Field(
        1, title=gettext_noop("Partitions"), description=gettext_noop("1 to 12"), ge=-(2**31), lt=2**31
    )
    replicas: int = Field(
        1,
        title=gettext_noop("Replication factor"),
        description=gettext_noop("replicas of each partition, including the leader"),
        ge=-(2**15),
        lt=2**15,
    )
    config: str = Field(
        "",
        title=gettext_noop("Configuration"),
        description=gettext_noop("name=value, one per line; empty: Kafka's defaults"),
        json_schema_extra={"widget": "lines", "rows": 2, "more": True},
    )

    @field_validator("config")
    @classmethod
    def of_pairs(cls, text: str) -> str:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for line in lines:
            if "=" not in line:
                raise ValueError(_("A setting is name=value; %(line)s has no '='.") % {"line": repr(line[:40])})
        return "\n".join(lines)

    @property
    def settings(self) -> dict[str, str]:
        pairs = (line.split("=", 1) for line in self.config.splitlines())
        return {name.strip(): value.strip() for name, value in pairs}

    @classmethod
    def filled(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A lesson that does not care says 1; some clusters take no topic with fewer replicas than is usual there."""
        usual = topics.known_usual_replicas()
        return {**fields, "replicas": usual} if fields.get("replicas") == 1 else dict(fields)

    def run(self, namespace: Namespace) -> Answer:
        for setting, value in self.settings.items():
            refuse_setting(setting, value, asked=_(self.title))
        return self._answer(
            topics.create_topic(
                namespace, self.name, partitions=self.partitions, replicas=self.replicas, config=self.settings
            )
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        try:
            topic = topics.describe_topic(namespace, self.name)
        except TopicMissing:
            return None
        numbers = len(topic.partitions), {len(partition.replicas) for partition in topic.partitions}
        return (
            self._answer(topic) if numbers == (self.partitions, {self.replicas}) else None
        )  # another topic of that name

    def _answer(self, topic: Topic) -> Answer:
        has = {"topic": self.name, "partitions": counted.partitions(len(topic.partitions))}
        return Answer(
            words=_("%(topic)s has %(partitions)s: %(leaders)s.") % {**has, "leaders": _leaders(topic)},
            data={
                "topic_id": topic.topic_id,
                "partitions": [
                    {"id": p.id, "leader": p.leader, "replicas": list(p.replicas), "in_sync": list(p.in_sync)}
                    for p in topic.partitions
                ],
            },
        )

    def _new_topic(self) -> str:
        numbers = f"num_partitions={self.partitions}, replication_factor={self.replicas}"
        if not self.config:
            return f"new = NewTopic(topic, {numbers})"
        settings = "".join(
            f"        {literal(setting)}: {literal(value)},\n" for setting, value in self.settings.items()
        )
        return f"new = NewTopic(\n    topic,\n    {numbers},\n    config={{\n{settings}    }},\n)"

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka.admin import AdminClient, NewTopic

{where.head(self.name)}

admin = AdminClient({where.client})
{self._new_topic()}
for name, future in admin.create_topics([new]).items():
    future.result()  # None; a refusal is a KafkaException
    print(f"{{name}} created")
"""

    def cell(self, where: Where) -> str:
        return f"""\
{where.imports(SLEEP)}from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

{where.head(self.name)}

admin = AdminClient({where.client})
{self._new_topic()}
for name, future in admin.create_topics([new]).items():
{CELL_END}"""

    def command(self, where: Where) -> str:
        return where.tool(
            "kafka-topics.sh", "--create", "--topic", where.full(self.name),
            "--partitions", str(self.partitions), "--replication-factor", str(self.replicas),
            *(word for line in self.config.splitlines() for word in ("--config", line)),
        )  # fmt: skip

    def feed_line(self) -> str:
        return _("%(topic)s with %(partitions)s, %(replicas)s") % {
            "topic": self.name,
            "partitions": counted.partitions(self.partitions),
            "replicas": counted.replicas(self.replicas),
        }


def _leaders(topic: Topic) -> str:
    return ", ".join(
        _("partition %(partition)s has no leader yet") % {"partition": p.id}
        if p.leader is None
        else _("broker %(broker)s leads partition %(partition)s") % {"broker": p.leader, "partition": p.id}
        for p in topic.partitions
    )
