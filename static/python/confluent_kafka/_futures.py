"""Futures of calls: waiting for one is a wait like any other, which reads frames and which Stop ends."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ._link import Answer, Link

Key = TypeVar("Key")


class Future(concurrent.futures.Future):
    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self.set_running_or_notify_cancel()

    def result(self, timeout: float | None = None) -> Any:
        error = self.exception(timeout)
        if error is not None:
            raise error
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        if not self._link.wait(self.done_already, timeout):
            raise TimeoutError
        return super().exception(0)

    def done(self) -> bool:
        self._link.breathe()
        return self.done_already()

    def done_already(self) -> bool:
        return super().done()


def one_future(link: Link, convert: Callable[[Any], Any]) -> tuple[Future, Callable[[Answer], None]]:
    """A future of a whole answer, and what settles it."""
    future = Future(link)

    def settle(answer: Answer) -> None:
        if answer.exception is not None:
            future.set_exception(answer.exception)
        else:
            _settle(future, lambda: convert(answer.value))

    return future, settle


def future_for_each(
    link: Link, keys: Iterable[Key], convert: Callable[[Key, Any], Any]
) -> tuple[dict[Key, Future], Callable[[Answer], None]]:
    """A future for each key, and what settles them: `convert` takes a key and the whole answer, and raises for an error."""
    futures = {key: Future(link) for key in keys}

    def settle(answer: Answer) -> None:
        for key, future in futures.items():
            if answer.exception is not None:
                future.set_exception(answer.exception)
            else:
                _settle(future, lambda key=key: convert(key, answer.value))

    return futures, settle


def _settle(future: Future, make: Callable[[], Any]) -> None:
    try:
        value = make()
    except Exception as error:
        error.__traceback__ = None
        future.set_exception(error)
    else:
        future.set_result(value)
