"""A class of a hundred and one of three hundred, over real HTTP and websockets, before one `manage.py up`.

    .venv/bin/python -m tests.benchmarks.classroom [--seats 100 300] [--seconds 60] [--consuming 0.1] [--ticking 12]

The load comes from a process of its own. Every seat joins, reads the lessons and sits on "Producing" with its page's
two sockets open (the page itself, and the records of its topic); every twentieth second it sends a record by the
page's form, and its exercise is checked by itself. A share of the seats runs a consumer. Meanwhile an instructor has
the room open with its feed, and a grader asks for the completion table every five seconds. A dozen more seats finish an
exercise, half of them by the API and half by a program of their own: a "tick" is from Kafka's answer to the frame in
which their page has the exercise as done.

"While nobody acts" begins when the web processes have come to rest.

Delays of the feed are from the settled act to the frame. Memory is what the web processes have for themselves (USS), beside
the least that one Jupyter server with one kernel needs for the same notebook. Bounded: two minutes a class beside
`--seconds`, on loopback, with brokers of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import websockets
from confluent_kafka.admin import AdminClient, NewTopic

from lessons.course.loader import get_lesson
from tests.benchmarks.measuring import GRANT_LUMP, bootstrap_servers, quantile, running_app, web_cpu_s, web_processes
from tests.browser.conftest import RunningApp

ACT_EVERY_S = 20.0
TABLE_EVERY_S = 5.0
JOINS_AT_ONCE = 8
JUPYTER_MIB = 147  # measured once: a Jupyter server and one kernel that has run the notebook
DEADLINE_S = 60.0
IDLE_S = 10.0
AT_REST = 0.02  # of a core more or less from one second to the next: what was set off is over
READ = ("kafka-and-its-cluster", "creating-topics", "producing")
TICK_LESSON, TICK_TOPICS = "creating-topics", ("test1p", "test2p", "test2die")  # what the ticking seats finish


@dataclass
class Results:
    """What the load saw. `took_ms` by what was asked."""

    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    frames: int = 0


class Person:
    """A browser: its cookies, its connection, and what it has open."""

    def __init__(self, app: RunningApp, results: Results, pool: ThreadPoolExecutor) -> None:
        self.app = app
        self.results = results
        self.http = requests.Session()
        self._pool = pool
        self.class_slug = ""

    @property
    def _csrf(self) -> str:
        return next((cookie.value or "" for cookie in self.http.cookies if "-csrf-" in cookie.name), "")

    async def ask(self, what: str, path: str, data: dict[str, Any] | None = None, **headers: str) -> requests.Response:
        """GET, or POST with `data` and the CSRF token; its time is kept under `what`, what is no success as an error."""
        url = path if path.startswith("http") else self.app.url + path
        if data is not None:
            data = {**data, "csrfmiddlewaretoken": self._csrf}
        send = partial(
            self.http.request, "GET" if data is None else "POST", url, data=data, headers=headers, timeout=30
        )
        loop, started = asyncio.get_running_loop(), time.perf_counter()
        try:
            try:
                answer = await loop.run_in_executor(self._pool, send)
            except requests.ConnectionError:  # the server had closed one that was idle: as a browser, with a new one
                answer = await loop.run_in_executor(self._pool, send)
        except requests.RequestException as error:
            self.results.errors[f"{what}: {type(error).__name__}"] += 1
            raise
        self.results.took_ms[what].append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            self.results.errors[f"{what}: {answer.status_code}"] += 1
        return answer

    async def socket(self, path: str) -> websockets.ClientConnection:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies)
        return await websockets.connect(
            f"ws://{urlsplit(self.app.url).netloc}/ws/c/{self.class_slug}/{path}",
            additional_headers={"Cookie": cookies, "Origin": self.app.url}, compression=None, max_size=None,
            ping_interval=None,
        )  # fmt: skip

    async def hear(self, socket: websockets.ClientConnection, on_frame: Callable[[dict[str, Any]], None]) -> None:
        """Takes every frame, and gives credit for as many records as came, in lumps as a page does."""
        owed = 0
        async for text in socket:
            self.results.frames += 1
            frame = json.loads(text)
            if frame["type"] == "problem":
                self.results.errors[f"socket: {frame['words'][:80]}"] += 1
            on_frame(frame)
            owed += len(frame.get("records", ()))
            if owed >= GRANT_LUMP:
                await socket.send(json.dumps({"type": "grant", "records": owed}))
                owed = 0


class Student(Person):
    async def join(self, number: int) -> None:
        await self.ask("page", self.app.join_url)
        code = urlsplit(self.app.join_url).path.rstrip("/").rsplit("/", 1)[-1]
        answer = await self.ask("join", "/join/", {"code": code, "name": f"Student {number}"})
        self.class_slug = answer.url.rstrip("/").rsplit("/", 1)[-1]

    async def read_and_create(self) -> None:
        await self.ask("page", f"/c/{self.class_slug}/")
        for lesson in READ:
            await self.ask("page", f"/c/{self.class_slug}/lessons/{lesson}/")
        await self.act("creating-topics", "create-topic", name="test1p", partitions=1, replicas=1)

    async def act(self, lesson: str, kind: str, **fields: object) -> None:
        index = next(i for i, block in enumerate(get_lesson(lesson).blocks) if block.name == kind)
        path = f"/c/{self.class_slug}/lessons/{lesson}/acts/{index}/"
        await self.ask("act", path, {**fields, "act_id": str(uuid.uuid4())}, **{"HX-Request": "true"})

    async def sit_down(self, tasks: list[asyncio.Task[None]]) -> None:
        """Opens the sockets of its lesson's page."""
        live = await self.socket("live/lesson/?lesson=producing")
        watch = await self.socket("watch/")
        await watch.send('{"type":"watch","topic":"test1p","from":"beginning"}')
        await watch.send('{"type":"grant","records":500}')
        for socket in (live, watch):
            tasks.append(asyncio.create_task(self.hear(socket, lambda frame: None)))

    async def consume(self, tasks: list[asyncio.Task[None]]) -> None:
        """Starts a consumer of its own, and waits until it has its partition."""
        socket, has_partition = await self.socket("consume/"), asyncio.Event()
        start = {
            "type": "start",
            "act_id": str(uuid.uuid4()),
            "topic": "test1p",
            "group_id": "group-a",
            "lesson": "consuming",
        }
        await socket.send(json.dumps(start))
        await socket.send('{"type":"grant","records":500}')

        def take(frame: dict[str, Any]) -> None:
            if frame["type"] == "assigned":
                has_partition.set()

        tasks.append(asyncio.create_task(self.hear(socket, take)))
        await asyncio.wait_for(has_partition.wait(), DEADLINE_S)

    async def send_now_and_then(self, *, first_after_s: float, until: float) -> None:
        await asyncio.sleep(first_after_s)
        while (started := time.monotonic()) < until:
            await self.act("producing", "produce", topic="test1p", values="1")
            await asyncio.sleep(max(0.0, ACT_EVERY_S - (time.monotonic() - started)))


