"""Many pages that are open, without a screen, in a process of their own: how late each record comes to each of them."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import websockets

from tests.benchmarks.measuring import GRANT_LUMP, process_of_its_own, watch_from_now
from tests.benchmarks.people import Person, Results, Staff, Student
from tests.browser.conftest import RunningApp, invitation

PAGES_OF_ONE = 20  # how many a person has open; the app lets each have 40


@dataclass(frozen=True)
class Page:
    """A socket: the app's, with a topic to watch, or that of a server that just sends."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    topic: str = ""


def pages_of(people: Sequence[Person], path: str, topic: str, number: int) -> list[Page]:
    addresses = [each.address(path) for each in people]
    return [Page(*addresses[each // PAGES_OF_ONE], topic) for each in range(number)]


def people_for(pages: int) -> int:
    return math.ceil(pages / PAGES_OF_ONE)


def seat_students(app: RunningApp, number: int) -> list[Student]:
    """They join the class, and leave nothing open."""
    with ThreadPoolExecutor(1) as pool:
        students = [Student(app, Results(), pool) for _ in range(number)]

        async def join() -> None:
            for each, student in enumerate(students):
                await student.join(each)

        asyncio.run(join())
    return students


def sign_in_staff(app: RunningApp, number: int) -> list[Staff]:
    """Each by an invitation of its own."""
    with ThreadPoolExecutor(1) as pool:
        staff = [Staff(app, Results(), pool) for _ in range(number)]

        async def sign_in() -> None:
            for each, one in enumerate(staff):
                await one.sign_in(invitation(app, role="instructor", name=f"Instructor {each}"))

        asyncio.run(sign_in())
    return staff


class Crowd:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def begin(self) -> None:
        """Forgets what came until now."""
        self._pipe.send("begin")
        self._pipe.recv()

    def delays_ms(self) -> list[float]:
        """Of each record on each page, since it began, in the order in which they came."""
        self._pipe.send("tell")
        delays_ms: list[float] = self._pipe.recv()
        return delays_ms


@contextmanager
def crowd(pages: Sequence[Page]) -> Iterator[Crowd]:
    """With all of them open."""
    with process_of_its_own(_run, pages) as (pipe, _):
        pipe.recv()
        yield Crowd(pipe)
        pipe.send("end")


def _run(pages: Sequence[Page], pipe: Connection) -> None:
    asyncio.run(_crowd(pages, pipe))


async def _crowd(pages: Sequence[Page], pipe: Connection) -> None:
    delays_ms: list[float] = []
    async with AsyncExitStack() as stack:
        readers = []
        for page in pages:
            settings = {"additional_headers": page.headers, "compression": None, "close_timeout": 0.5, "max_size": None}
            connection = await stack.enter_async_context(websockets.connect(page.url, ping_interval=None, **settings))
            if page.topic:
                await watch_from_now(connection, page.topic)
            readers.append(asyncio.create_task(_read(connection, delays_ms, grants=bool(page.topic))))
        pipe.send("open")
        while (asked := await asyncio.to_thread(pipe.recv)) != "end":
            pipe.send(delays_ms)
            if asked == "begin":
                delays_ms.clear()
        for reader in readers:
            reader.cancel()


async def _read(connection: websockets.ClientConnection, delays_ms: list[float], *, grants: bool) -> None:
    """Gives credit in lumps, as the page does it."""
    owed = 0
    async for text in connection:
        now = time.time() * 1000
        records = json.loads(text).get("records", ())
        delays_ms += [now - float(record["value"]["text"]) for record in records]
        owed += len(records)
        if grants and owed >= GRANT_LUMP:
            await connection.send(json.dumps({"type": "grant", "records": owed}))
            owed = 0
