"""The hosts by which a browser may ask for the pages.

Why it is so
------------
A laptop goes from one Wi-Fi into another, and into a VPN, while a class runs on it, and each gives it other addresses. So
the machine's own addresses are not kept for longer than a moment: they are read when a request names a host that is not
known otherwise, and when a link is shown. Another site cannot use this: it would need a name, and what is read here are addresses.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import psutil

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared only
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
READ_EVERY_S = 2.0  # reading takes a millisecond, and a request asks several times

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class OwnHosts:
    """What leads to this machine, for a web site that listens on `listens_on`; nothing if only this machine reaches it."""

    listens_on: str

    def __iter__(self) -> Iterator[str]:
        yield from self.addresses()
        if self.listens_on in EVERYWHERE:
            yield from (socket.gethostname(), f"{socket.gethostname()}.local")

    def addresses(self) -> list[str]:
        """As they stand in a URL; first the one by which this machine goes out, which is most likely the class's network."""
        host = bracketed(self.listens_on)
        if not host or host in LOOPBACK:
            return []
        if self.listens_on not in EVERYWHERE:
            return [host]
        found = _addresses_at(int(time.monotonic() // READ_EVERY_S))
        return [bracketed(str(each)) for each in found if each.version == 4 or self.listens_on == "::"]


class AllowedHosts(list[str]):
    """Django's ALLOWED_HOSTS, which has to be a list: those that are named, and after them the machine's own."""

    def __init__(self, named: list[str], own: OwnHosts) -> None:
        super().__init__(named)
        self._own = own

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        yield from self._own


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@lru_cache(maxsize=1)
def _addresses_at(_moment: int) -> tuple[Address, ...]:
    way_out = _way_out()
    return tuple(sorted(_read_addresses(), key=lambda each: (each.version, str(each) != way_out)))


def _read_addresses() -> Iterator[Address]:
    """Of the interfaces that are connected; none that holds on one cable only, as a URL has no room for the cable's name."""
    connected = {name for name, state in psutil.net_if_stats().items() if state.isup}
    for name, addresses in psutil.net_if_addrs().items():
        for each in addresses if name in connected else ():
            if each.family in (socket.AF_INET, socket.AF_INET6):
                address = ipaddress.ip_address(each.address)
                if not address.is_loopback and not (address.version == 6 and address.is_link_local):
                    yield address


def _way_out() -> str:
    """The address from which this machine sends what is for elsewhere. Connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): anywhere outside
            address: str = probe.getsockname()[0]
        except OSError:
            return ""
    return address
