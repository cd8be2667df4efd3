"""The people of a simulated class: browsers without a screen, over real HTTP and websockets."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import websockets
from confluent_kafka.admin import AdminClient, NewTopic

from lessons.course.loader import get_lesson
from tests.benchmarks.measuring import GRANT_LUMP
from tests.browser.conftest import RunningApp, hidden_fields

ACT_EVERY_S = 20.0
TABLE_EVERY_S = 5.0
BEAT_EVERY_S = 8.0  # on one socket of each page: static/js/socket.js
DEADLINE_S = 60.0
READ = ("kafka-and-its-cluster", "creating-topics", "producing")
TICK_LESSON, TICK_TOPICS = "creating-topics", ("test1p", "test2p", "test2die")  # what the ticking seats finish


@dataclass
class Results:
    """What the load saw. `took_ms` by what was asked."""

    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)


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

    def address(self, path: str) -> tuple[str, dict[str, str]]:
        """Of a socket, with the headers that a browser would send."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies)
        url = f"ws://{urlsplit(self.app.url).netloc}/ws/c/{self.class_slug}/{path}"
        return url, {"Cookie": cookies, "Origin": self.app.url}

    async def socket(self, path: str) -> websockets.ClientConnection:
        url, headers = self.address(path)
        return await websockets.connect(
            url, additional_headers=headers, compression=None, max_size=None, ping_interval=None
        )

    async def hear(self, socket: websockets.ClientConnection, on_frame: Callable[[dict[str, Any]], None]) -> None:
        """Takes every frame, and gives credit for as many records as came, in lumps as a page does."""
        owed = 0
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "problem":
                self.results.errors[f"socket: {frame['words'][:80]}"] += 1
            on_frame(frame)
            owed += len(frame.get("records", ()))
            if owed >= GRANT_LUMP:
                await socket.send(json.dumps({"type": "grant", "records": owed}))
                owed = 0

    async def beat(self, socket: websockets.ClientConnection) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY_S)
            await socket.send('{"type":"ping"}')


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
        tasks.append(asyncio.create_task(self.beat(live)))

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
        tasks += [asyncio.create_task(self.hear(live, self.take)), asyncio.create_task(self.beat(live))]

    def take(self, frame: dict[str, Any]) -> None:
        if 'class="exercise done"' in "".join(frame.get("parts", {}).values()):
            self.ticked.set()

    async def finish(self, how: str, servers: str, *, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.http.close()  # it was idle, and the server may be about to close it
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
        hidden = hidden_fields(page.text)
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
        tasks.append(asyncio.create_task(self.beat(feed)))

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
