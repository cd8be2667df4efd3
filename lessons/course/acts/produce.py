from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from lessons.cluster import clients, counted, records
from lessons.cluster.namespace import Namespace
from lessons.course.acts._lines import newlines_as_everywhere_else, refuse_too_many
from lessons.course.acts._reports import CALLBACK, report_data, report_line, state_of
from lessons.course.acts._shown_code import call, fits, list_of, listed, printed
from lessons.course.acts.base import About, Action, Answer, Name, Where, literal
from lessons.words import _, gettext_noop

MOST_BYTES = 4 * 1024 * 1024  # of many records; a single one may be as large as a request, for Kafka to refuse
MOST_HEADERS = 100
MOST_PAUSES_MS = 5_000
MOST_LINGER_MS = 2_000  # so long one waits for the answer


class Produce(Action):
    """Send records, and wait for their reports.

    By the process's own producer, which is idempotent; with a setting of its own, or a flush after each record, by a new
    one with the client's defaults. The program that is shown has the same settings, but for `linger.ms`, which is 0 here:
    it changes when a batch leaves, and nothing of what Kafka answers.
    """

    kind: ClassVar[str] = "produce"
    title: ClassVar[str] = gettext_noop("Send records")
    submit: ClassVar[str] = gettext_noop("Send")
    about: ClassVar[About] = "records"
    did: ClassVar[str] = gettext_noop("sent %(what)s")
    doing: ClassVar[str] = gettext_noop("sending %(what)s")
    changes_records: ClassVar[bool] = True
    only_appends: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"topic": "test1p", "key": "a", "values": "first\nsecond\nthird"}

    topic: Name = Field(title=gettext_noop("Topic"))
    values: str = Field(
        "",
        title=gettext_noop("Values"),
        description=gettext_noop("one record per line; an empty line is an empty value"),
        json_schema_extra={"widget": "lines"},
    )
    key: str = Field(
        "",
        title=gettext_noop("Key"),
        description=gettext_noop("one for all records, or one per line; fewer take turns; empty: no key (null)"),
        json_schema_extra={"widget": "lines", "rows": 1, "more": True},
    )
    partition: int | None = Field(
        None,
        title=gettext_noop("Partition"),
        description=gettext_noop("empty: the producer chooses"),
        json_schema_extra={"more": True},
    )
    headers: str = Field(
        "",
        title=gettext_noop("Headers"),
        description=gettext_noop("name=value, one per line"),
        json_schema_extra={"widget": "lines", "rows": 2, "more": True},
    )
    tombstone: bool = Field(
        False,
        title=gettext_noop("One record with a null value"),
        description=gettext_noop("instead of the values above"),
        json_schema_extra={"more": True},
    )
    flush_each: bool = Field(
        False,
        title=gettext_noop("Flush after each record"),
        description=gettext_noop("uses a new producer"),
        json_schema_extra={"more": True},
    )
    pause_ms: int | None = Field(
        None,
        title=gettext_noop("Pause"),
        description=gettext_noop("milliseconds between two records; empty: none"),
        ge=1,
        lt=MOST_PAUSES_MS + 1,
        json_schema_extra={"more": True},
    )
    sticky_linger_ms: int | None = Field(
        None,
        title="sticky.partitioning.linger.ms",
        description=gettext_noop("empty: the default; a number uses a new producer"),
        ge=0,
        lt=900_001,
        json_schema_extra={"more": True},
    )
    partitioner: Literal["", "murmur2_random"] = Field(
        "",
        title="partitioner",
        description=gettext_noop("empty: consistent_random, the default; a choice uses a new producer"),
        json_schema_extra={"more": True},
    )

    acks: Literal["", "all", "1", "0"] = Field(
        "",
        title="acks",
        description=gettext_noop("empty: all, the default; a choice uses a new producer"),
        json_schema_extra={"more": True},
    )
    retries: int | None = Field(
        None,
        title="retries",
        description=gettext_noop("empty: the default, as often as there is time; a number uses a new producer"),
        ge=0,
        lt=101,
        json_schema_extra={"more": True},
    )
    idempotence: Literal["", "true", "false"] = Field(
        "",
        title="enable.idempotence",
        description=gettext_noop("empty: true, or false where another setting uses a new producer"),
        json_schema_extra={"more": True},
    )
    linger_ms: int | None = Field(
        None,
        title="linger.ms",
        description=gettext_noop("empty: 5, the default; a number uses a new producer"),
        ge=0,
        lt=MOST_LINGER_MS + 1,
        json_schema_extra={"more": True},
    )

    @classmethod
    def left_out(cls, typed: Mapping[str, Any]) -> Mapping[str, str]:
        if typed["values"] or typed["tombstone"]:
            return {}
        return {
            "values": _(
                "Type at least one value. To send a record with an empty value, press Enter once in this field."
            )
        }

    @field_validator("values", "headers", "key")
    @classmethod
    def as_typed(cls, text: str) -> str:
        return newlines_as_everywhere_else(text)

    @model_validator(mode="after")
    def within_limits(self) -> Self:
        refuse_too_many(self.values)
        count = self.values.count("\n") + 1
        if count > 1 and (weight := self.weight()) > MOST_BYTES:
            words = _("That is %(mb)s MB in %(count)s records; the form sends at most %(most)s MB at a time.")
            raise ValueError(words % {"mb": f"{weight / 2**20:.1f}", "count": count, "most": MOST_BYTES >> 20})
        if self._count % (keys := self.key.count("\n") + 1):
            words = _(
                "That is %(keys)s keys for %(records)s: give one for all, one per line, or as many as take even turns."
            )
            raise ValueError(words % {"keys": keys, "records": counted.records(self._count)})
        if (pauses_ms := (self._count - 1) * (self.pause_ms or 0)) > MOST_PAUSES_MS:
            words = _("The pauses take %(seconds)s s in all; at most %(most)s s are possible.")
            raise ValueError(words % {"seconds": f"{pauses_ms / 1000:.1f}", "most": MOST_PAUSES_MS // 1000})
        if (headers := self.headers.count("\n") + 1) > MOST_HEADERS:
            words = _("That is %(count)s headers; a record can have at most %(most)s here.")
            raise ValueError(words % {"count": headers, "most": MOST_HEADERS})
        if self.idempotence == "true" and (self.acks in ("0", "1") or self.retries == 0):
            raise ValueError(
                _(
                    "An idempotent producer sends again, and waits for all copies: it needs acks=all and retries above 0."
                )
            )
        for line in self.headers.split("\n"):
            if line and "=" not in line:
                raise ValueError(_("A header is name=value; %(line)s has no '='.") % {"line": repr(line[:40])})
        return self

    @property
    def _count(self) -> int:
        return 1 if self.tombstone else self.values.count("\n") + 1

    def weight(self) -> int:
        """What Kafka is to store: each record has the key and the headers again."""
        keys = sum(map(len, map(str.encode, self._keys)))
        return keys + self._count * len(self.headers.encode()) + len(self.values.encode())

    @property
    def _keys(self) -> list[str]:
        """One for each record; empty: none. Fewer than there are records take turns."""
        keys = self.key.split("\n")
        return keys * (self._count // len(keys))

    @property
    def _has_keys_of_their_own(self) -> bool:
        return "\n" in self.key

    @property
    def _keys_take_turns(self) -> bool:
        return 1 < self.key.count("\n") + 1 < self._count

    def messages(self) -> list[records.Message]:
        headers = tuple(self._header_pairs())
        values = [None] if self.tombstone else [line.encode() for line in self.values.split("\n")]
        return [
            records.Message(key=key.encode() if key else None, value=value, headers=headers)
            for key, value in zip(self._keys, values, strict=True)
        ]

    def _header_pairs(self) -> list[tuple[str, bytes]]:
        pairs = (line.split("=", 1) for line in self.headers.split("\n") if line)
        return [(name, value.encode()) for name, value in pairs]

    def run(self, namespace: Namespace) -> Answer:
        own = self._own_settings()
        producer = None if own is None else clients.new_plain_producer(**own)
        deliveries = records.produce(
            namespace, self.topic, self.messages(),
            partition=self.partition, producer=producer, flush_each=self.flush_each, pause_s=self._pause_s,
        )  # fmt: skip
        return self.answer(deliveries)

    @property
    def _pause_s(self) -> float:
        return (self.pause_ms or 0) / 1000

    def answer(self, deliveries: Sequence[records.Delivery]) -> Answer:
        """Kafka's answer, whoever sent the records."""
        failed = [delivery for delivery in deliveries if delivery.error]
        delivered = len(deliveries) - len(failed)
        words = _("%(delivered)s of %(records)s delivered to %(topic)s.") % {
            "delivered": delivered, "records": counted.records(len(deliveries)), "topic": self.topic,
        }  # fmt: skip
        error = failed[0].error if failed else None
        if error:
            words = f"{words} {error.said}"
        return Answer(
            words=words,
            details=tuple(report_line(self.topic, delivery) for delivery in deliveries),
            data={"deliveries": [report_data(delivery) for delivery in deliveries]},
            why=error.advice if error else "",
            state=state_of(failed),
        )

    def _own_settings(self) -> dict[str, Any] | None:
        """The settings of a new producer for this act; None: the process's producer will do."""
        own: dict[str, Any] = {}
        if self.sticky_linger_ms is not None:
            own["sticky.partitioning.linger.ms"] = self.sticky_linger_ms
        if self.partitioner:
            own["partitioner"] = self.partitioner
        if self.acks:
            own["acks"] = self.acks
        if self.retries is not None:
            own["retries"] = self.retries
        if self.idempotence:
            own["enable.idempotence"] = self.idempotence == "true"
        if self.linger_ms is not None:
            own["linger.ms"] = self.linger_ms
        return own if own or self.flush_each else None

    def python(self, where: Where) -> str:
        serve, rest = "poll(0)  # serves the callbacks that are due", "producer.flush(10)  # waits for the rest\n"
        if self.flush_each:
            serve, rest = "flush(10)  # waits for this record's report", ""
        pause = f"    sleep({self._pause_s:g})\n" if self.pause_ms else ""
        return f"""\
{where.imports(*self._imports())}from confluent_kafka import Producer

{where.head(self.topic)}


{CALLBACK}

producer = Producer({{
    {where.setting}
{self._shown_setting()}}})
{self._loop()}
{call("    producer.produce", self._arguments())}
    producer.{serve}
{pause}{rest}"""

    def _imports(self) -> list[str]:
        """Of the standard library."""
        lines = ["from itertools import cycle"] if self._keys_take_turns else []
        return [*lines, "from time import sleep"] if self.pause_ms else lines

    def _shown_setting(self) -> str:
        """See `_own_settings`."""
        own = self._own_settings()
        if own is None:
            return '    "enable.idempotence": True,  # sent twice is stored once\n'
        return "".join(f'    "{name}": {_shown(value)},\n' for name, value in own.items())

    def _loop(self) -> str:
        """The head of the loop over the records."""
        values = "[None]" if self.tombstone else list_of(self.values.split("\n"))
        if not self._has_keys_of_their_own:
            line = f"for value in {values}:"
            return line if fits(line) else f"values = {values}\nfor value in values:"
        keys = listed([literal(key) if key else "None" for key in self.key.split("\n")], behind="keys = ")
        each = "cycle(keys)" if self._keys_take_turns else "keys"
        return f"keys = {keys}\nvalues = {values}\nfor key, value in zip({each}, values):"

    def _arguments(self) -> list[str]:
        arguments = ["topic", "value"]
        if self._has_keys_of_their_own:
            arguments.append("key=key")
        elif self.key:
            arguments.append(f"key={literal(self.key)}")
        if self.partition is not None:
            arguments.append(f"partition={self.partition}")
        if self.headers:
            arguments.append(f"headers={self._header_pairs()!r}")
        return [*arguments, "on_delivery=delivery_callback"]

    def command(self, where: Where) -> str:
        """The console producer reads headers, key and value from one line, and cannot choose a partition. It escapes
        nothing: what the text holds cannot part it, so other signs do."""
        properties, lines = self._typed()
        options = [word for prop in properties for word in ("--reader-property", prop)]
        if self.flush_each or self.pause_ms:  # its time-out is linger.ms: so long a record waits before it is sent
            options += ["--sync", "--timeout", str(self.pause_ms or 0)]
        elif self.linger_ms is not None:
            options += ["--timeout", str(self.linger_ms)]
        options += ["--request-required-acks", self.acks] if self.acks else []
        options += ["--message-send-max-retries", str(self.retries)] if self.retries is not None else []
        options += ["--command-property", f"enable.idempotence={self.idempotence}"] if self.idempotence else []
        tool = where.tool("kafka-console-producer.sh", "--topic", where.full(self.topic), *options)
        return self._where_the_tool_differs() + printed(lines, tool)

    def _typed(self) -> tuple[list[str], list[str]]:
        """The properties of the tool's reader, and the lines that it is given."""
        lines = ["NULL"] if self.tombstone else self.values.split("\n")
        keys = [key or "NULL" for key in self._keys]
        head, properties = self._typed_headers(apart_from=[self.key, *lines])
        if self.key:
            [behind] = _signs("\t", apart_from=[*keys, *lines])
            properties += ["parse.key=true", *_changed(("key.separator", behind, "\t"))]
            lines = [key + behind + line for key, line in zip(keys, lines, strict=True)]
        if self.tombstone or (self.key and "" in self._keys):
            properties.append("null.marker=NULL")
        return properties, [head + line for line in lines]

    def _typed_headers(self, *, apart_from: Sequence[str]) -> tuple[str, list[str]]:
        """What each line begins with, and the properties by which it is read."""
        if not self.headers:
            return "", []
        pairs = [line.split("=", 1) for line in self.headers.split("\n") if line]
        words = [word for pair in pairs for word in pair]
        within, between = _signs(":,", apart_from=words)
        [behind] = _signs("\t", apart_from=[*words, *apart_from], besides=within + between)
        changed = _changed(
            ("headers.key.separator", within, ":"), ("headers.separator", between, ","),
            ("headers.delimiter", behind, "\t"),
        )  # fmt: skip
        return between.join(within.join(pair) for pair in pairs) + behind, ["parse.headers=true", *changed]

    def _where_the_tool_differs(self) -> str:
        note = ""
        if self.sticky_linger_ms is not None:
            note = (
                "# A Java client has no sticky.partitioning.linger.ms: it stays on\n"
                "# a partition for about batch.size bytes.\n"
            )
        if self.partition is not None:
            note += "# This tool can't be told the partition: the producer chooses.\n"
        elif self.key and not self.partitioner:
            note += (
                "# A Java client hashes keys by murmur2, the Python client by\n"
                "# CRC32: the partition may be another one.\n"
            )
        return note

    def feed_line(self) -> str:
        what = {"records": counted.records(self._count), "topic": self.topic, "key": self.key}
        if self._has_keys_of_their_own:
            return _("%(records)s with keys of their own to %(topic)s") % what
        if self.key:
            return _("%(records)s to %(topic)s with key %(key)s") % what
        return _("%(records)s to %(topic)s") % what


def _shown(value: object) -> str:
    """A setting as Python, with the quotes of the rest of the program."""
    return repr(value) if isinstance(value, bool) else json.dumps(value)


SIGNS = ";~%#!@&"  # none that means something in a regular expression: the tool takes them for one


def _signs(usual: str, *, apart_from: Sequence[str], besides: str = "") -> list[str]:
    """For each usual sign that sign, or another one where the texts hold it."""
    held = set("".join(apart_from)) | set(besides)
    chosen: list[str] = []
    for sign in usual:
        free = (each for each in (sign, *SIGNS) if each not in held and each not in chosen)
        chosen.append(next(free, sign))
    return chosen


def _changed(*separators: tuple[str, str, str]) -> list[str]:
    return [f"{name}={sign}" for name, sign, usual in separators if sign != usual]
