from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from lessons.actions.base import Action, Answer, Name, Where, counted, literal
from lessons.cluster import records
from lessons.cluster.errors import KafkaUnavailable
from lessons.cluster.namespace import Namespace

MOST_RECORDS = 500


class Produce(Action):
    kind: ClassVar[str] = "produce"
    title: ClassVar[str] = "Send records"
    submit: ClassVar[str] = "Send"

    topic: Name = Field(title="Topic")
    values: str = Field("", title="Values", description="one record a line", json_schema_extra={"widget": "lines"})
    key: str = Field("", title="Key", description="empty: no key (null)")
    partition: int | None = Field(None, title="Partition", description="empty: the producer chooses")
    headers: str = Field(
        "",
        title="Headers",
        description="name=value, one a line",
        json_schema_extra={"widget": "lines", "rows": 2},
    )
    tombstone: bool = Field(False, title="One record with a null value", description="instead of the values above")

    @field_validator("values", "headers")
    @classmethod
    def newlines_as_everywhere_else(cls, text: str) -> str:
        """Forms send CR LF (HTML's rule); a record should hold what was typed."""
        return text.replace("\r\n", "\n").removesuffix("\n")

    @model_validator(mode="after")
    def within_limits(self) -> Self:
        if (count := self.values.count("\n") + 1) > MOST_RECORDS:
            raise ValueError(f"That is {count} records; the form sends at most {MOST_RECORDS} at a time.")
        for line in self.headers.split("\n"):
            if line and "=" not in line:
                raise ValueError(f"A header is name=value; {line[:40]!r} has no '='.")
        return self

    def messages(self) -> list[records.Message]:
        headers = tuple(self._header_pairs())
        key = self.key.encode() if self.key else None
        if self.tombstone:
            return [records.Message(key=key, value=None, headers=headers)]
        return [records.Message(key=key, value=line.encode(), headers=headers) for line in self.values.split("\n")]

    def _header_pairs(self) -> list[tuple[str, bytes]]:
        pairs = (line.split("=", 1) for line in self.headers.split("\n") if line)
        return [(name, value.encode()) for name, value in pairs]

    def run(self, namespace: Namespace) -> Answer:
        deliveries = records.produce(namespace, self.topic, self.messages(), partition=self.partition)
        failed = [delivery for delivery in deliveries if delivery.error]
        delivered = len(deliveries) - len(failed)
        words = f"{delivered} of {counted(len(deliveries), 'record')} delivered to {self.topic}."
        if failed:
            words += f" {failed[0].error}"
        return Answer(
            words=words,
            details=tuple(self._report(delivery) for delivery in deliveries),
            data={
                "deliveries": [
                    {
                        "partition": delivery.partition,
                        "offset": delivery.offset,
                        "error": delivery.error.code if delivery.error else None,
                        "ms": round(delivery.latency_ms, 1),
                    }
                    for delivery in deliveries
                ]
            },
            state=_state(failed),
        )

    def _report(self, delivery: records.Delivery) -> str:
        """A line such as the notebook's delivery callback prints: `test1p [0] @ 8`."""
        if delivery.error:
            return f"failed: {delivery.error}"
        return f"{self.topic} [{delivery.partition}] @ {delivery.offset}"

    def python(self, where: Where) -> str:
        arguments = [literal(where.full(self.topic)), "value" if not self.tombstone else "None"]
        if self.key:
            arguments.append(f"key={literal(self.key)}")
        if self.partition is not None:
            arguments.append(f"partition={self.partition}")
        if self.headers:
            arguments.append(f"headers={self._header_pairs()!r}")
        values = "[None]" if self.tombstone else _list_of(self.values.split("\n"))
        return f"""\
from confluent_kafka import Producer


def delivery_callback(error, message):
    if error:
        print(f"failed: {{error}}")
    else:
        print(f"{{message.topic()}} [{{message.partition()}}] @ {{message.offset()}}")


producer = Producer({{"bootstrap.servers": "{where.bootstrap_servers}"}})
for value in {values}:
    producer.produce({", ".join(arguments)}, on_delivery=delivery_callback)
    producer.poll(0)  # serves the callbacks that are due
producer.flush()  # waits for the rest
"""

    def command(self, where: Where) -> str:
        """The console producer reads headers, key and value from one line, and cannot choose a partition."""
        properties, prefix = [], ""
        if self.headers:
            properties.append("parse.headers=true")
            prefix += ",".join(line.replace("=", ":", 1) for line in self.headers.split("\n") if line) + "\t"
        if self.key:
            properties.append("parse.key=true")
            prefix += self.key + "\t"
        if self.tombstone:
            properties.append("null.marker=NULL")
        lines = ["NULL"] if self.tombstone else self.values.split("\n")
        typed = " ".join(shlex.quote(prefix + line) for line in lines)
        options = [word for prop in properties for word in ("--reader-property", prop)]
        tool = where.tool("kafka-console-producer.sh", "--topic", where.full(self.topic), *options)
        note = ""
        if self.partition is not None:
            note = "# this tool can't be told the partition: the producer chooses\n"
        elif self.key:
            note = "# a Java client: it hashes keys by murmur2, the Python client by CRC32,\n# so the partition may be another one\n"
        return f"{note}printf '%s\\n' {typed} | {tool}"

    def feed_line(self) -> str:
        count = 1 if self.tombstone else self.values.count("\n") + 1
        key = f" with key {self.key}" if self.key else ""
        return f"send {counted(count, 'record')} to {self.topic}{key}"


def _state(failed: Sequence[records.Delivery]) -> Literal["done", "refused", "unknown"]:
    """Without an answer from Kafka nobody knows whether a record was stored."""
    if not failed:
        return "done"
    return "unknown" if any(isinstance(delivery.error, KafkaUnavailable) for delivery in failed) else "refused"


def _list_of(values: list[str]) -> str:
    """The shortest honest Python for these values: 1 to 9 as a range, as in the notebook."""
    first = int(values[0]) if values[0].isascii() and values[0].isdecimal() else None
    if first is not None and len(values) > 2 and values == [str(first + n) for n in range(len(values))]:
        return f"map(str, range({first}, {first + len(values)}))"
    return "[" + ", ".join(map(literal, values)) + "]"
