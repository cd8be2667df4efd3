"""How long a record takes from `produce` to a page, beside the least that it could take.

    .venv/bin/python -m tests.benchmarks.live_latency [--records 300] [--rate 15]

One run, one set of brokers, one clock. Every path has a topic of its own (one partition, three replicas) and the
records go to them in turn, so the paths share the machine and not the work:

    bare poll         a consumer that does nothing but `poll`, in a process of its own
    bare websockets   such a consumer, and the `websockets` library broadcasting what it reads
    frame             the app (`manage.py up`, Daphne): until a program has the frame
    row               the app: until the row has been painted in Chromium

The values are the moment of sending. Bounded: a minute in all, with brokers of its own.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import websockets
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from playwright.async_api import Page, async_playwright
from websockets.asyncio.server import broadcast, serve

from tests.benchmarks.measuring import (
    DEADLINE_S,
    GRANT_LUMP,
    bootstrap_servers,
    launch_options,
    produce,
    quantile,
    running_app,
    watch_from_now,
)
from tests.browser.conftest import RunningApp

WARM_UP_RECORDS = 10

# In the page: for every new row, how long after its value (the moment of sending, in ms) it had been painted.
WATCH_ROWS = """
window.painted = [];
new MutationObserver((changes) => {
  const rows = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.localName === "tr");
  const values = rows.map((row) => Number(row.children[3].textContent));
  // Rows are written in the screen's frame; a message posted from there is handled after that frame was painted.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.timeOrigin + performance.now();
    window.painted.push(...values.map((value) => now - value));
  };
  channel.port2.postMessage(0);
}).observe(document.querySelector("#watch .records"), { childList: true, subtree: true });
"""


@dataclass
class Way:
    name: str
    topic: str
    delays_ms: list[float] = field(default_factory=list)


# --- processes of their own -------------------------------------------------------------------------------------


def bare_consumer(bootstrap_servers: str, topic: str) -> Consumer:
    settings = {"bootstrap.servers": bootstrap_servers, "group.id": "benchmark", "enable.auto.commit": False}
    consumer = Consumer(settings)
    consumer.assign([TopicPartition(topic, 0, 0)])
    return consumer


def run_bare_poll(bootstrap_servers: str, topic: str, total: int, results: Connection) -> None:
    consumer, delays = bare_consumer(bootstrap_servers, topic), []
    end_at = time.monotonic() + DEADLINE_S
    while len(delays) < total and time.monotonic() < end_at:
        message = consumer.poll(1.0)
        if message is not None and not message.error():
            delays.append(time.time() * 1000 - float(message.value()))
    results.send(delays)
    consumer.close()


def run_bare_websockets(bootstrap_servers: str, topic: str, pipe: Connection) -> None:
    asyncio.run(_bare_websockets(bootstrap_servers, topic, pipe))


async def _bare_websockets(bootstrap_servers: str, topic: str, pipe: Connection) -> None:
    loop, stopped, pages = asyncio.get_running_loop(), asyncio.Event(), set()

    async def page(connection: websockets.asyncio.server.ServerConnection) -> None:
        pages.add(connection)
        await connection.wait_closed()
        pages.discard(connection)

    def read() -> None:
        consumer = bare_consumer(bootstrap_servers, topic)
        while not stopped.is_set():
            message = consumer.poll(0.1)
            if message is not None and not message.error():
                text = json.dumps({"records": [{"value": {"text": message.value().decode()}}]})
                loop.call_soon_threadsafe(broadcast, pages, text)
        consumer.close()

    async with serve(page, "127.0.0.1", 0) as server:
        reader = asyncio.create_task(asyncio.to_thread(read))
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)
        stopped.set()
        await reader


# --- pages ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def connected(
    url: str, headers: dict[str, str] | None = None, *, watch: str = ""
) -> AsyncIterator[websockets.ClientConnection]:
    """The app's socket with a topic to `watch`, or a server that just announcements."""
    settings = {"additional_headers": headers, "compression": None, "close_timeout": 0.5}
    async with websockets.connect(url, **settings) as connection:
        if watch:
            await watch_from_now(connection, watch)
        yield connection


async def read_frames(connection: websockets.ClientConnection, way: Way, total: int, *, grants: bool = False) -> None:
    """Until all have come. Gives credit in lumps, as the page does it."""
    owed = 0
    async for text in connection:
        now = time.time() * 1000
        records = json.loads(text).get("records", ())
        way.delays_ms += [now - float(record["value"]["text"]) for record in records]
        if len(way.delays_ms) >= total:
            return
        owed += len(records)
        if grants and owed >= GRANT_LUMP:
            await connection.send(json.dumps({"type": "grant", "records": owed}))
            owed = 0


