"""A page whose computer has vanished from the network: no goodbye, no answer, just silence."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, WebSocket, expect
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from lessons.cluster import groups, topics
from lessons.cluster.namespace import Namespace
from tests.browser.conftest import RunningApp
from tests.waiting import wait_for


class Network:
    """Carries bytes to the server and back, until it is frozen: then it keeps both ends open and carries nothing."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        self._thawed = threading.Event()
        self._thawed.set()
        self._ends: list[socket.socket] = []
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._let_in, daemon=True).start()

    def freeze(self) -> None:
        self._thawed.clear()

    def close(self) -> None:
        self._thawed.set()
        for end in [self._door, *self._ends]:
            end.close()

    def _let_in(self) -> None:
        browser, _ = self._door.accept()
        server = socket.create_connection(self._server)
        self._ends += [browser, server]
        for one, other in ((browser, server), (server, browser)):
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                self._thawed.wait()
                other.sendall(data)
        except OSError:
            return


@pytest.fixture
def network(app: RunningApp) -> Iterator[Network]:
    address = urlsplit(app.url)
    network = Network((address.hostname or "", address.port or 80))
    yield network
    network.close()


def consuming(seat: Page, port: int) -> tuple[Namespace, ClientConnection]:
    """The seat's namespace, and a connection of a page that is about to consume."""
    slug = (seat.locator(".seat code").first.text_content() or "").strip()
    seat.get_by_role("link", name="Lessons").first.click()
    class_slug = seat.url.rstrip("/").rsplit("/", 1)[-1]
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in seat.context.cookies())
    page = connect(
        f"ws://127.0.0.1:{port}/ws/c/{class_slug}/consume/",
        additional_headers={"Cookie": cookies}, origin=f"http://127.0.0.1:{port}",
        ping_interval=None, close_timeout=0.1, open_timeout=30, compression=None,
    )  # fmt: skip
    return Namespace(class_slug, slug), page


def test_a_consumer_whose_page_was_cut_off_has_left_its_group_within_15_seconds(
    seat: Page, network: Network, kafka: str
):
    namespace, page = consuming(seat, network.port)
    topics.create_topic(namespace, "test1p", partitions=1, replicas=1)
    with page:
        start = {"type": "start", "act_id": str(uuid.uuid4()), "topic": "test1p", "group_id": "g"}
        page.send(json.dumps({**start, "session_timeout_ms": 60_000}))
        while json.loads(page.recv(timeout=10))["type"] != "assigned":
            pass
        assert len(groups.describe_group(namespace, "g").members) == 1
        network.freeze()
        wait_for(
            lambda: not groups.describe_group(namespace, "g").members, every_s=0.25
        )  # half of its session's time-out


def test_a_tab_whose_timers_run_once_a_minute_stays_connected(seat: Page, app: RunningApp):
    """As of a tab that nobody has seen for a while: the last answer is old whenever it looks."""
    seat.clock.install()
    opened: list[WebSocket] = []
    asked, answered = [0], [0]

    def take(opening: WebSocket) -> None:
        opened.append(opening)
        opening.on("framesent", lambda frame: count(asked, frame == '{"type":"ping"}'))
        opening.on("framereceived", lambda frame: count(answered, '"pong"' in frame))

    def count(what: list[int], is_one: bool) -> None:
        what[0] += is_one

    def was_asked(before: int) -> bool:
        seat.evaluate("1")  # what the browser tells is heard meanwhile
        return asked[0] > before and answered[0] == asked[0]

    seat.on("websocket", take)
    seat.get_by_role("link", name="Lessons").first.click()
    seat.get_by_role("link", name="Producing").first.click()
    expect(seat.locator("[data-live-state].on")).to_be_visible()
    wait_for(lambda: seat.evaluate("1") and {"watch", "lesson"} <= {each.url.split("/")[-2] for each in opened})
    sockets = len(opened)
    for _minute in range(3):
        before = asked[0]
        seat.clock.fast_forward(60_000)
        wait_for(partial(was_asked, before), every_s=0.05)
    assert len(opened) == sockets
    expect(seat.locator("[data-live-state].on")).to_be_visible()


def test_a_page_that_asks_whether_we_are_there_is_answered_however_its_bytes_arrive(seat: Page, app: RunningApp):
    ask, almost = '{"type":"ping"}', '{"type":"pinG"}'
    whole, other = (Frame(Opcode.TEXT, text.encode()).serialize(mask=True) for text in (ask, almost))
    _, page = consuming(seat, urlsplit(app.url).port or 80)
    with page:
        page.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for pieces, answers in (
            ([whole], ["pong"]),
            ([whole[:7], whole[7:]], ["pong"]),
            ([whole + whole, whole[:1]], ["pong", "pong"]),
            ([whole[1:]], ["pong"]),
            ([other], ["problem"]),
            ([Frame(Opcode.PING, b"there?").serialize(mask=True) + whole], ["pong"]),
        ):
            for piece in pieces:
                page.socket.sendall(piece)
            assert [json.loads(page.recv(timeout=30))["type"] for _ in answers] == answers
        begun = Frame(Opcode.TEXT, b"{", fin=False).serialize(mask=True)
        page.socket.sendall(begun)
        assert page.ping().wait(30)  # it has arrived
        page.socket.sendall(whole)  # in the middle of another message: no browser does that
        with pytest.raises(ConnectionClosedError):
            page.recv(timeout=30)
