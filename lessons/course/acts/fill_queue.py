from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import clients, counted, records
from lessons.cluster.namespace import Namespace
from lessons.course.acts._reports import CALLBACK, report_data, report_line, state_of
from lessons.course.acts.base import About, Action, Answer, Name, Where
from lessons.words import _, gettext_noop, ngettext


class FillQueue(Action):
    """Cause a `BufferError` on purpose.

    A record keeps its place in the producer's queue until its delivery report is served, and a loop without `poll` serves
    none. So the queue is full after exactly `queue.buffering.max.messages`, however fast the brokers answer. The values are
    no numbers of their own, for lesson 6 looks for 1 to 9.
    """

    kind: ClassVar[str] = "fill-queue"
    title: ClassVar[str] = gettext_noop("Fill a producer's queue")
    submit: ClassVar[str] = gettext_noop("Fill the queue")
    about: ClassVar[About] = "records"
    did: ClassVar[str] = gettext_noop("sent %(what)s")
    doing: ClassVar[str] = gettext_noop("sending %(what)s")
    changes_records: ClassVar[bool] = True
    only_appends: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p", "queue_size": 5, "count": 12}

    topic: Name = Field(title=gettext_noop("Topic"))
    queue_size: int = Field(5, title="queue.buffering.max.messages", description=gettext_noop("1 to 100"), ge=1, lt=101)
    count: int = Field(
        12, title=gettext_noop("Records"), description=gettext_noop("1 to 200: ping 1, ping 2, …"), ge=1, lt=201
    )

    def run(self, namespace: Namespace) -> Answer:
        producer = clients.new_plain_producer(**{"queue.buffering.max.messages": self.queue_size})
        messages = [records.Message(value=value.encode()) for value in self.values]
        deliveries = records.produce(namespace, self.topic, messages, producer=producer)
        refused = [number for number, delivery in enumerate(deliveries, 1) if delivery.refused_at is not None]
        failed = [delivery for delivery in deliveries if delivery.error]
        return Answer(
            words=self._words(refused, delivered=len(deliveries) - len(failed)),
            details=tuple(self._lines(deliveries)),
            data={
                "full": [{"record": number, "waiting": self.queue_size} for number in refused],
                "deliveries": [report_data(delivery) for delivery in deliveries],
            },
            why=str(failed[0].error) if failed else "",
            state=state_of(failed),
        )

    @property
    def values(self) -> list[str]:
        return [f"ping {number}" for number in range(1, self.count + 1)]

    def _lines(self, deliveries: Sequence[records.Delivery]) -> list[str]:
        """Errors and reports, in the order in which they happened."""
        full = _("%(value)s: BufferError: Local: Queue full (%(waiting)s waiting)")
        told: list[tuple[int, str]] = []
        for value, delivery in zip(self.values, deliveries, strict=True):
            told.append((delivery.reported_at, report_line(self.topic, delivery)))
            if delivery.refused_at is not None:
                told.append((delivery.refused_at, full % {"value": value, "waiting": self.queue_size}))
        return [line for _turn, line in sorted(told)]

    def _words(self, refused: list[int], *, delivered: int) -> str:
        values = {
            "first": refused[0] if refused else None, "size": self.queue_size, "times": len(refused),
            "delivered": delivered, "records": counted.records(self.count), "topic": self.topic,
        }  # fmt: skip
        if not refused:
            words = [_("There was always room in a queue of %(size)s.")]
        else:
            words = [
                _(
                    "Record %(first)s was the first to find the queue full, with %(size)s waiting; it fitted in after poll()."
                ),
                ngettext("The queue was full %(times)s time.", "The queue was full %(times)s times.", len(refused)),
            ]
        words.append(_("%(delivered)s of %(records)s delivered to %(topic)s."))
        if refused and delivered == self.count:
            words.append(_("Nothing was lost."))
        return " ".join(words) % values

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka import Producer

{where.head(self.topic)}


{CALLBACK}

producer = Producer({{
    {where.setting}
    "queue.buffering.max.messages": {self.queue_size},
}})
for number in range(1, {self.count + 1}):
    value = f"ping {{number}}"
    while True:
        try:
            producer.produce(
                topic, value, on_delivery=delivery_callback
            )
            break
        except BufferError as error:
            waiting = f"({{len(producer)}} waiting)"
            print(f"{{value}}: BufferError: {{error}} {{waiting}}")
            producer.poll(1.0)  # reports come: there is room
producer.flush(10)  # waits for the rest
"""

    def command(self, where: Where) -> str:
        return """\
# The console producer has nothing like this: it is a Java client.
# When the memory for its records (buffer.memory) is full, its
# send() waits for room, for at most max.block.ms.
"""

    def feed_line(self) -> str:
        return _("%(records)s to %(topic)s through a queue of %(size)s") % {
            "records": counted.records(self.count), "topic": self.topic, "size": self.queue_size,
        }  # fmt: skip
