"""How long a record takes from `produce` to a page, beside the least that it could take.

    .venv/bin/python -m tests.benchmarks.live_latency [--records 300] [--rate 15] [--viewers 50] [--seconds 8]

One run, one set of brokers, one clock. Every path has a topic of its own (one partition, three replicas) and the
records go to them in turn, so the paths share the machine and not the work:

    bare poll         a consumer that does nothing but `poll`, in a process of its own
    bare websockets   such a consumer, and the `websockets` library broadcasting what it reads
    frame             the app (`manage.py up`, Daphne): until a program has the frame
    row               the app: until the row has been painted in Chromium

The values are the moment of sending. The second table sends to many viewers of the class's feed, and has the server's
CPU seconds for 100,000 records delivered (records times viewers). Bounded: about a minute and a half in all, with
brokers of its own.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests
import websockets
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from playwright.async_api import Page, async_playwright
from websockets.asyncio.server import broadcast, serve

from tests.browser.conftest import CHROMIUM_FLAGS, RunningApp, start_app, stop_app

DEADLINE_S = 120.0
WARM_UP_RECORDS = 10
DRAINED_S = 1.0
GRANT_LUMP = 125
PAGES_OF_A_SEAT = 20

# In the page: for every new row, how long after its value (the moment of sending, in ms) it had been painted.
WATCH_ROWS = """
window.painted = [];
new MutationObserver((changes) => {
  const values = changes.flatMap((change) => [...change.addedNodes]).map((row) => Number(row.children[3].textContent));
  // Rows are written in the screen's frame; a message posted from there is handled after that frame was painted.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.timeOrigin + performance.now();
    window.painted.push(...values.map((value) => now - value));
  };
  channel.port2.postMessage(0);
}).observe(document.querySelector("#watch [data-rows]"), { childList: true });
"""


@dataclass
class Way:
    name: str
    topic: str
    delays_ms: list[float] = field(default_factory=list)

    def took(self, sent_ms: float) -> None:
        self.delays_ms.append(time.time() * 1000 - sent_ms)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


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


def run_producer(bootstrap_servers: str, topics: list[str], records: int, rate: float) -> None:
    """`records` to each topic, `rate` a second to each, in turn."""
    producer = Producer({"bootstrap.servers": bootstrap_servers, "linger.ms": 0, "acks": "all"})
    producer.list_topics(timeout=10)
    started = time.monotonic()
    for number in range(records * len(topics)):
        while (pause_s := started + number / (rate * len(topics)) - time.monotonic()) > 0:
            producer.poll(pause_s)  # comes back with each delivery report
        producer.produce(topics[number % len(topics)], str(time.time() * 1000))
        producer.poll(0)
    producer.flush(10)


def run_viewers(url: str, headers: list[dict[str, str]], pipe: Connection) -> None:
    asyncio.run(_viewers(url, headers, pipe))


async def _viewers(url: str, headers: list[dict[str, str]], pipe: Connection) -> None:
    """A page on the class's feed for each of these; their delays, once told to stop."""
    delays: list[float] = []
    async with open_all(url, headers, "feed") as connections:
        tasks = [asyncio.create_task(read_frames(each, True, delays.append)) for each in connections]
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        for task in tasks:
            task.cancel()
    pipe.send(delays)


# --- pages ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def open_all(
    url: str, headers: Iterable[dict[str, str]], topic: str | None
) -> AsyncIterator[list[websockets.ClientConnection]]:
    """One for each of these headers. `topic` None: a server that just broadcasts."""
    connections = []
    try:
        for each in headers:
            connection = await websockets.connect(url, additional_headers=each, compression=None, close_timeout=0.5)
            connections.append(connection)
            if topic is not None:
                await connection.send(json.dumps({"type": "watch", "topic": topic, "from": "now"}))
                await connection.send('{"type":"grant","records":500}')
                while json.loads(await connection.recv())["type"] != "watching":
                    pass
        yield connections
    finally:
        await asyncio.gather(*(connection.close() for connection in connections), return_exceptions=True)