# --- the table ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Room:
    """A student's seat in the running app, and the page on which it sits."""

    app: RunningApp
    bootstrap_servers: str
    prefix: str
    class_slug: str
    headers: dict[str, str]
    page: Page

    def socket(self, name: str) -> str:
        return f"ws://{urlsplit(self.app.url).netloc}/ws/c/{self.class_slug}/{name}/"

    def create(self, *topics: str, replicas: int = 3) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        for future in admin.create_topics([NewTopic(topic, 1, replicas) for topic in topics]).values():
            future.result(10)
        time.sleep(0.5)  # until every broker knows them; nothing is measured yet

    def delete(self, *topics: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        for future in admin.delete_topics(list(topics)).values():
            future.result(10)


def ways(room: Room) -> list[Way]:
    bare = [Way(name, f"bench-{uuid.uuid4().hex[:8]}") for name in ("bare poll", "bare websockets")]
    return [*bare, Way("frame", room.prefix + "frames"), Way("row", room.prefix + "test1p")]


async def measure(room: Room, *, records: int, rate: float) -> list[Way]:
    poll, sockets, frame, row = paths = ways(room)
    topics, total, servers = [path.topic for path in paths], records + WARM_UP_RECORDS, room.bootstrap_servers
    room.create(*topics)
    await room.page.locator("#watch .lane").first.wait_for()
    await room.page.evaluate(WATCH_ROWS)
    with (
        process_of_its_own(run_bare_poll, servers, poll.topic, total) as poller,
        process_of_its_own(run_bare_websockets, servers, sockets.topic) as server,
    ):
        bare_url = f"ws://127.0.0.1:{await asyncio.to_thread(server.recv)}"
        async with (
            connected(bare_url) as bare,
            connected(room.socket("watch"), room.headers, watch="frames") as ours,
            asyncio.timeout(DEADLINE_S),
        ):
            send = asyncio.to_thread(produce, servers, topics, total, rate)
            await asyncio.gather(send, read_frames(bare, sockets, total), read_frames(ours, frame, total, grants=True))
        await room.page.wait_for_function(f"window.painted.length >= {total}")
        row.delays_ms = await room.page.evaluate("window.painted")
        poll.delays_ms = await asyncio.to_thread(poller.recv)
        server.send("stop")
    room.delete(*topics)
    return [replace(path, delays_ms=path.delays_ms[WARM_UP_RECORDS:]) for path in paths]


@contextmanager
def process_of_its_own(run: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """Our end of a pipe; the other end is its last argument."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=run, args=(*arguments, there))
    process.start()
    try:
        yield here
        process.join(10)
    finally:
        process.kill()


def report(paths: Iterable[Way], records: int, rate: float) -> None:
    paths = list(paths)
    poll_p50 = statistics.median(paths[0].delays_ms)
    print(f"\n{records} records to each path, {rate:g}/s each, one viewer, {os.cpu_count()} cores\n")
    print("| produce → | p50 ms | p99 ms | p50 / bare poll |\n|---|---|---|---|")
    for path in paths:
        p50, p99 = statistics.median(path.delays_ms), quantile(path.delays_ms, 0.99)
        print(f"| {path.name} | {p50:.1f} | {p99:.1f} | {p50 / poll_p50:.2f} |")


@asynccontextmanager
async def student(app: RunningApp, bootstrap_servers: str) -> AsyncIterator[Room]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options())
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        await page.goto(app.join_url)
        await page.get_by_label("Your name").fill("Alice")
        await page.get_by_role("button", name="Join the class").click()
        await page.wait_for_url("**/welcome/**")
        slug = (await page.locator(".seat code").first.text_content() or "").strip()
        class_slug = page.url.rstrip("/").rsplit("/", 1)[-1]
        await page.goto(f"{app.url}/c/{class_slug}/lessons/producing/")
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in await context.cookies())
        yield Room(
            app=app, bootstrap_servers=bootstrap_servers, prefix=f"{class_slug}.{slug}.", class_slug=class_slug,
            headers={"Cookie": cookies, "Origin": app.url}, page=page,
        )  # fmt: skip
        await browser.close()


async def run(app: RunningApp, *, records: int, rate: float) -> None:
    async with student(app, bootstrap_servers(app)) as room:
        report(await measure(room, records=records, rate=rate), records, rate)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=300, help="to each path")
    parser.add_argument("--rate", type=float, default=15.0, help="records a second to each path")
    options = parser.parse_args()
    with running_app() as app:
        asyncio.run(run(app, records=options.records, rate=options.rate))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
