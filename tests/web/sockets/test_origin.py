"""Whose page may open a socket."""

from __future__ import annotations

from typing import Any

import pytest

from lessons.web.sockets.origin import SameOriginOnly


async def answer(*headers: tuple[bytes, bytes]) -> str:
    """What the browser is told: the word of the application behind the door, or that of the door."""
    said: list[str] = []
    comes = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}])

    async def receive() -> dict[str, Any]:
        return next(comes)

    async def send(message: dict[str, Any]) -> None:
        said.append(message["type"])

    async def application(*_: Any) -> None:
        await send({"type": "websocket.accept"})

    scope = {"type": "websocket", "path": "/ws/c/t1/watch/", "headers": list(headers)}
    await SameOriginOnly(application)(scope, receive, send)
    return said[0]


@pytest.fixture(autouse=True)
def hosts(settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "[::1]", "class.example.org"]


@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        (b"127.0.0.1:8000", b"http://127.0.0.1:8000", True),
        (b"127.0.0.1:8000", b"http://127.0.0.1:9999", False),
        (b"127.0.0.1:8000", b"http://127.0.0.1", False),
        (b"127.0.0.1:8000", b"http://localhost:8000", False),
        (b"127.0.0.1:8000", b"http://127.0.0.1:8000.evil.example", False),
        (b"127.0.0.1:8000", b"http://127.0.0.1:port", False),
        (b"127.0.0.1:8000", b"null", False),
        (b"127.0.0.1:8000", b"", False),
        (b"127.0.0.1:8000", b"file://", False),
        (b"127.0.0.1:8000", b"\xff", False),
        (b"[::1]:8000", b"http://[::1]:8000", True),
        (b"[::1]:8000", b"http://[::1]:9999", False),
        # TLS ends in front of us: the scheme is the browser's own, and so is the port that goes without saying.
        (b"class.example.org", b"https://class.example.org", True),
        (b"class.example.org:443", b"https://class.example.org", True),
        (b"class.example.org", b"https://class.example.org:8443", False),
        (b"CLASS.example.org", b"https://class.example.org", True),
        # The same origin, and still not one of ours: a name that somebody else has pointed at this machine.
        (b"evil.example", b"http://evil.example", False),
    ],
)
async def test_a_page_of_the_same_host_and_port_is_let_in_and_no_other(
    host: bytes, origin: bytes, allowed: bool
) -> None:
    said = await answer((b"host", host), (b"origin", origin))
    assert said == ("websocket.accept" if allowed else "websocket.close")


async def test_who_does_not_say_whose_page_it_is_or_says_it_twice_is_refused() -> None:
    host, origin = (b"host", b"127.0.0.1:8000"), (b"origin", b"http://127.0.0.1:8000")
    assert await answer(host, origin) == "websocket.accept"
    for headers in ([host], [origin], [host, origin, origin], [host, host, origin]):
        assert await answer(*headers) == "websocket.close"
