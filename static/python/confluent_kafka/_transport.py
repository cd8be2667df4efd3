"""The one thing that a client needs of where it runs: a socket whose frames are JSON text.

The module `page_socket` brings it: in the page by the browser's WebSocket, in a test by that of a library.
"""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """A socket that is open until `is_open` says otherwise; it never opens again."""

    is_open: bool

    def send(self, text: str) -> None:
        """Never waits. What is sent after the end is lost silently."""

    def receive(self) -> list[str]:
        """The frames that have arrived since the last time, in order; never waits."""

    def wait(self, timeout_s: float | None) -> None:
        """Until a frame arrives, the socket ends or the time is over; with 0 only lets in what is at the door.

        Raises: KeyboardInterrupt, once for each Stop.
        """

    def close(self) -> None: ...


class NoConnection(Exception):
    """There was none to be had; str() says why, in a sentence."""


def connect() -> Transport:
    """Raises: NoConnection, KeyboardInterrupt."""
    import page_socket

    opened: Transport = page_socket.connect()
    return opened
