from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from secrets import token_hex
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from lessons.cluster import counted
from lessons.cluster.consume.drain import read_to_end
from lessons.cluster.consume.membership import MAX_POLL_INTERVAL_MS, Membership, protocol_settings
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop

GROUP = "readers"
JAVAS_STICKY = """\
package=org.apache.kafka.clients.consumer
sticky=$package.CooperativeStickyAssignor
"""
QUIET_S = 15  # after so long without a record a notebook or script goes on; a group takes less to form

RebalanceProtocol = Annotated[
    Literal["range", "cooperative-sticky", "consumer"],
    Field(
        title=gettext_noop("Rebalance protocol"),
        description=gettext_noop("the first two: the classic one with this assignor; consumer: KIP-848"),
    ),
]


def new_group_id() -> str:
    """A name that is most likely new, and short enough to be read out: `readers-7f3a`."""
    return f"{GROUP}-{token_hex(2)}"


class Consume(Action):
    """Read a topic as a member of a consumer group.

    On a page it belongs to its socket (`lessons.web.sockets`), which settles the act. `run` is what the API does: join,
    read what is there, commit, leave.
    """

    kind: ClassVar[str] = "consume"
    title: ClassVar[str] = gettext_noop("Start a consumer")
    submit: ClassVar[str] = gettext_noop("Start")
    about: ClassVar[About] = "groups"
    did: ClassVar[str] = gettext_noop("consumed %(what)s")
    doing: ClassVar[str] = gettext_noop("consuming %(what)s")
    changes_groups: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p", "group_id": "readers"}

    topic: Name = Field(title=gettext_noop("Topic"))
    group_id: Name = Field(title="group.id")
    auto_offset_reset: Literal["earliest", "latest"] = Field("earliest", title="auto.offset.reset")
    session_timeout_ms: int = Field(
        6000, title="session.timeout.ms", description=gettext_noop("milliseconds, 6000 to 1800000"), ge=1, lt=2**31
    )
    enable_auto_commit: bool = Field(
        True,
        title="enable.auto.commit",
        description=gettext_noop("this page commits what stands on it, each second; else when you press Commit"),
        json_schema_extra={"more": True},
    )
    protocol: RebalanceProtocol = Field("range", json_schema_extra={"more": True})
    stop_after: int | None = Field(
        None,
        title=gettext_noop("Stop after"),
        description=gettext_noop("this many records; empty: when you press Stop"),
        ge=1,
        lt=1_000_000,
    )

    def run(self, namespace: Namespace) -> Answer:
        membership = Membership(
            namespace, self.topic, self.group_id,
            auto_offset_reset=self.auto_offset_reset, session_timeout_ms=self.session_timeout_ms,
            at_most=self.stop_after, protocol=self.protocol, auto_commit=self.enable_auto_commit,
        )  # fmt: skip
        return self.answer(**asdict(read_to_end(membership)))

    def answer(
        self,
        *,
        assigned: Mapping[int, int | None],
        delivered: int,
        last: Mapping[int, int],
        committed: Mapping[int, int],
        problem: str | None = None,
        was_killed: bool = False,
    ) -> Answer:
        """Kafka's answer, however the consumer was run; the mappings go from partition to offset."""
        places = ", ".join(
            _("offset %(offset)s in %(topic)s [%(partition)s]")
            % {"offset": offset, "topic": self.topic, "partition": partition}
            for partition, offset in sorted(committed.items())
        )
        if was_killed:
            words = _("%(records)s of %(topic)s delivered; then the consumer was killed, and its group not told.")
        elif places:
            words = _("%(records)s of %(topic)s delivered; group %(group)s has committed %(places)s.")
        else:
            words = _("%(records)s of %(topic)s delivered; nothing was committed.")
        words %= {
            "records": counted.records(delivered), "topic": self.topic, "group": self.group_id, "places": places,
        }  # fmt: skip
        data = {"assigned": assigned, "delivered": delivered, "last": last, "committed": committed}
        if was_killed:
            data["was_killed"] = True
        return Answer(
            words=words, data=data, why=problem or "", state="done" if problem is None or assigned else "refused"
        )

    def python(self, where: Where) -> str:
        loop = "while True:" if self.stop_after is None else "while left:"
        return f"""\
{where.imports()}from confluent_kafka import Consumer, KafkaException

{where.head(self.topic)}

consumer = Consumer({{
{self.settings(where)}}})
consumer.subscribe([topic])
{self._left()}try:
    {loop}
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
{self._show("        ")}except KeyboardInterrupt:
    pass  # Ctrl-C is this program's Stop
finally:
{self._close()}"""

    def cell(self, where: Where) -> str:
        loop = "while True:" if self.stop_after is None else "while left:"
        return f"""\
# This ends where there are no more records; the program on the
# page goes on until Ctrl-C.
{where.imports()}from confluent_kafka import Consumer, KafkaError, KafkaException

{where.head(self.topic)}

consumer = Consumer({{
{self.settings(where)}    "enable.partition.eof": True,  # tell where a partition ends
}})
consumer.subscribe([topic])
ended = set()
{self._left()}try:
    {loop}
        message = consumer.poll({QUIET_S})
        if message is None:
            print("{QUIET_S} seconds, and nothing came")
            break
        error = message.error()
        if error and error.code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
            if len(ended) == len(consumer.assignment()):
                print(f"at the end of {{len(ended)}} partition(s)")
                break
        elif error:
            raise KafkaException(error)
        else:
{self._show("            ")}finally:
{self._close()}"""

    def _close(self) -> str:
        does = (
            "commits the offsets, leaves the group" if self.enable_auto_commit else "leaves the group, commits nothing"
        )
        return f"    consumer.close()  # {does}\n"

    def _left(self) -> str:
        return "" if self.stop_after is None else f"left = {self.stop_after}  # records to read\n"

    def _show(self, indent: str) -> str:
        lines = [
            'at = f"[{message.partition()}] @ {message.offset()}"',
            "print(at, message.key(), message.value())",
            *([] if self.stop_after is None else ["left -= 1"]),
        ]
        return "".join(f"{indent}{line}\n" for line in lines)

    def settings(self, where: Where, *, indent: str = "    ") -> str:
        """Lines of the client's settings, for a dictionary of a program that knows `brokers`."""
        settings: dict[str, str | int] = {"group.id": where.full(self.group_id)}
        settings |= protocol_settings(self.protocol, self.session_timeout_ms)
        if self.protocol != "consumer" and self.session_timeout_ms > MAX_POLL_INTERVAL_MS:
            settings["max.poll.interval.ms"] = self.session_timeout_ms  # the client wants this one to be no shorter
        settings["auto.offset.reset"] = self.auto_offset_reset
        if not self.enable_auto_commit:
            settings["enable.auto.commit"] = False
        shown = {name: literal(each) if isinstance(each, str) else each for name, each in settings.items()}
        lines = [where.setting, *(f'"{name}": {each},' for name, each in shown.items())]
        return "".join(f"{indent}{line}\n" for line in lines)

    def script(self, where: Where) -> str:
        return f"{self.command(where)} \\\n    --timeout-ms {QUIET_S * 1000}"

    def command(self, where: Where) -> str:
        settings = protocol_settings(self.protocol, self.session_timeout_ms)
        is_sticky = "partition.assignment.strategy" in settings
        if is_sticky:
            settings["partition.assignment.strategy"] = "@sticky"
        settings = {"auto.offset.reset": self.auto_offset_reset, **settings}
        if not self.enable_auto_commit:
            settings["enable.auto.commit"] = "false"
        command = where.tool(
            "kafka-console-consumer.sh", "--topic", where.full(self.topic), "--group", where.full(self.group_id),
            *(each for name, value in settings.items() for each in ("--command-property", f"{name}={value}")),
            "--formatter-property", "print.partition=true",
            "--formatter-property", "print.offset=true",
            "--formatter-property", "print.key=true",
            *(() if self.stop_after is None else ("--max-messages", str(self.stop_after))),
        )  # fmt: skip
        return JAVAS_STICKY + command.replace("=@sticky", "=$sticky") if is_sticky else command

    def feed_line(self) -> str:
        return _("%(topic)s in group %(group)s") % {"topic": self.topic, "group": self.group_id}
