"""The link: one socket for all clients of the page, opened for the first of them.

Why it is so
------------
*Nothing happens behind a program's back.* There is no thread: frames are read when the program waits, or asks in passing
(`breathe`), and callbacks run in `poll` and `flush` only, as with the real client.

*A cut is final for its clients.* The server's end closes them, so none of them could go on where it was. What was under
way is answered by an error, nothing is sent again, and a client that is made afterwards gets a new socket.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from . import _transport
from ._errors import KafkaError, KafkaException, exception_from
from ._transport import NoConnection, Transport

BREATHE_EVERY_S = 0.04
_CUT = "The connection to the class was cut."


class Client(Protocol):
    """What the link tells a client."""

    def hear(self, kind: str, frame: dict[str, Any]) -> None:
        """A frame for it has arrived."""

    def send_gathered(self) -> None:
        """The program is about to wait: send what has been put off."""

    def lost(self, error: KafkaError) -> None:
        """The socket has ended."""


class Answer:
    """What becomes of one call."""

    def __init__(self, on_answer: Callable[[Answer], None] | None = None) -> None:
        self.is_there = False
        self.value: Any = None
        self.exception: Exception | None = None
        self._on_answer = on_answer

    def settle(self, *, value: Any = None, exception: Exception | None = None) -> None:
        self.is_there, self.value, self.exception = True, value, exception
        if self._on_answer is not None:
            self._on_answer(self)


class Link:
    def __init__(self) -> None:
        self._transport: Transport = _transport.connect()
        self._clients: dict[int, Client] = {}
        self._answers: dict[int, Answer] = {}
        self._last_number = 0
        self._breathed_at = 0.0
        self._words = _CUT

    @property
    def is_open(self) -> bool:
        return self._transport.is_open

    def add(self, client: Client) -> int:
        """The client's number."""
        self._last_number += 1
        self._clients[self._last_number] = client
        return self._last_number

    def forget(self, number: int) -> None:
        self._clients.pop(number, None)

    def send(self, **frame: Any) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        self._transport.send(text)

    def ask(self, on_answer: Callable[[Answer], None] | None = None, **frame: Any) -> Answer:
        """Sends a frame that is answered; does not wait."""
        answer = Answer(on_answer)
        if not self.is_open:
            self._lose()
            answer.settle(exception=KafkaException(self.cut_error()))
            return answer
        self._last_number += 1
        self._answers[self._last_number] = answer
        self.send(id=self._last_number, **frame)
        return answer

    def cut_error(self) -> KafkaError:
        return KafkaError(KafkaError._TRANSPORT, self._words)  # type: ignore[attr-defined]

    def wait(self, is_done: Callable[[], Any], timeout_s: float | None = None) -> bool:
        """Reads frames until it is so. Returns whether it is. Raises: KeyboardInterrupt."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._take_in()
            if is_done():
                return True
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            self.send_gathered()
            self._transport.wait(left)

    def breathe(self) -> None:
        """Lets in what has arrived, now and then: for a program that never waits. (Nothing arrives while it computes.)"""
        if time.monotonic() - self._breathed_at > BREATHE_EVERY_S:
            self.send_gathered()
            self._transport.wait(0)
            self._take_in()
            self._breathed_at = time.monotonic()

    def send_gathered(self) -> None:
        for client in list(self._clients.values()):
            client.send_gathered()

    def _take_in(self) -> None:
        for text in self._transport.receive():
            self._hear(json.loads(text))
        if not self._transport.is_open:
            self._lose()

    def _hear(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "answer":
            self._settle(frame)
        elif kind == "problem":
            self._refuse(frame["words"])
        elif kind == "log":
            sys.stderr.write(f"{frame['line']}\n")
        elif client := self._clients.get(frame.get("client", 0)):
            client.hear(kind, frame)

    def _settle(self, frame: dict[str, Any]) -> None:
        answer = self._answers.pop(frame["id"], None)
        if answer is None:
            return
        error = frame.get("error")
        if error is None:
            answer.settle(value=frame.get("value"))
        else:
            answer.settle(exception=exception_from(error))

    def _refuse(self, words: str) -> None:
        """The app says that it takes no more, or did not understand: then no answer comes to what was asked."""
        self._words = words
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            answer.settle(exception=KafkaException(KafkaError(KafkaError._FAIL, words)))  # type: ignore[attr-defined]

    def _lose(self) -> None:
        answers, self._answers = self._answers, {}
        clients, self._clients = self._clients, {}
        for answer in answers.values():
            answer.settle(exception=KafkaException(self.cut_error()))
        for client in clients.values():
            client.lost(self.cut_error())


_current: Link | None = None


def current() -> Link:
    """The link of now; a new one if the last has been cut. Raises: KafkaException, KeyboardInterrupt."""
    global _current
    if _current is None or not _current.is_open:
        try:
            _current = Link()
        except NoConnection as reason:
            words = str(reason)
        else:
            return _current
        raise KafkaException(KafkaError(KafkaError._TRANSPORT, words))  # type: ignore[attr-defined]
    return _current


def send_gathered() -> None:
    """A cell has ended, or sleeps: nothing that it has produced waits for the next one."""
    if _current is not None and _current.is_open:
        _current.send_gathered()


def wait_on(is_done: Callable[[], bool], timeout_s: float | None) -> bool:
    """Reads frames until it is so or the time is over, if there is a link. Returns whether there is."""
    if _current is None or not _current.is_open:
        return False
    _current.wait(is_done, timeout_s)
    return True
