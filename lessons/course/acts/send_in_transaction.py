from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from lessons.cluster import counted, records, transactions
from lessons.cluster.namespace import Namespace
from lessons.course.acts._lines import newlines_as_everywhere_else, refuse_too_many
from lessons.course.acts._reports import CALLBACK, report_data, report_line, state_of
from lessons.course.acts._shown_code import call, fits, list_of
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop

ENDED = {
    transactions.COMMIT: gettext_noop("The transaction is committed."),
    transactions.ABORT: gettext_noop("The transaction is aborted."),
    transactions.LEAVE_OPEN: gettext_noop("The transaction is open, for %(minutes)s minutes at most."),
}


class SendInTransaction(Action):
    """Send records in a transaction, which is committed, aborted, or left open as by a program that has died."""

    kind: ClassVar[str] = "send-in-transaction"
    title: ClassVar[str] = gettext_noop("Send in a transaction")
    submit: ClassVar[str] = gettext_noop("Send")
    about: ClassVar[About] = "records"
    did: ClassVar[str] = gettext_noop("sent %(what)s")
    doing: ClassVar[str] = gettext_noop("sending %(what)s")
    changes_records: ClassVar[bool] = True
    only_appends: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {
        "topic": "test1p", "values": "first\nsecond", "ending": "abort", "transactional_id": "booking",
    }  # fmt: skip

    topic: Name = Field(title=gettext_noop("Topic"))
    values: str = Field(
        "",
        title=gettext_noop("Values"),
        description=gettext_noop("one record per line; an empty line is an empty value"),
        json_schema_extra={"widget": "lines"},
    )
    key: Name = Field("", title=gettext_noop("Key"), description=gettext_noop("one for all; empty: no key (null)"))
    ending: transactions.Ending = Field("commit", title=gettext_noop("And then"))
    transactional_id: Name = Field("booking", title="transactional.id")

    @field_validator("values")
    @classmethod
    def within_limits(cls, text: str) -> str:
        values = newlines_as_everywhere_else(text)
        refuse_too_many(values)
        return values

    @property
    def _lines(self) -> list[str]:
        return self.values.split("\n")

    def weight(self) -> int:
        return len(self.values.encode()) + len(self._lines) * len(self.key.encode())

    def run(self, namespace: Namespace) -> Answer:
        key = self.key.encode() or None
        messages = [records.Message(key=key, value=line.encode()) for line in self._lines]
        deliveries = transactions.send_in_transaction(
            namespace, self.topic, messages, transactional_id=self.transactional_id, ending=self.ending
        )
        failed = [delivery for delivery in deliveries if delivery.error]
        ending = transactions.ABORT if failed else self.ending
        words = _("%(delivered)s of %(records)s delivered to %(topic)s.") % {
            "delivered": len(deliveries) - len(failed), "records": counted.records(len(deliveries)), "topic": self.topic,
        }  # fmt: skip
        ended = _(ENDED[ending]) % {"minutes": transactions.OPEN_MS // 60_000}
        return Answer(
            words=f"{words} {ended}",
            details=tuple(report_line(self.topic, delivery) for delivery in deliveries),
            data={"ending": ending, "deliveries": [report_data(delivery) for delivery in deliveries]},
            why=failed[0].error.advice if failed and failed[0].error else "",
            state=state_of(failed),
        )

    def python(self, where: Where) -> str:
        values = list_of(self._lines)
        line = f"for value in {values}:"
        loop = line if fits(line) else f"values = {values}\nfor value in values:"
        key = [f"key={literal(self.key)}"] if self.key else []
        return f"""\
{where.imports()}from confluent_kafka import Producer

{where.head(self.topic)}


{CALLBACK}

producer = Producer({{
    {where.setting}
    "transactional.id": {literal(where.full(self.transactional_id))},
    "transaction.timeout.ms": {transactions.OPEN_MS},
}})
producer.init_transactions(30)
producer.begin_transaction()
{loop}
{call("    producer.produce", ["topic", "value", *key, "on_delivery=delivery_callback"])}
producer.flush(10)  # all are stored, and none is committed
{_END[self.ending]}"""

    def command(self, where: Where) -> str:
        tool = where.tool("kafka-transactions.sh", "describe", "--transactional-id", where.full(self.transactional_id))
        return (
            f"# No tool of Kafka's sends in a transaction that it aborts.\n# This one shows the state of yours:\n{tool}"
        )

    def feed_line(self) -> str:
        what = {"records": counted.records(len(self._lines)), "topic": self.topic}
        if self.ending == transactions.COMMIT:
            return _("%(records)s to %(topic)s in a transaction that was committed") % what
        if self.ending == transactions.ABORT:
            return _("%(records)s to %(topic)s in a transaction that was aborted") % what
        return _("%(records)s to %(topic)s in a transaction that stays open") % what


_END = {
    transactions.COMMIT: "producer.commit_transaction(30)\n",
    transactions.ABORT: "producer.abort_transaction(30)\n",
    transactions.LEAVE_OPEN: "# and no word more: the transaction stays open\n",
}
