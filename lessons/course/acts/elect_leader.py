from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster.elections import elect_preferred_leader
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop


class ElectLeader(Action):
    """Give the leadership of a partition back to its preferred replica: the first one in its list."""

    kind: ClassVar[str] = "elect-leader"
    title: ClassVar[str] = gettext_noop("Elect the preferred leader")
    submit: ClassVar[str] = gettext_noop("Elect")
    about: ClassVar[About] = "brokers"
    did: ClassVar[str] = gettext_noop("had the preferred leader of %(what)s elected")
    doing: ClassVar[str] = gettext_noop("having the preferred leader of %(what)s elected")
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p", "partition": 0}

    topic: Name = Field(title=gettext_noop("Topic"))
    partition: int = Field(0, title=gettext_noop("Partition"), ge=-(2**31), lt=2**31)

    def run(self, namespace: Namespace) -> Answer:
        before, after = elect_preferred_leader(namespace, self.topic, self.partition)
        if after.leader != after.replicas[0]:
            words = _("The election was asked for, and broker %(leader)s still leads: watch the stage.")
        elif before.leader == after.leader:
            words = _("Broker %(leader)s led it already: it is the first of %(replicas)s.")
        else:
            words = _(
                "Broker %(leader)s leads it now, and broker %(before)s did before. The replicas are %(replicas)s."
            )
        values = {"leader": after.leader, "before": before.leader, "replicas": list(after.replicas)}
        return Answer(words % values, data={"before": before.leader, "leader": after.leader})

    def python(self, where: Where) -> str:
        return f"""\
{where.not_from_a_laptop}{where.imports()}from confluent_kafka import ElectionType, TopicPartition
from confluent_kafka.admin import AdminClient

{where.head(self.topic)}

admin = AdminClient({where.client})
place = TopicPartition(topic, {self.partition})
elected = admin.elect_leaders(ElectionType.PREFERRED, [place])
print(elected.result()[place] or "elected")  # or why not
"""

    def cell(self, where: Where) -> str:
        """From a laptop the refusal is likely, and what follows in the notebook goes on."""
        if not where.laptop_servers:
            return self.python(where)
        return f"""\
{where.not_from_a_laptop}{where.imports()}from confluent_kafka import (
    ElectionType, KafkaException, TopicPartition,
)
from confluent_kafka.admin import AdminClient

{where.head(self.topic)}

admin = AdminClient({where.client})
place = TopicPartition(topic, {self.partition})
elected = admin.elect_leaders(ElectionType.PREFERRED, [place])
try:
    print(elected.result()[place] or "elected")  # or why not
except KafkaException as refusal:
    print(f"Kafka refused: {{refusal.args[0].str()}}")
"""

    def command(self, where: Where) -> str:
        return where.not_from_a_laptop + where.tool(
            "kafka-leader-election.sh", "--election-type", "preferred",
            "--topic", where.full(self.topic), "--partition", str(self.partition),
        )  # fmt: skip

    def feed_line(self) -> str:
        return f"{self.topic} [{self.partition}]"