async def read_frames(connection: websockets.ClientConnection, grants: bool, took: Callable[[float], Any]) -> None:
    owed = 0
    async for text in connection:
        now = time.time() * 1000
        records = json.loads(text).get("records", ())
        if not isinstance(records, list):
            continue
        for record in records:
            took(now - float(record["value"]["text"]))
        owed += len(records)
        if grants and owed >= GRANT_LUMP:  # as the page does it
            await connection.send(json.dumps({"type": "grant", "records": owed}))
            owed = 0


async def until(condition: Callable[[], bool], what: str) -> None:
    end_at = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end_at:
            raise TimeoutError(what)
        await asyncio.sleep(0.05)


# --- the two tables -------------------------------------------------------------------------------------------


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

    def seats(self, number: int) -> list[dict[str, str]]:
        """What the browsers of so many more students send with each request; the class's feed is shown to them."""
        with sqlite3.connect(self.app.data_dir / "kafkaclass.sqlite3") as rows:
            rows.execute("UPDATE lessons_class SET feed_is_shared = 1")
        return [{"Cookie": self._join(f"Viewer {each}"), "Origin": self.app.url} for each in range(number)]

    def _join(self, name: str) -> str:
        browser, code = requests.Session(), self.app.join_url.rstrip("/").rsplit("/", 1)[-1]
        browser.get(self.app.join_url)
        fields = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "code": code, "name": name}
        browser.post(f"{self.app.url}/join/", fields).raise_for_status()
        return "; ".join(f"{each.name}={each.value}" for each in browser.cookies)

    def create(self, *topics: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        for future in admin.create_topics([NewTopic(topic, 1, 3) for topic in topics]).values():
            future.result(10)
        time.sleep(0.5)  # until every broker knows them; nothing is measured yet

    def delete(self, *topics: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        for future in admin.delete_topics(list(topics)).values():
            future.result(10)

    def web_cpu_s(self) -> float:
        """Of Daphne and what it has started; not of the supervisor, nor of the brokers."""
        everyone = psutil.Process(self.app.pid).children(recursive=True)
        web = [each for each in everyone if any("daphne" in word for word in each.cmdline())]
        return sum(sum(each.cpu_times()[:2]) for each in web)


async def measure_latency(room: Room, *, records: int, rate: float) -> list[Way]:
    paths = [
        Way("bare poll", f"bench-{uuid.uuid4().hex[:8]}"), Way("bare websockets", f"bench-{uuid.uuid4().hex[:8]}"),
        Way("frame", room.prefix + "frames"), Way("row", room.prefix + "test1p"),
    ]  # fmt: skip
    poll, sockets, frame, row = paths
    room.create(*(path.topic for path in paths))
    total = records + WARM_UP_RECORDS
    poll_here, poll_there = multiprocessing.Pipe()
    ws_here, ws_there = multiprocessing.Pipe()
    servers = room.bootstrap_servers
    readers = [
        multiprocessing.Process(target=run_bare_poll, args=(servers, poll.topic, total, poll_there)),
        multiprocessing.Process(target=run_bare_websockets, args=(servers, sockets.topic, ws_there)),
    ]
    for process in readers:
        process.start()
    bare_url = f"ws://127.0.0.1:{ws_here.recv()}"
    await room.page.locator("#watch .lane").first.wait_for()
    await room.page.evaluate(WATCH_ROWS)
    async with (
        open_all(bare_url, [{}], None) as [bare],
        open_all(room.socket("watch"), [room.headers], "frames") as [ours],
    ):
        tasks = [
            asyncio.create_task(read_frames(bare, False, sockets.delays_ms.append)),
            asyncio.create_task(read_frames(ours, True, frame.delays_ms.append)),
        ]
        await asyncio.to_thread(produce, servers, [path.topic for path in paths], total, rate)
        await until(lambda: min(len(sockets.delays_ms), len(frame.delays_ms)) >= total, "frames")
        await room.page.wait_for_function(f"window.painted.length >= {total}")
        row.delays_ms = await room.page.evaluate("window.painted")
        poll.delays_ms = await asyncio.to_thread(poll_here.recv)
        for task in tasks:
            task.cancel()
    ws_here.send("stop")
    for process in readers:
        process.join(10)
    for path in paths:
        del path.delays_ms[:WARM_UP_RECORDS]
    room.delete(*(path.topic for path in paths))
    return paths


def produce(bootstrap_servers: str, topics: list[str], records: int, rate: float) -> None:
    process = multiprocessing.Process(target=run_producer, args=(bootstrap_servers, topics, records, rate))
    process.start()
    process.join(DEADLINE_S)


@dataclass(frozen=True)
class FanOut:
    viewers: int
    rate: float
    delays_ms: list[float]
    wanted: int
    cpu_s: float


async def measure_fan_out(room: Room, *, viewers: int, rate: float, seconds: float) -> FanOut:
    """To the class's feed, as if there were so many acts a second."""
    here, there = multiprocessing.Pipe()
    seats = await asyncio.to_thread(room.seats, math.ceil(viewers / PAGES_OF_A_SEAT))
    headers = [seats[number // PAGES_OF_A_SEAT] for number in range(viewers)]
    crowd = multiprocessing.Process(target=run_viewers, args=(room.socket("feed"), headers, there))
    crowd.start()
    await asyncio.to_thread(here.recv)
    idle_before = room.web_cpu_s()
    await asyncio.sleep(seconds / 2)
    idle_cpu_s = (room.web_cpu_s() - idle_before) * 2
    before, records = room.web_cpu_s(), round(rate * seconds)
    await asyncio.to_thread(produce, room.bootstrap_servers, [f"_{room.class_slug}.feed"], records, rate)
    await asyncio.sleep(DRAINED_S)
    cpu_s = max(0.0, room.web_cpu_s() - before - idle_cpu_s)
    here.send("stop")
    delays = await asyncio.to_thread(here.recv)
    crowd.join(10)
    return FanOut(viewers, rate, delays, records * viewers, cpu_s)


def print_latency(paths: Iterable[Way], records: int, rate: float) -> None:
    paths = list(paths)
    poll_p50 = statistics.median(paths[0].delays_ms)
    print(f"\n{records} records to each path, {rate:g}/s each, one viewer, {os.cpu_count()} cores\n")
    print("| produce → | p50 ms | p99 ms | p50 / bare poll |\n|---|---|---|---|")
    for path in paths:
        p50, p99 = statistics.median(path.delays_ms), quantile(path.delays_ms, 0.99)
        print(f"| {path.name} | {p50:.1f} | {p99:.1f} | {p50 / poll_p50:.2f} |")


def print_fan_out(runs: Iterable[FanOut]) -> None:
    print("\n| viewers | records/s | delivered | p50 ms | p99 ms | CPU s of the server per 100k |")
    print("|---|---|---|---|---|---|")
    for run in runs:
        p50, p99 = statistics.median(run.delays_ms), quantile(run.delays_ms, 0.99)
        cost = run.cpu_s / len(run.delays_ms) * 100_000
        share = len(run.delays_ms) / run.wanted
        print(f"| {run.viewers} | {run.rate:g} | {share:.0%} | {p50:.1f} | {p99:.1f} | {cost:.2f} |")


@asynccontextmanager
async def student(app: RunningApp, bootstrap_servers: str) -> AsyncIterator[Room]:
    async with async_playwright() as playwright:
        path = os.environ.get("KAFKACLASS_BROWSER")
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
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


async def measure(app: RunningApp, bootstrap_servers: str, options: argparse.Namespace) -> None:
    async with student(app, bootstrap_servers) as room:
        print_latency(
            await measure_latency(room, records=options.records, rate=options.rate), options.records, options.rate
        )
        await room.page.goto("about:blank")
        rates = [(1, 25.0), (options.viewers, 25.0), (options.viewers, 100.0)] if options.viewers else []
        runs = [await measure_fan_out(room, viewers=v, rate=rate, seconds=options.seconds) for v, rate in rates]
        if runs:
            print_fan_out(runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=300, help="to each path")
    parser.add_argument("--rate", type=float, default=15.0, help="records a second to each path")
    parser.add_argument("--viewers", type=int, default=50, help="for the second table; 0 leaves it out")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each line of the second table sends")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if k.startswith("KAFKA_")}
        process, app = start_app(Path(folder) / "up", **environment)
        try:
            bootstrap_servers = json.loads((app.data_dir / "up.json").read_text())["bootstrap_servers"]
            asyncio.run(measure(app, bootstrap_servers, options))
        finally:
            stop_app(process)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
