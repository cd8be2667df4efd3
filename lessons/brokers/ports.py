"""Ports on the loopback interface."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence

LOOPBACK = "127.0.0.1"
_CONNECT_TIMEOUT_S = 0.5


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    """Whether a server can listen on the port now.

    Both looks are needed: with SO_REUSEADDR (without which the connections of a broker that has just ended would
    hold its port for a minute) macOS lets us bind beside a server that listens on all addresses.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return not _answers(host, port)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False


def free_port(*, host: str = LOOPBACK, besides: Collection[int] = ()) -> int:
    """A port that nothing listens on, and that is not one of `besides`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        if port not in besides:
            return port


def choose(wished: Sequence[int], *, last: Sequence[int] = (), besides: Collection[int] = ()) -> tuple[int, ...]:
    """One port for each wish: the wished one, else the one of the last time, else any free one. 0 wishes nothing."""
    chosen: list[int] = []
    for index, wish in enumerate(wished):
        taken = {*chosen, *besides}
        candidates = [wish, *last[index : index + 1]]
        port = next((p for p in candidates if p and p not in taken and is_free(p)), None)
        chosen.append(port or free_port(besides={*taken, *wished}))
    return tuple(chosen)
