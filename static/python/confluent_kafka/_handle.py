"""What admin client, producer and consumer have in common: a number on the link, calls, and an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import _link
from ._arguments import seconds, text_or_none
from ._binding import like_an_extension
from ._configuration import Configuration
from ._errors import KafkaError, KafkaException
from ._link import Answer
from ._metadata import ClusterMetadata, cluster_from
from ._not_offered import method_not_offered


class Handle:
    """One client of the program: a real one, which lives at the other end of the link, and what stands here for it."""

    _kind = ""
    _closed_words = "Handle has been closed"

    def __init__(self, configuration: Configuration) -> None:
        """Raises: KafkaException, also where the configuration is refused."""
        self._error: KafkaError | None = None  # of the link, once it is cut
        self._is_closed = True  # until it is open
        self._callbacks = configuration.callbacks
        self._link = _link.current()
        self._number = self._link.add(self)
        opened = self._link.ask(type="open", client=self._number, kind=self._kind, config=configuration.settings)
        try:
            self._settled(opened)
        except BaseException:
            self._link.forget(self._number)
            raise
        self._is_closed = False

    # --- What the link tells ---

    def hear(self, kind: str, frame: dict[str, Any]) -> None:
        """Subclasses know their frames."""

    def send_gathered(self) -> None:
        """Subclasses that put off what they send."""

    def lost(self, error: KafkaError) -> None:
        self._error = error

    # --- Calls ---

    def _call(self, name: str, **args: Any) -> Any:
        """What the real client's method gives, as JSON. Raises what it raises; KeyboardInterrupt."""
        return self._settled(self._send_call(name, **args))

    def _send_call(self, name: str, *, on_answer: Callable[[Answer], None] | None = None, **args: Any) -> Answer:
        self.send_gathered()
        return self._link.ask(on_answer, type="call", client=self._number, name=name, args=args)

    def _settled(self, answer: Answer) -> Any:
        self._link.wait(lambda: answer.is_there)
        if answer.exception is not None:
            raise answer.exception
        return answer.value

    def _check_open(self, words: str | None = None) -> None:
        if self._is_closed:
            raise RuntimeError(words or self._closed_words)

    def _check_link(self) -> None:
        if self._error is not None:
            raise KafkaException(self._error)

    @like_an_extension
    def list_topics(self, topic: str | None = None, timeout: float = -1) -> ClusterMetadata:
        """Topics and brokers, as far as the seat may see them. Raises: KafkaException."""
        self._check_open("Handle has been closed")
        return cluster_from(self._call("list_topics", topic=text_or_none(topic), timeout=seconds(timeout)))

    @like_an_extension
    def cluster_id(self, timeout: float = -1) -> str | None:
        self._check_open("Handle has been closed")
        return cluster_from(self._call("list_topics", topic=None, timeout=seconds(timeout))).cluster_id

    set_sasl_credentials = method_not_offered("set_sasl_credentials()")

    # --- The end ---

    def _close(self) -> None:
        """Once; it waits until the real client has closed."""
        self.send_gathered()
        closed = self._link.ask(type="close", client=self._number)
        self._is_closed = True
        self._while_closing(closed)
        self._link.forget(self._number)

    def _while_closing(self, closed: Answer) -> None:
        self._link.wait(lambda: closed.is_there)

    def __del__(self) -> None:
        if getattr(self, "_is_closed", True) or not self._link.is_open:
            return
        self.send_gathered()
        self._link.ask(type="close", client=self._number)
        self._link.forget(self._number)
