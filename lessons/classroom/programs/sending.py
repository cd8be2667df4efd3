"""Records that a program sent to one topic, one after the other, as one act."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import uuid4

from lessons.classroom import process
from lessons.classroom.models import Member
from lessons.classroom.perform import begin
from lessons.classroom.settling import settle
from lessons.cluster.errors import KafkaUnavailable, no_answer
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs import OutgoingRecord, Report
from lessons.cluster.records import Delivery
from lessons.course.acts.base import MOST_RECORDS
from lessons.course.acts.produce import MOST_BYTES, Produce
from lessons.words import _

PAUSE_S = 0.4  # no record for so long, and the act is over


@dataclass(frozen=True)
class Sent:
    """What records must have in common to be told as one act."""

    topic: str
    partition: int
    headers: str
    is_tombstone: bool

    @classmethod
    def of(cls, record: OutgoingRecord, namespace: Namespace) -> Sent:
        headers = "\n".join(f"{name}={_text(value or b'')}" for name, value in record.headers)
        return cls(namespace.short(record.topic), record.partition, headers, record.value is None)


class Sending:
    """From the first record, which is stored as an act before it leaves, to the last report. Not for two threads at once."""

    def __init__(self, member: Member, lesson: str, sent: Sent, first: OutgoingRecord) -> None:
        """Raises: TooFast."""
        self._member = member
        self._sent = sent
        self._began = time.monotonic()
        self._latest = self._began
        self._records: list[OutgoingRecord] = []
        self._reports: list[Report | None] = []
        self._dropped: set[int] = set()
        self._size_bytes = 0
        self._act, _is_new = begin(member, self._action([first]), act_id=uuid4(), lesson=lesson)

    @property
    def is_full(self) -> bool:
        count = 1 if self._sent.is_tombstone else MOST_RECORDS
        return len(self._records) >= count or self._size_bytes >= MOST_BYTES // 2

    @property
    def is_over(self) -> bool:
        answered = all(each is not None for at, each in enumerate(self._reports) if at not in self._dropped)
        return answered and (self.is_full or time.monotonic() > self._latest + PAUSE_S)

    def add(self, record: OutgoingRecord) -> int:
        """Where its report goes."""
        self._records.append(record)
        self._reports.append(None)
        self._size_bytes += record.size_bytes
        self._latest = time.monotonic()
        return len(self._records) - 1

    def weigh(self) -> None:
        """Raises: TooMuch."""
        asked = _(Produce.title)
        process.current().limits.weigh_act(self._member, self._size_bytes, act_id=self._act.pk, asked=asked)

    def drop(self, index: int) -> None:
        self._dropped.add(index)

    def report(self, index: int, report: Report) -> None:
        self._reports[index] = report
        self._latest = time.monotonic()

    def settle(self) -> None:
        """Raises: DatabaseError."""
        kept = [at for at in range(len(self._records)) if at not in self._dropped] or [0]
        action = self._action([self._records[at] for at in kept])
        self._act.fields = action.model_dump(mode="json")
        self._act.line, self._act.weight = action.feed_line()[:200], action.weight()
        self._act.save(update_fields=["fields", "line", "weight"])
        answer = action.answer([self._delivery(self._records[at], self._reports[at]) for at in kept])
        settle(self._act, answer, took_s=self._latest - self._began)

    def _action(self, records: list[OutgoingRecord]) -> Produce:
        """As the form's fields say it: what is no text, or has a line break, stands there escaped."""
        keys = [_text(each.key or b"") for each in records]
        return Produce(
            topic=self._sent.topic,
            values="" if self._sent.is_tombstone else "\n".join(_text(each.value or b"") for each in records) + "\n",
            key=keys[0] if len(set(keys)) == 1 else "\n".join(keys) + "\n",
            partition=None if self._sent.partition < 0 else self._sent.partition,
            headers=self._sent.headers,
            tombstone=self._sent.is_tombstone,
        )

    def _delivery(self, record: OutgoingRecord, report: Report | None) -> Delivery:
        if report is None:
            return Delivery(self._sent.topic, None, None, _unknown(self._sent.topic), 0.0, record.value, record.key)
        latency_ms = report.latency_s * 1000
        return Delivery(
            self._sent.topic, report.partition, report.offset, report.refusal, latency_ms, record.value, record.key
        )


def _unknown(topic: str) -> KafkaUnavailable:
    return no_answer(asked=_("Send a record to %(topic)s") % {"topic": topic})


def _text(value: bytes) -> str:
    text = value.decode(errors="backslashreplace")
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\x00")
