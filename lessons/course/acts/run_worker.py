from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from lessons.cluster import counted, records
from lessons.cluster.consume.membership import Membership
from lessons.cluster.consume.worker import Worked, Worker
from lessons.cluster.namespace import Namespace
from lessons.course.acts._reports import told_value
from lessons.course.acts.base import MOST_RECORDS, About, Action, Answer, Name, Where, literal
from lessons.course.acts.consume import Consume
from lessons.words import _, gettext_noop

BEFORE, AFTER = "before handling", "after handling"
QUIET_S = 8  # in the program that is shown: a crashed member holds its partitions for 6 s


class RunWorker(Action):
    """Run a worker: a consumer that handles each record by sending one to another topic, with the group as its key.

    It commits after every few records, before or after it has handled them. A crash ends it between two of these: it neither
    commits nor leaves its group. One run handles at most 500 records.
    """

    kind: ClassVar[str] = "run-worker"
    title: ClassVar[str] = gettext_noop("Run a worker")
    submit: ClassVar[str] = gettext_noop("Run it")
    about: ClassVar[About] = "groups"
    did: ClassVar[str] = gettext_noop("ran %(what)s")
    doing: ClassVar[str] = gettext_noop("running %(what)s")
    changes_records: ClassVar[bool] = True
    only_appends: ClassVar[bool] = True
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {
        "topic": "test1p",
        "done_topic": "test2p",
        "group_id": "workers",
        "batch": 3,
        "commit": "after handling",
    }

    topic: Name = Field(title=gettext_noop("Topic"))
    done_topic: Name = Field(title=gettext_noop("Topic for what it has done"))
    group_id: Name = Field(title="group.id")
    batch: int = Field(
        3, title=gettext_noop("Commit after every"), description=gettext_noop("records, 1 to 20"), ge=1, le=20
    )
    commit: Literal["after handling", "before handling"] = Field("after handling", title=gettext_noop("Commit them"))
    crash_after: int | None = Field(
        None,
        title=gettext_noop("Crash after"),
        description=gettext_noop("this many handled records; empty: not at all"),
        ge=1,
        lt=1000,
    )

    def run(self, namespace: Namespace) -> Answer:
        values: list[bytes | None] = []

        def handle(record: records.Record) -> None:
            done = records.Message(value=record.value, key=self.group_id.encode())
            [delivery] = records.produce(namespace, self.done_topic, [done])
            if delivery.error:
                raise delivery.error
            values.append(record.value)

        membership = Membership(
            namespace, self.topic, self.group_id, session_timeout_ms=self._reader.session_timeout_ms
        )
        worker = Worker(membership, handle, self.batch, self.commit == BEFORE, MOST_RECORDS, self.crash_after)
        worked = worker.run()
        return Answer(
            words=self._words(worked),
            details=tuple(self._lines(worked, values)),
            data={
                "steps": [[step.what, step.partition, step.offset] for step in worked.steps],
                "crashed": worked.has_crashed,
            },
        )

    @property
    def _reader(self) -> Consume:
        return Consume(topic=self.topic, group_id=self.group_id)

    def _words(self, worked: Worked) -> str:
        words = _("It waited %(seconds)s s for its partitions, and handled %(records)s.")
        if worked.has_crashed:
            end = _("Then it crashed, and did not leave its group.")
        elif worked.is_all:
            end = _("Everything that was there is handled and committed.")
        else:
            end = _("They are committed. One run handles no more: run it again for what is left.")
        return f"{words % {'seconds': f'{worked.waited_s:.1f}', 'records': counted.records(len(worked.handled))}} {end}"

    def _lines(self, worked: Worked, values: list[bytes | None]) -> Iterator[str]:
        left = iter(values)
        for step in worked.steps:
            place = {"partition": step.partition, "offset": step.offset}
            if step.what == "committed":
                yield _("committed [%(partition)s] @ %(offset)s") % place
            else:
                yield _("handled [%(partition)s] @ %(offset)s: %(value)s") % {**place, "value": told_value(next(left))}
        if worked.has_crashed:
            yield _("crashed")

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka import Consumer, KafkaException, Producer

{where.head(self.topic)}
done = {literal(where.full(self.done_topic))}

consumer = Consumer({{
{self._reader.settings(where)}    "enable.auto.commit": False,
}})
consumer.subscribe([topic])
producer = Producer({where.client})


def handle(message):
    if message.error():
        raise KafkaException(message.error())
    producer.produce(done, message.value(), {literal(self.group_id)})
    producer.flush(10)
    at = f"[{{message.partition()}}] @ {{message.offset()}}"
    print("handled", at, message.value())


{self._loop()}"""

    def _loop(self) -> str:
        commit = "consumer.commit(asynchronous=False)\n"
        before, after = (commit if self.commit == when else "" for when in (BEFORE, AFTER))
        if self.crash_after is None:
            return f"""\
while batch := consumer.consume({self.batch}, {QUIET_S}):
{before and f"    {before}"}    for message in batch:
        handle(message)
{after and f"    {after}"}consumer.close()
"""
        return f"""\
def work(left):
    while batch := consumer.consume({self.batch}, {QUIET_S}):
{before and f"        {before}"}        for message in batch:
            handle(message)
            left -= 1
            if left == 0:
                return
{after and f"        {after}"}

work({self.crash_after})
del consumer  # gone without a word, as by kill -9
"""

    def command(self, where: Where) -> str:
        return """\
# Kafka's tools read and write, and do nothing in between. The
# console consumer commits by itself, every five seconds and when
# it ends.
"""

    def feed_line(self) -> str:
        words = _("%(group)s on %(topic)s, which commits %(when)s")
        if self.crash_after is not None:
            words = _("%(group)s on %(topic)s, which commits %(when)s and crashes")
        return words % {"group": self.group_id, "topic": self.topic, "when": self.commit}
