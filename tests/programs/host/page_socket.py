"""The page's part for the stand-in, without a page: the app's real socket by a synchronous client of a library."""

from __future__ import annotations

import os
import sys

from confluent_kafka._transport import NoConnection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect as connect_websocket


class LibrarySocket:
    def __init__(self) -> None:
        try:
            self._socket = connect_websocket(
                os.environ["PROGRAM_SOCKET"],
                additional_headers={"Cookie": os.environ["PROGRAM_COOKIE"], "Origin": os.environ["PROGRAM_ORIGIN"]},
                max_size=None,
                compression=None,
            )
        except (OSError, WebSocketException) as error:
            raise NoConnection(f"No connection to the class comes about: {error}") from None
        self.is_open = True
        self._frames: list[str] = []

    def send(self, text: str) -> None:
        try:
            self._socket.send(text)
        except ConnectionClosed:
            self.is_open = False

    def receive(self) -> list[str]:
        frames, self._frames = self._frames, []
        return frames

    def wait(self, timeout_s: float | None) -> None:
        sys.stdout.flush()
        try:
            self._frames.append(str(self._socket.recv(timeout_s)))
            while True:
                self._frames.append(str(self._socket.recv(0)))
        except TimeoutError:
            pass
        except ConnectionClosed:
            self.is_open = False

    def close(self) -> None:
        self._socket.close()


connect = LibrarySocket
