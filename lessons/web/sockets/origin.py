"""Who may open a socket: a page that came from the same address as the socket asks for.

A browser sends our cookie along with a socket that any page opens, also one from another port of this machine: cookies
know no ports, and what keeps scripts from reading other sites does not hold for sockets. But it says in `Origin` whose
page it is, on every socket. As in Django's CSRF check that must be the Host that was asked for, port and all; the scheme
is not compared, because behind a proxy that ends TLS we see another one than the browser.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Application = Callable[[Any, Any, Any], Awaitable[None]]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOriginOnly:
    """In front of the sockets; anybody else is answered 403 before anything is accepted."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if comes_from_here(scope.get("headers", ())):
            await self._application(scope, receive, send)
        else:
            await receive()  # websocket.connect
            await send({"type": "websocket.close"})


def comes_from_here(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether exactly one Origin and one Host are there, name the same host and port, and the host is an allowed one."""
    pairs = list(headers)
    origins = [value for name, value in pairs if name.lower() == b"origin"]
    hosts = [value for name, value in pairs if name.lower() == b"host"]
    if len(origins) != 1 or len(hosts) != 1:
        return False
    try:
        host = hosts[0].decode("ascii")
        origin, asked = urlsplit(origins[0].decode("ascii")), urlsplit(f"//{host}")
        default_port = _DEFAULT_PORTS[origin.scheme]  # there is none for "null", which is what a sandboxed page says
        theirs, ours = ((each.hostname, each.port or default_port) for each in (origin, asked))
    except (ValueError, KeyError):
        return False
    return theirs == ours and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