class Ticking(Student):
    """Makes the topics that an exercise asks for, while its page is open."""

    namespace = ""

    async def sit_down(self, tasks: list[asyncio.Task[None]]) -> None:
        page = await self.ask("page", f"/c/{self.class_slug}/lessons/{TICK_LESSON}/")
        self.namespace = re.search(rf"\b{self.class_slug}\.\w+\.", page.text)[0]  # type: ignore[index]
        self.ticked = asyncio.Event()
        live = await self.socket(f"live/lesson/?lesson={TICK_LESSON}")
        tasks.append(asyncio.create_task(self.hear(live, self.take)))

    def take(self, frame: dict[str, Any]) -> None:
        if 'class="exercise done"' in "".join(frame.get("parts", {}).values()):
            self.ticked.set()

    async def finish(self, how: str, servers: str, *, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await (self._by_api() if how == "API" else asyncio.to_thread(self._by_program, servers))
        answered = time.perf_counter()
        try:
            await asyncio.wait_for(self.ticked.wait(), DEADLINE_S)
        except TimeoutError:
            self.results.errors[f"no tick by {how}"] += 1
        self.results.took_ms[f"tick by {how}"].append((time.perf_counter() - answered) * 1000)

    async def _by_api(self) -> None:
        for name in TICK_TOPICS:
            body = {"name": name, "partitions": 1, "replicas": 1}
            headers = {"X-CSRFToken": self._csrf, "Content-Type": "application/json"}
            url = f"{self.app.url}/api/v1/classes/{self.class_slug}/acts/create-topic"
            send = partial(self.http.post, url, data=json.dumps(body), headers=headers, timeout=30)
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, send)
            if answer.status_code != 200:
                self.results.errors[f"API: {answer.status_code}"] += 1

    def _by_program(self, servers: str) -> None:
        wanted = [NewTopic(self.namespace + name, num_partitions=1, replication_factor=1) for name in TICK_TOPICS]
        admin = AdminClient({"bootstrap.servers": servers})
        for future in admin.create_topics(wanted).values():
            future.result(DEADLINE_S)


