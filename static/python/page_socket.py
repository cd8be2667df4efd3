"""The page's WebSocket, for the stand-in of confluent_kafka."""

from __future__ import annotations

import time

import _page
from _kernel.waiting import wait
from confluent_kafka._transport import NoConnection

CONNECT_WITHIN_S = 10.0


class PageSocket:
    def __init__(self) -> None:
        self._socket = _page.openSocket()
        end = time.monotonic() + CONNECT_WITHIN_S
        while not self._socket.isOpen:
            if self._socket.isOver or time.monotonic() > end:
                self._socket.close()
                raise NoConnection("No connection to the class comes about. Reload the page and try again.")
            wait(CONNECT_WITHIN_S)

    @property
    def is_open(self) -> bool:
        return self._socket.isOpen

    def send(self, text: str) -> None:
        self._socket.send(text)

    def receive(self) -> list[str]:
        return self._socket.take().to_py() if self._socket.hasFrames else []

    def wait(self, timeout_s: float | None) -> None:
        wait(timeout_s)

    def close(self) -> None:
        self._socket.close()


connect = PageSocket
