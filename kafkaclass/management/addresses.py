"""The addresses of the web site."""

from __future__ import annotations

import socket

from lessons.embedded.ports import Claim, claim, claim_any

ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared only


def choose_port(host: str, wished: int) -> Claim:
    """The port that was asked for, or a free one if it is in use; 0 means any."""
    return (claim(wished, host=host) if wished else None) or claim_any(host=host, besides={wished})


def local_url(host: str, port: int) -> str:
    """The address on this machine."""
    return _url(ALL_ADDRESSES.get(host, host), port)


def student_url(host: str, port: int) -> str:
    """The address in the local network, if we listen there; or else the one on this machine."""
    lan = lan_address() if host in ALL_ADDRESSES else None
    return _url(lan, port) if lan else local_url(host, port)


def allowed_hosts(host: str) -> tuple[str, ...]:
    """The host names that a browser may use, besides those of loopback."""
    if host in ("127.0.0.1", "localhost", "::1"):
        return ()
    if host not in ALL_ADDRESSES:
        return (_bracketed(host),)
    return tuple(name for name in (lan_address(), socket.gethostname(), f"{socket.gethostname()}.local") if name)


def lan_address() -> str | None:
    """Our address in the local network, or None. Connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): anywhere outside
            address: str = probe.getsockname()[0]
        except OSError:
            return None
    return address


def _url(host: str, port: int) -> str:
    return f"http://{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