class Staff(Person):
    async def sign_in(self, url: str) -> None:
        page = await self.ask("page", url)
        link = parse_qs(urlsplit(url).query)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        hidden.pop("csrfmiddlewaretoken", None)
        answer = await self.ask("page", url, {**{name: values[0] for name, values in link.items()}, **hidden})
        self.class_slug = urlsplit(answer.url).path.split("/")[2]

    async def watch_the_room(self, tasks: list[asyncio.Task[None]]) -> None:
        await self.ask("room", f"/c/{self.class_slug}/room/")
        feed = await self.socket("feed/")
        await feed.send('{"type":"watch","topic":"feed","from":"now"}')
        await feed.send('{"type":"grant","records":500}')
        for socket, take in ((feed, self.take), (await self.socket("live/room/"), lambda frame: None)):
            tasks.append(asyncio.create_task(self.hear(socket, take)))

    def take(self, frame: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        for record in frame["records"] if frame["type"] == "records" else ():
            told = json.loads(record["value"]["text"])
            if told["kind"] == "act":
                delay = now - datetime.fromisoformat(told["at"])
                self.results.took_ms["feed"].append(delay.total_seconds() * 1000)

    async def ask_for_the_table(self, until: float) -> None:
        while time.monotonic() < until:
            await self.ask("table", f"/c/{self.class_slug}/grading/")
            await asyncio.sleep(TABLE_EVERY_S)


# --- the load, in a process of its own ---------------------------------------------------------------------------


def run_load(app: RunningApp, seats: int, options: argparse.Namespace, pipe: Connection) -> None:
    asyncio.run(_load(app, seats, options, pipe))


async def _load(app: RunningApp, seats: int, options: argparse.Namespace, pipe: Connection) -> None:
    """Says when a phase is over, and waits until it was measured."""
    results, pool, tasks = Results(), ThreadPoolExecutor(64), []
    students = [Student(app, results, pool) for _ in range(seats)]
    ticking = [Ticking(app, results, pool) for _ in range(options.ticking)]
    servers = bootstrap_servers(app)

    async def phase(name: str) -> None:
        await asyncio.sleep(3.0)  # what was set off has settled
        pipe.send(name)
        await asyncio.to_thread(pipe.recv)

    try:
        instructor, grader = Staff(app, results, pool), Staff(app, results, pool)
        for person, role in ((instructor, "instructor"), (grader, "grader")):
            if app.sign_in_urls[role]:
                await person.sign_in(app.sign_in_urls[role])
        await instructor.watch_the_room(tasks)
        await some_at_a_time((partial(s.join, n) for n, s in enumerate(students)), JOINS_AT_ONCE)
        await some_at_a_time((s.read_and_create for s in students), JOINS_AT_ONCE)
        await some_at_a_time((partial(s.join, seats + n) for n, s in enumerate(ticking)), JOINS_AT_ONCE)
        await some_at_a_time((partial(s.sit_down, tasks) for s in ticking), JOINS_AT_ONCE)
        await phase("joined")
        await some_at_a_time((partial(s.sit_down, tasks) for s in students), JOINS_AT_ONCE)
        await phase("watching")
        who = students[: round(seats * options.consuming)]
        await some_at_a_time((partial(s.consume, tasks) for s in who), JOINS_AT_ONCE)
        await phase("consuming")
        await at_rest(app)
        await phase("at rest")
        await asyncio.sleep(IDLE_S)
        await phase("idle")
        results.took_ms.pop("feed", None)
        joining = dict(results.took_ms)
        results.took_ms.clear()
        until = time.monotonic() + options.seconds
        step = ACT_EVERY_S / seats
        works = [s.send_now_and_then(first_after_s=n * step, until=until) for n, s in enumerate(students)]
        ticks = [
            s.finish("API" if n % 2 else "own program", servers, after_s=(n + 0.5) * options.seconds / options.ticking)
            for n, s in enumerate(ticking)
        ]
        await asyncio.gather(grader.ask_for_the_table(until), *works, *ticks)
        await phase("class")
        pipe.send((joining, dict(results.took_ms), dict(results.errors), results.frames))
    finally:
        for task in tasks:
            task.cancel()
        pool.shutdown(cancel_futures=True)


async def at_rest(app: RunningApp) -> None:
    """Returns when two seconds one after the other cost the web processes the same."""
    shares = [1.0, 0.0]
    for _ in range(round(2 * DEADLINE_S)):
        if abs(shares[-1] - shares[-2]) <= AT_REST:
            return
        before = await asyncio.to_thread(web_cpu_s, app)
        await asyncio.sleep(2.0)
        shares.append((await asyncio.to_thread(web_cpu_s, app) - before) / 2.0)


async def some_at_a_time(works: Iterable[Callable[[], Awaitable[None]]], number: int) -> None:
    places = asyncio.Semaphore(number)

    async def take_place(work: Callable[[], Awaitable[None]]) -> None:
        async with places:
            await work()

    await asyncio.gather(*(take_place(work) for work in works))


# --- what is measured meanwhile ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    at: float
    cpu_s: float
    memory_mib: float
    threads: int
    broker_connections: int


def read_server(app: RunningApp, broker_ports: set[int]) -> Reading:
    """Of all Daphnes together; not of the supervisor, nor of the brokers."""
    web = web_processes(app)
    connections = [c for each in web for c in each.net_connections("tcp") if c.status == "ESTABLISHED" and c.raddr]
    return Reading(
        at=time.monotonic(), cpu_s=web_cpu_s(app),
        memory_mib=sum(each.memory_full_info().uss for each in web) / 2**20, threads=sum(each.num_threads() for each in web),
        broker_connections=sum(c.raddr.port in broker_ports for c in connections),
    )  # fmt: skip


def measure(app: RunningApp, seats: int, options: argparse.Namespace) -> None:
    broker_ports = {int(address.rpartition(":")[2]) for address in bootstrap_servers(app).split(",")}
    here, there = multiprocessing.Pipe()
    load = multiprocessing.Process(target=run_load, args=(app, seats, options, there))
    load.start()
    there.close()
    readings = {"start": read_server(app, broker_ports)}
    try:
        for _ in ("joined", "watching", "consuming", "at rest", "idle", "class"):
            if not here.poll(options.seconds + 2 * DEADLINE_S + seats):
                raise TimeoutError("The load did not get on.")
            phase = here.recv()
            readings[phase] = read_server(app, broker_ports)
            print(f"{seats} seats: {phase}", file=sys.stderr)
            here.send("measured")
        joining, took, errors, frames = here.recv()
    finally:
        load.join(10)
        load.kill()
    report(seats, options, readings, joining, took, errors, frames)


def report(
    seats: int,
    options: argparse.Namespace,
    readings: dict[str, Reading],
    joining: dict[str, list[float]],
    took: dict[str, list[float]],
    errors: dict[str, int],
    frames: int,
) -> None:
    print(
        f"\n## {seats} seats, an act each every {ACT_EVERY_S:g} s for {options.seconds:g} s, {os.cpu_count()} cores\n"
    )
    print("| | number | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    for name, values in [*((f"while they join: {k}", v) for k, v in joining.items()), *took.items()]:
        shown = " | ".join(f"{quantile(values, share):.0f}" for share in (0.5, 0.95, 0.99))
        print(f"| {name} | {len(values)} | {shown} |")
    joined, watching, consuming, rest, idle, end = (readings[name] for name in list(readings)[1:])
    consumers = max(1, round(seats * options.consuming))
    cpu_s = end.cpu_s - idle.cpu_s
    idle_share = (idle.cpu_s - rest.cpu_s) / (idle.at - rest.at)
    print(f"\nErrors: {sum(errors.values())} {errors or ''}. Frames: {frames}.")
    print(
        f"CPU of the web processes while the class ran: {cpu_s:.1f} s, {cpu_s / options.seconds / seats * 1000:.2f} ms a seat and second; "
        f"while nobody acted, {idle_share:.0%} of a core, {rest.at - consuming.at:.0f} s after the last had begun to consume."
    )
    print(
        f"Memory: {joined.memory_mib:.0f} MiB when all had joined; a seat that watches {(watching.memory_mib - joined.memory_mib) / seats:.2f} MiB, "
        f"one that consumes {(consuming.memory_mib - watching.memory_mib) / consumers:.2f} MiB more; {end.memory_mib:.0f} MiB in the end, "
        f"{end.memory_mib / seats:.2f} MiB a seat. One Jupyter server with a kernel: {JUPYTER_MIB} MiB."
    )
    print(
        f"Threads: {readings['start'].threads} at first, {watching.threads} with all watching, {consuming.threads} with {consumers} consuming."
    )
    print(
        f"Connections to brokers: {watching.broker_connections} with all watching, {consuming.broker_connections} with {consumers} consuming."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seats", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a class runs")
    parser.add_argument("--ticking", type=int, default=12, help="seats more that finish an exercise")
    parser.add_argument("--consuming", type=float, default=0.1, help="the share of seats with a consumer")
    options = parser.parse_args()
    for seats in options.seats:
        with running_app() as app:
            measure(app, seats, options)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
