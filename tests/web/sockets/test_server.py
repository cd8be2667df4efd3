"""The sockets behind the real server: `manage.py up` with Daphne, on the session's brokers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from uuid import uuid4

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lessons.cluster import groups, records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from tests.browser.conftest import RunningApp, app_in, start_app, stop_app
from tests.waiting import PATIENCE_S, wait_for


@dataclass(frozen=True)
class Seat:
    """Somebody who has joined the class of the running app."""

    app: RunningApp
    namespace: Namespace
    cookies: str

    @asynccontextmanager
    async def open(
        self, kind: str, *, origin: str | None = None, request_id: str = ""
    ) -> AsyncIterator[websockets.ClientConnection]:
        url = f"ws://{urllib.parse.urlsplit(self.app.url).netloc}/ws/c/{self.namespace.class_slug}/{kind}/"
        headers = {"Cookie": self.cookies, "Origin": origin or self.app.url, "X-Request-ID": request_id}
        async with websockets.connect(url, additional_headers=headers, close_timeout=1) as connection:
            yield connection


def join(app: RunningApp, name: str) -> Seat:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(app.join_url, timeout=PATIENCE_S).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    code = app.join_url.rstrip("/").rsplit("/", 1)[-1]
    fields = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "code": code, "name": name}).encode()
    with opener.open(
        urllib.request.Request(f"{app.url}/join/", fields, {"Origin": app.url}), timeout=PATIENCE_S
    ) as answer:
        class_slug = answer.url.rstrip("/").rsplit("/", 1)[-1]
    [(slug,)] = rows(app, "SELECT slug FROM lessons_member WHERE name = ?", name)
    return Seat(app, Namespace(class_slug, slug), "; ".join(f"{each.name}={each.value}" for each in jar))


def rows(app: RunningApp, question: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(app.data_dir / "kafkaclass.sqlite3", timeout=10)) as database:
        return database.execute(question, values).fetchall()


def web_log(app: RunningApp) -> str:
    return (app.data_dir / "logs" / "web.log").read_text()


@pytest.fixture(scope="module")
def app(bootstrap_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with app_in(tmp_path_factory.mktemp("sockets-up"), KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers) as running:
        yield running


@pytest.fixture(scope="module")
def alice(app: RunningApp) -> Seat:
    return join(app, "Alice")


async def close_code(connection: websockets.ClientConnection) -> int | None:
    async with asyncio.timeout(PATIENCE_S):
        await connection.wait_closed()
    return connection.close_code


async def until_kind(connection: websockets.ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while (frame := json.loads(await connection.recv()))["type"] != kind:
            pass
    return frame


async def test_a_frame_that_is_too_big_is_closed_with_a_code_that_the_browser_gets(alice: Seat) -> None:
    async with alice.open("watch") as tab:
        await tab.send(json.dumps({"type": "watch", "topic": "t" * 70_000}))
        assert await close_code(tab) == 4413
    assert "Traceback" not in web_log(alice.app)


@pytest.mark.parametrize("kind", ["nope", "watch/nope", "live/a/b"])
async def test_an_address_of_no_socket_is_closed_as_one_of_a_strangers_class_is(alice: Seat, kind: str) -> None:
    async with alice.open(kind) as tab:
        assert await close_code(tab) == 4404
    assert "Traceback" not in web_log(alice.app)


async def test_a_page_from_another_port_of_this_machine_is_not_let_in_with_our_cookie(alice: Seat) -> None:
    async with alice.open("watch") as tab:
        await tab.send('{"type":"ping"}')
        await until_kind(tab, "pong")
    with pytest.raises(InvalidStatus) as refused:
        async with alice.open("watch", origin="http://127.0.0.1:9999"):
            pass
    assert refused.value.response.status_code == 403


async def consume_two_of_three(connection: websockets.ClientConnection, group_id: str) -> None:
    """Gets the three records, and acknowledges two."""
    start = {"type": "start", "act_id": str(uuid4()), "topic": "test1p", "group_id": group_id}
    await connection.send(json.dumps(start))
    await connection.send('{"type":"grant","records":10}')
    got = 0
    while got < 3:
        got += len((await until_kind(connection, "records"))["records"])
    await connection.send('{"type":"ack","positions":{"0":2}}')
    await connection.send('{"type":"nonsense"}')  # is told so after the acknowledgment was heard
    await until_kind(connection, "problem")


async def test_when_the_server_is_told_to_end_every_consumer_commits_and_leaves_and_its_act_is_settled(
    kafka: str, bootstrap_servers: str, tmp_path
) -> None:
    process, app = await asyncio.to_thread(start_app, tmp_path / "up", KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers)
    try:
        seats = [await asyncio.to_thread(join, app, name) for name in ("Alice", "Bob")]
        for seat in seats:
            await asyncio.to_thread(topics.create_topic, seat.namespace, "test1p", partitions=1, replicas=1)
            messages = [Message(value=value) for value in (b"1", b"2", b"3")]
            sent = await asyncio.to_thread(records.produce, seat.namespace, "test1p", messages)
            assert [delivery.error for delivery in sent] == [None] * 3
        consumers = [(seat, f"g{number}") for number in range(8) for seat in seats]
        async with AsyncExitStack() as pages:
            # A page that is kept fresh is over at once, and after the first one Daphne waits for nobody.
            await (await pages.enter_async_context(seats[0].open("live/cluster"))).recv()
            tabs = [(await pages.enter_async_context(seat.open("consume")), group_id) for seat, group_id in consumers]
            await asyncio.gather(*(consume_two_of_three(tab, group_id) for tab, group_id in tabs))
            await asyncio.to_thread(stop_app, process)  # which gives 4 s to the web server, and then kills it
    finally:
        if process.poll() is None:
            stop_app(process)
    described = [await asyncio.to_thread(groups.describe_group, seat.namespace, name) for seat, name in consumers]
    assert [group.state for group in described] == ["Empty"] * len(consumers)
    assert [[lag.committed for lag in group.lags] for group in described] == [[2]] * len(consumers)
    acts = rows(app, "SELECT state, answer FROM lessons_act WHERE kind = 'consume'")
    assert [state for state, _ in acts] == ["done"] * len(consumers), acts
    assert [json.loads(answer)["data"]["committed"] for _, answer in acts] == [{"0": 2}] * len(consumers)
    log = web_log(app)
    assert "Traceback" not in log, log
    assert "no time" not in log, log


async def test_a_socket_has_an_id_for_the_log_and_the_proxy_may_give_it(alice: Seat) -> None:
    given = "from-a-proxy.1"
    async with alice.open("watch", request_id=given) as tab:
        assert tab.response.headers["X-Request-ID"] == given
    async with alice.open("watch") as tab:
        assert len(tab.response.headers["X-Request-ID"]) == 12


async def test_this_machine_reads_the_numbers_of_a_web_process_and_a_proxy_on_it_does_not(alice: Seat) -> None:
    async with alice.open("watch") as tab:
        await tab.send('{"type":"ping"}')
        await until_kind(tab, "pong")
        said = await asyncio.to_thread(wait_for, lambda: numbers_of_who_has_it(alice.app))  # any of the two answers
        assert "process_resident_memory_bytes{" in said
    with pytest.raises(urllib.error.HTTPError, match="403"):
        await asyncio.to_thread(answer_to, alice.app, "/metrics", **{"X-Forwarded-For": "10.1.2.3"})
    assert await asyncio.to_thread(answer_to, alice.app, "/readyz", Host="10.1.2.3") == "Ready: the database answers.\n"


def numbers_of_who_has_it(app: RunningApp) -> str | None:
    said = answer_to(app, "/metrics")
    return said if 'kafkaclass_sockets{kind="watch",process="' in said else None


def answer_to(app: RunningApp, path: str, **headers: str) -> str:
    asked = urllib.request.Request(f"{app.url}{path}", headers=headers)
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def address(app: RunningApp) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(app.url)
    return parts.hostname or "", parts.port or 0


def answered(connection: socket.socket) -> bytes:
    """All that comes until the other side ends it."""
    said = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            said += part
    return said


POST = b"POST /join/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"


def test_a_body_that_is_absurd_is_refused_by_what_it_claims_before_it_is_sent(app: RunningApp) -> None:
    with socket.create_connection(address(app), timeout=PATIENCE_S) as connection:
        connection.sendall(POST + b"Content-Length: 300000000\r\n\r\n")
        assert b" 413 " in answered(connection)


def test_a_body_that_claims_no_length_is_refused_by_what_has_come(app: RunningApp) -> None:
    chunk = b"%x\r\n%s\r\n" % (2**20, b"x" * 2**20)
    with socket.create_connection(address(app), timeout=PATIENCE_S) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        with suppress(ConnectionError):  # it is cut off while it sends
            for _ in range(64):
                connection.sendall(chunk)
            pytest.fail("64 MB were taken")
    with urllib.request.urlopen(app.join_url, timeout=PATIENCE_S) as answer:
        assert answer.status == 200


def test_what_is_larger_than_a_form_is_refused_by_a_page(app: RunningApp) -> None:
    body = b"code=" + b"x" * 3 * 2**20
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{app.url}/join/", body, timeout=PATIENCE_S)
    assert refused.value.code in (403, 413)
    refused.value.close()


def is_cut(connection: socket.socket) -> bool:
    """Linux says so although nobody reads from it."""
    state: int = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != 1  # established


async def test_a_page_that_takes_credit_and_reads_nothing_is_cut_off(kafka: str, alice: Seat) -> None:
    """A browser's own socket, but for its reading: it grants, and leaves what comes where it is."""
    keep_all = {"retention.bytes": "-1"}
    await asyncio.to_thread(topics.create_topic, alice.namespace, "flood", partitions=1, replicas=1, config=keep_all)
    for _ in range(60):
        messages = [Message(value=b"x" * 1000)] * 500
        await asyncio.to_thread(records.produce, alice.namespace, "flood", messages)
    async with alice.open("watch") as tab:
        await tab.send('{"type":"watch","topic":"flood","from":"beginning"}')
        await until_kind(tab, "watching")
        tab.transport.pause_reading()
        async with asyncio.timeout(PATIENCE_S):
            while not is_cut(tab.transport.get_extra_info("socket")):
                with suppress(ConnectionClosed):
                    await tab.send('{"type":"grant","records":500}')
                await asyncio.sleep(0.02)
        tab.transport.resume_reading()
    async with alice.open("watch") as tab:
        await tab.send('{"type":"ping"}')
        await until_kind(tab, "pong")
