from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import clients, records
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Name, Where, counted, literal
from lessons.course.acts.produce import report_data, report_line, state_of


class FillQueue(Action):
    """Meets `BufferError` on purpose. A record keeps its place in the producer's queue until its delivery report was
    served, and in a loop without `poll` none is: so the queue is full after exactly `queue.buffering.max.messages`,
    however fast the brokers answer."""

    kind: ClassVar[str] = "fill-queue"
    title: ClassVar[str] = "Fill a producer's queue"
    submit: ClassVar[str] = "Fill the queue"
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p"}

    topic: Name = Field(title="Topic")
    queue_size: int = Field(5, title="queue.buffering.max.messages", description="1 to 100", ge=1, lt=101)
    count: int = Field(12, title="Records", description="1 to 200: the numbers from 1 on", ge=1, lt=201)

    def run(self, namespace: Namespace) -> Answer:
        producer = clients.new_plain_producer(**{"queue.buffering.max.messages": self.queue_size})
        messages = [records.Message(value=str(number).encode()) for number in range(1, self.count + 1)]
        deliveries = records.produce(namespace, self.topic, messages, producer=producer)
        refused = [number for number, delivery in enumerate(deliveries, 1) if delivery.met_full_queue]
        failed = [delivery for delivery in deliveries if delivery.error]
        full = [f"record {number}: BufferError: Local: Queue full ({self.queue_size} waiting)" for number in refused]
        return Answer(
            words=self._words(refused, delivered=len(deliveries) - len(failed)),
            details=(*full, *(report_line(self.topic, delivery) for delivery in deliveries)),
            data={
                "full": [{"record": number, "waiting": self.queue_size} for number in refused],
                "deliveries": [report_data(delivery) for delivery in deliveries],
            },
            why=str(failed[0].error) if failed else "",
            state=state_of(failed),
        )

    def _words(self, refused: list[int], *, delivered: int) -> str:
        result = f"{delivered} of {counted(self.count, 'record')} delivered to {self.topic}"
        if not refused:
            return f"{counted(self.count, 'record')} found room in a queue of {self.queue_size}. {result}."
        lost = ": nothing was lost" if delivered == self.count else ""
        return (
            f"Record {refused[0]} was the first to meet a full queue, with {self.queue_size} waiting; it went in after "
            f"poll(). The queue was full {counted(len(refused), 'time')}. {result}{lost}."
        )

    def python(self, where: Where) -> str:
        return f"""\
from confluent_kafka import Producer


def delivery_callback(error, message):
    if error:
        print(f"failed: {{error}}")
    else:
        print(f"{{message.topic()}} [{{message.partition()}}] @ {{message.offset()}}")


producer = Producer({{
    "bootstrap.servers": "{where.bootstrap_servers}",
    "queue.buffering.max.messages": {self.queue_size},
}})
for number in range(1, {self.count + 1}):
    while True:
        try:
            producer.produce({literal(where.full(self.topic))}, str(number), on_delivery=delivery_callback)
            break
        except BufferError as error:
            print(f"record {{number}}: BufferError: {{error}} ({{len(producer)}} waiting)")
            producer.poll(1.0)  # serves reports, which makes room: try again
producer.flush()  # waits for the rest
"""

    def command(self, where: Where) -> str:
        return """\
# The console producer has nothing like this: it is a Java client. When the memory for its
# records (buffer.memory) is full, its send() waits for room, for max.block.ms at the most.
"""

    def feed_line(self) -> str:
        return f"send {counted(self.count, 'record')} to {self.topic} through a queue of {self.queue_size}"
