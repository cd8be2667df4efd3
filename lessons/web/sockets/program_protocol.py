"""What a program that runs in a page may say to its clients. Anything else is a `ForgedFrame`.

Every frame names a `client`, by a number that the page counts up. A frame with an `id` gets one answer:
`{"type": "answer", "id": …, "value": …}`, or with an `error` in the place of the value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from lessons.cluster.programs import OutgoingRecord
from lessons.cluster.programs.wire import from_base64
from lessons.web.sockets.protocol import Name, PageFrame

MAX_FRAME_BYTES = 2 * 1024 * 1024  # a record of 1 MB, as base64
MAX_NUMBER = 2**53 - 1
_MAX_BASE64 = 1_500_000

Number = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Base64 = Annotated[str, Field(max_length=_MAX_BASE64, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Value = Annotated[str, Field(max_length=1000)] | bool | int | float


class Open(PageFrame):
    """Make a client. Answer: an empty object, or the client's own error for its configuration."""

    type: Literal["open"]
    id: Number
    client: Number
    kind: Literal["admin", "producer", "consumer"]
    config: Annotated[dict[Annotated[str, Field(max_length=100)], Value], Field(max_length=100)]


class Call(PageFrame):
    """A method of a client, by its name. Answer: what it gives, as JSON."""

    type: Literal["call"]
    id: Number
    client: Number
    name: Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+$")]
    args: dict[Annotated[str, Field(max_length=40)], Any] = {}


class Close(PageFrame):
    """Answer: an empty object, once a consumer has left its group and a producer has sent what it had."""

    type: Literal["close"]
    id: Number
    client: Number


class _Record(PageFrame):
    n: Number
    topic: Name
    value: Base64 | None = None
    key: Base64 | None = None
    partition: Annotated[int, Field(ge=-1, lt=2**31)] = -1
    timestamp: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    headers: (
        Annotated[list[tuple[Annotated[str, Field(max_length=1000)], Base64 | None]], Field(max_length=100)] | None
    ) = None

    def outgoing(self) -> OutgoingRecord:
        headers = tuple((name, from_base64(value)) for name, value in self.headers or ())
        value, key = from_base64(self.value), from_base64(self.key)
        return OutgoingRecord(self.n, self.topic, value, key, self.partition, self.timestamp, headers)


class Produce(PageFrame):
    """Records for a producer, in order. Each gets a report (`delivered`), by its number `n`."""

    type: Literal["produce"]
    client: Number
    records: Annotated[list[_Record], Field(min_length=1, max_length=500)]


class Flush(PageFrame):
    """Send what lingers."""

    type: Literal["flush"]
    client: Number


class Grant(PageFrame):
    """The page has room for so many more records or errors of a consumer."""

    type: Literal["grant"]
    client: Number
    records: Annotated[int, Field(ge=1, le=1000)]


class Consumed(PageFrame):
    """The program was given everything before these offsets."""

    type: Literal["consumed"]
    client: Number
    positions: Annotated[
        list[tuple[Name, Annotated[int, Field(ge=0, lt=2**31)], Annotated[int, Field(ge=0, lt=2**63)]]],
        Field(max_length=1000),
    ]


class Handled(PageFrame):
    """The program's callback for the last rebalance has returned."""

    type: Literal["handled"]
    client: Number


ProgramFrame = Open | Call | Close | Produce | Flush | Grant | Consumed | Handled
PROGRAM: TypeAdapter[ProgramFrame] = TypeAdapter(Annotated[ProgramFrame, Field(discriminator="type")])
