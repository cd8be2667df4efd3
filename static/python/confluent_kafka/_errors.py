"""KafkaError and KafkaException, with the client's own words."""

from __future__ import annotations

from operator import index
from typing import Any

from ._binding import like_an_extension
from ._codes import CODES

_NAMES = {code: name for name, code, _ in CODES}
_TEXTS = {code: text for _, code, text in CODES}


class KafkaError:
    """An error's code, and what is said of it. Equal to, and sorted by, a code of the same number."""

    __slots__ = ("_code", "_is_fatal", "_is_retriable", "_text", "_wants_abort")

    @like_an_extension
    def __init__(
        self,
        error: int,
        reason: str | None = None,
        fatal: bool = False,
        retriable: bool = False,
        txn_requires_abort: bool = False,
    ) -> None:
        self._code = index(error)
        self._text = _TEXTS.get(self._code, f"Err-{self._code}?") if reason is None else reason
        self._is_fatal, self._is_retriable, self._wants_abort = bool(fatal), bool(retriable), bool(txn_requires_abort)

    def code(self) -> int:
        return self._code

    def name(self) -> str:
        return _NAMES.get(self._code, f"ERR_{self._code}?")

    def str(self) -> str:
        return self._text

    def fatal(self) -> bool:
        return self._is_fatal

    def retriable(self) -> bool:
        return self._is_retriable

    def txn_requires_abort(self) -> bool:
        return self._wants_abort

    def __repr__(self) -> str:
        fatal = "FATAL," if self._is_fatal else ""
        return f'KafkaError{{{fatal}code={self.name()},val={self._code},str="{self._text}"}}'

    def __bool__(self) -> bool:
        return True

    def __hash__(self) -> int:
        return self._code

    def __eq__(self, other: object) -> bool:
        return self._code == _code_of(other)

    def __ne__(self, other: object) -> bool:
        return self._code != _code_of(other)

    def __lt__(self, other: object) -> bool:
        return self._code < _code_of(other)

    def __le__(self, other: object) -> bool:
        return self._code <= _code_of(other)

    def __gt__(self, other: object) -> bool:
        return self._code > _code_of(other)

    def __ge__(self, other: object) -> bool:
        return self._code >= _code_of(other)


def _code_of(other: Any) -> int:
    return other._code if isinstance(other, KafkaError) else index(other)


for _name, _code, _ in CODES:
    setattr(KafkaError, _name, _code)
KafkaError.__module__ = "confluent_kafka.cimpl"


class KafkaException(Exception):
    """Raised with a KafkaError as its only argument."""


class IllegalStateException(RuntimeError):
    pass


class ConcurrentModificationException(RuntimeError):
    pass


# A traceback names them as it does the client's, which come from an extension module of this name.
for _each in (KafkaException, IllegalStateException, ConcurrentModificationException):
    _each.__module__ = "cimpl"

_RAISED: dict[str, type[Exception]] = {
    each.__name__: each
    for each in (AttributeError, BufferError, NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError)
}


def error_from(wire: dict[str, Any] | None) -> KafkaError | None:
    """The KafkaError that a frame tells of; None if it tells of none."""
    if wire is None:
        return None
    if "raises" in wire:
        return KafkaError(KafkaError._FAIL, wire["text"])  # type: ignore[attr-defined]
    return KafkaError(wire["code"], wire["text"], wire.get("fatal", False), wire.get("retriable", False))


def exception_from(wire: dict[str, Any]) -> Exception:
    """What a call raises that was answered with this error."""
    if "raises" in wire:
        return _RAISED.get(wire["raises"], RuntimeError)(wire["text"])
    return KafkaException(error_from(wire))
