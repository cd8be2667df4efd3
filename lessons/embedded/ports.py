"""Choose and claim ports, by default on the loopback interface.

Why it is so
------------
Seconds pass between choosing a port and the moment at which a broker listens on it. Two `up`s that start together would
choose the same ports, and each broker would join the other's cluster or fail. So `up` claims a port when it chooses it:
it holds the UDP port of the same number, which Kafka does not use. That needs no file, every process on the machine sees
it, and it ends with the process, however that ends.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
_CONNECT_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class Claim:
    """A claimed port: nobody else can claim it until it is released or the process ends."""

    port: int
    held: socket.socket

    def release(self) -> None:
        self.held.close()


def claim(port: int, *, host: str = LOOPBACK) -> Claim | None:
    """Claim the port; None if something listens on it or somebody has claimed it."""
    held = socket.socket(family_of(host), socket.SOCK_DGRAM)
    try:
        held.bind((host, port))
    except OSError:
        held.close()
        return None
    if is_free(port, host=host):
        return Claim(port, held)
    held.close()
    return None


def claim_any(*, host: str = LOOPBACK, besides: Collection[int] = ()) -> Claim:
    """Claim any free port that is not in `besides`."""
    while True:
        if claimed := claim(free_port(host=host, besides=besides), host=host):
            return claimed


def choose(wished: Sequence[int], *, last: Sequence[int] = (), host: str = LOOPBACK) -> tuple[Claim, ...]:
    """One port for each wish: the last one, or else the wish, or else any free one. 0 means any.

    The last one comes first: notebooks that were downloaded, and programs that students wrote, have it in them.
    """
    chosen: list[Claim] = []
    for index, wish in enumerate(wished):
        candidates = [port for port in (*last[index : index + 1], wish) if port]
        claimed = next(filter(None, (claim(port, host=host) for port in candidates)), None)
        chosen.append(claimed or claim_any(host=host, besides=wished))
    return tuple(chosen)


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    """Whether a server can listen on the port now.

    Both checks are needed. Without SO_REUSEADDR the connections of a broker that has just ended would hold its port for
    a minute; with it, macOS lets us bind beside a server that listens on all addresses.
    """
    with socket.socket(family_of(host), socket.SOCK_STREAM) as probe:
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
    """A port that nothing listens on and that is not in `besides`."""
    while True:
        with socket.socket(family_of(host), socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        if port not in besides:
            return port


def bracketed(host: str) -> str:
    """As it stands before a port."""
    return f"[{host}]" if ":" in host else host


def family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
