"""Frames that no page of ours sends: each is told to be wrong or does what it says, and nothing else happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from pydantic import TypeAdapter

from lessons.classroom.models import Act
from lessons.web.sockets.base import MAX_FORGED_FRAMES
from lessons.web.sockets.program_protocol import PROGRAM
from lessons.web.sockets.protocol import CONSUME, PING, WATCH, ForgedFrame, parse
from tests.any_input import ODD, mutants
from tests.web.sockets.conftest import Room
from tests.web.sockets.tab import Tab

FRAMES_OF_A_KIND = 400
SENT_FRAMES = 120  # of each kind of socket
RIGHT: dict[str, list[Mapping[str, Any]]] = {
    "watch": [
        {"type": "watch", "topic": "test1p", "from": "beginning"},
        {"type": "watch", "topic": "test1p", "from": {"0": 3}, "topic_id": "x"},
        {"type": "grant", "records": 5},
        {"type": "stop"},
    ],
    "consume": [
        {"type": "start", "act_id": str(uuid4()), "topic": "none", "group_id": "g", "lesson": "consuming"},
        {"type": "ack", "positions": {"0": 2}},
        {"type": "commit"},
        {"type": "kill"},
        {"type": "grant", "records": 5},
        {"type": "stop"},
    ],
    "program": [
        {"type": "open", "id": 1, "client": 1, "kind": "admin", "config": {"bootstrap.servers": "x"}},
        {"type": "call", "id": 2, "client": 1, "name": "list_topics", "args": {"timeout": 1}},
        {"type": "produce", "client": 1, "records": [{"n": 1, "topic": "test1p", "value": "AA=="}]},
        {"type": "consumed", "client": 1, "positions": [["test1p", 0, 1]]},
        {"type": "flush", "client": 1},
        {"type": "grant", "client": 1, "records": 5},
        {"type": "handled", "client": 1},
        {"type": "close", "id": 3, "client": 1},
    ],
}
PROTOCOLS: dict[str, TypeAdapter[Any]] = {"watch": WATCH, "consume": CONSUME, "program": PROGRAM}
NO_JSON = [
    "",
    "{",
    "null",
    "[]",
    "1",
    '"x"',
    "{}",
    '{"type":"ping"',
    "\x00",
    "[" * 5000,
    '{"type":{"type":"ping"}}',
    "NaN",
]


def frames(kind: str, *, number: int) -> list[str]:
    made = [
        json.dumps(frame)
        for n, right in enumerate(RIGHT[kind])
        for frame in mutants(right, number=number // len(RIGHT[kind]), seed=f"{kind} {n}")
    ]
    made += [*NO_JSON, *(json.dumps({"type": odd}) for odd in ODD)]
    random.Random(kind).shuffle(made)
    return made


@pytest.mark.parametrize("kind", RIGHT)
def test_any_text_is_a_frame_or_is_told_to_be_none(kind: str) -> None:
    told = []
    for text in frames(kind, number=FRAMES_OF_A_KIND * len(RIGHT[kind])):
        try:
            parse(text, PROTOCOLS[kind])
        except ForgedFrame as forged:
            told.append(str(forged))
    assert told
    assert all(told)


async def tell_all(room: Room, kind: str, texts: list[str]) -> int:
    """Opens the page again whenever it was closed. Returns how often that was."""
    tab, opened = room.open(kind), 1
    for text in texts:
        if tab.application.done() or tab.code is not None:
            await close(tab)
            tab, opened = room.open(kind), opened + 1
        before = len(tab.frames)
        tab.say_text(text)
        tab.say_text(PING)  # answered after the other was heard
        await tab.until(lambda: "pong" in tab.kinds[before:] or tab.code is not None or tab.application.done())  # noqa: B023
    await close(tab)
    return opened


async def close(tab: Tab) -> None:
    if not tab.application.done():
        await tab.close()
    assert tab.application.exception() is None


@pytest.mark.parametrize("kind", RIGHT)
async def test_a_socket_outlives_any_frame_and_nothing_is_done(
    room: Room, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    texts = frames(kind, number=SENT_FRAMES)
    async with asyncio.timeout(300):
        opened = await tell_all(room, kind, texts)
    assert opened > len(texts) // (20 * MAX_FORGED_FRAMES)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    done = await sync_to_async(lambda: list(Act.objects.filter(state=Act.State.DONE).values_list("kind", flat=True)))()
    assert set(done) <= {"consume"}  # of a frame that was right after all
