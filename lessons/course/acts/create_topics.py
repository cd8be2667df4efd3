from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from lessons.cluster import counted, topics
from lessons.cluster.errors import ClusterError
from lessons.cluster.metadata import Topic
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Where, literal
from lessons.course.acts.create_topic import CELL_END, SLEEP
from lessons.course.acts.describe_topic import partitions_as_data
from lessons.words import _, gettext_noop

MOST_NAMES = 10


class CreateTopics(Action):
    """Create several topics by one call. Kafka answers for each of them: some may be created and others refused."""

    kind: ClassVar[str] = "create-topics"
    title: ClassVar[str] = gettext_noop("Create topics")
    submit: ClassVar[str] = gettext_noop("Create topics")
    about: ClassVar[About] = "topics"
    did: ClassVar[str] = gettext_noop("created %(what)s")
    doing: ClassVar[str] = gettext_noop("creating %(what)s")
    changes_topics: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"names": "first\nsecond", "partitions": 1, "replicas": 1}

    names: str = Field(
        title=gettext_noop("Names"),
        description=gettext_noop("one per line: letters, digits, . _ and -"),
        json_schema_extra={"widget": "lines", "rows": 3},
        max_length=2000,
    )
    partitions: int = Field(
        1, title=gettext_noop("Partitions"), description=gettext_noop("of each topic, 1 to 12"), ge=-(2**31), lt=2**31
    )
    replicas: int = Field(
        1,
        title=gettext_noop("Replication factor"),
        description=gettext_noop("replicas of each partition, including the leader"),
        ge=-(2**15),
        lt=2**15,
    )

    @field_validator("names")
    @classmethod
    def of_lines(cls, text: str) -> str:
        names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        if not 0 < len(names) <= MOST_NAMES:
            raise ValueError(_("Type 1 to %(most)s names, one per line.") % {"most": MOST_NAMES})
        return "\n".join(names)

    @property
    def wanted(self) -> list[str]:
        return self.names.split("\n")

    @classmethod
    def filled(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        """As for one topic: some clusters take no topic with fewer replicas than is usual there."""
        usual = topics.known_usual_replicas()
        return {**fields, "replicas": usual} if fields.get("replicas") == 1 else dict(fields)

    def run(self, namespace: Namespace) -> Answer:
        answers = topics.create_topics(namespace, self.wanted, partitions=self.partitions, replicas=self.replicas)
        refusals = [answer for answer in answers.values() if isinstance(answer, ClusterError)]
        if len(refusals) == len(answers):
            raise refusals[0]
        return self._answer(answers)

    def find_out(self, namespace: Namespace) -> Answer | None:
        """Only if all of them are there, with these numbers: else it is not known which of them this act made."""
        found = topics.describe_topics(namespace, self.wanted)
        numbers = {(len(topic.partitions), len(part.replicas)) for topic in found.values() for part in topic.partitions}
        is_all = len(found) == len(self.wanted) and numbers == {(self.partitions, self.replicas)}
        return self._answer(found) if is_all else None

    def _answer(self, answers: Mapping[str, Topic | ClusterError]) -> Answer:
        made = {name: topic for name, topic in answers.items() if isinstance(topic, Topic)}
        refused = {name: error for name, error in answers.items() if isinstance(error, ClusterError)}
        return Answer(
            words=_("%(created)s of %(asked)s created.")
            % {"created": len(made), "asked": counted.topics(len(answers))},
            details=(
                *(_("%(topic)s created: %(leaders)s") % {"topic": n, "leaders": _led(t)} for n, t in made.items()),
                *(_("%(topic)s refused: %(words)s") % {"topic": n, "words": e.answered} for n, e in refused.items()),
            ),
            data={
                "topics": {
                    name: {"topic_id": topic.topic_id, "partitions": partitions_as_data(topic)}
                    for name, topic in made.items()
                },
                "refused": {name: error.code for name, error in refused.items()},
            },
        )

    def _body(self, where: Where) -> str:
        names = "".join(f"    {literal(where.full(name))},\n" for name in self.wanted)
        return f"""\
{where.head()}
topics = [
{names}]

admin = AdminClient({where.client})
new = [
    NewTopic(topic, num_partitions={self.partitions}, replication_factor={self.replicas})
    for topic in topics
]
"""

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

{self._body(where)}
for name, future in admin.create_topics(new).items():
    try:
        future.result()  # None; a refusal is a KafkaException
        print(f"{{name}} created")
    except KafkaException as refusal:
        print(f"{{name}}: {{refusal.args[0].str()}}")
"""

    def cell(self, where: Where) -> str:
        return f"""\
{where.imports(SLEEP)}from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

{self._body(where)}
for name, future in admin.create_topics(new).items():
{CELL_END}"""

    def command(self, where: Where) -> str:
        """The tool creates one at a time."""
        return " &&\n".join(
            where.tool(
                "kafka-topics.sh", "--create", "--topic", where.full(name),
                "--partitions", str(self.partitions), "--replication-factor", str(self.replicas),
            )
            for name in self.wanted
        )  # fmt: skip

    def feed_line(self) -> str:
        return _("%(topics)s with %(partitions)s, %(replicas)s each") % {
            "topics": ", ".join(self.wanted),
            "partitions": counted.partitions(self.partitions),
            "replicas": counted.replicas(self.replicas),
        }


def _led(topic: Topic) -> str:
    return ", ".join(
        _("broker %(broker)s leads partition %(partition)s") % {"broker": part.leader, "partition": part.id}
        for part in topic.partitions
        if part.leader is not None
    )
