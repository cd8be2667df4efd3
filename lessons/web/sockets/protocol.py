"""What a page may say on its sockets. Anything else is a `ForgedFrame`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Frame = TypeVar("Frame")

# A page's question whether we are still there (a browser shows it none of the server's own), and the answer.
PING = '{"type":"ping"}'
PONG = '{"type":"pong"}'
MAX_FRAME_BYTES = 64 * 1024
MAX_OFFSET = 2**63 - 1

# Names of any kind pass: what is wrong with them is for `Namespace` and for Kafka to say. The bound keeps rows small.
Name = Annotated[str, Field(max_length=1000)]
Partition = Annotated[int, Field(ge=0, lt=2**31)]
Offset = Annotated[int, Field(ge=0, le=MAX_OFFSET)]
# JSON's keys are text. A topic of the class has at most 12 partitions.
Positions = Annotated[dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Offset], Field(max_length=1000)]


class ForgedFrame(Exception):
    """No page of ours sends this."""


class PageFrame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Watch(PageFrame):
    """Read this topic from there on; replaces what was watched. Comes without credit."""

    type: Literal["watch"]
    topic: Name
    at: Literal["beginning", "now"] | Offset | Positions = Field("beginning", alias="from")
    topic_id: Annotated[str, Field(max_length=64)] | None = None


class Grant(PageFrame):
    """The page has painted, and has room for so many more."""

    type: Literal["grant"]
    records: Annotated[int, Field(ge=1, le=500)]


class Stop(PageFrame):
    type: Literal["stop"]


class Commit(PageFrame):
    """What was acknowledged so far; for a consumer that commits nothing by itself."""

    type: Literal["commit"]


class Kill(PageFrame):
    """Be gone, with no word to the group."""

    type: Literal["kill"]


class Start(PageFrame):
    """Join a group. The act's id comes with the form, so that a double click is one act."""

    type: Literal["start"]
    act_id: Annotated[UUID, Field(strict=False)]
    topic: Name
    group_id: Name
    auto_offset_reset: Annotated[str, Field(max_length=100)] = "earliest"
    session_timeout_ms: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 6000
    enable_auto_commit: bool = True
    protocol: Annotated[str, Field(max_length=100)] = "range"
    stop_after: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    lesson: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]*$")] = ""


class Acknowledge(PageFrame):
    """Everything before these offsets has been painted."""

    type: Literal["ack"]
    positions: Positions


WatchFrame = Watch | Grant | Stop
ConsumeFrame = Start | Grant | Acknowledge | Commit | Stop | Kill

WATCH: TypeAdapter[WatchFrame] = TypeAdapter(Annotated[WatchFrame, Field(discriminator="type")])
CONSUME: TypeAdapter[ConsumeFrame] = TypeAdapter(Annotated[ConsumeFrame, Field(discriminator="type")])


def parse(text: str | None, adapter: TypeAdapter[Frame]) -> Frame:
    """Raises ForgedFrame; `text` is None for a binary frame."""
    if text is None:
        raise ForgedFrame("This socket speaks JSON text; that frame was binary.")
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ForgedFrame(f"That frame was not understood: {place or 'the whole'}: {first['msg']}.") from None


def offsets(positions: dict[str, int]) -> dict[int, int]:
    return {int(partition): offset for partition, offset in positions.items()}
