"""What a function of the client accepts: the same checks, with the same words, as its C code makes."""

from __future__ import annotations

from operator import index
from typing import Any

from ._records import Message, TopicPartition

_MOST_INT, _LEAST_INT = 2**31 - 1, -(2**31)


def text(value: Any, position: int = 1) -> str:
    if not isinstance(value, str):
        raise TypeError(f"argument {position} must be str, not {_kind(value)}")
    return value


def text_or_none(value: Any, position: int = 1) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"argument {position} must be str or None, not {type(value).__name__}")
    return value


def whole_number(value: Any) -> int:
    number = index(value)
    if number > _MOST_INT:
        raise OverflowError("signed integer is greater than maximum")
    if number < _LEAST_INT:
        raise OverflowError("signed integer is less than minimum")
    return number


def seconds(value: Any) -> float:
    if not isinstance(value, (int, float)) and not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise TypeError(f"must be real number, not {type(value).__name__}")
    return float(value)


def payload(value: Any, position: int) -> bytes | None:
    """Of a value or a key."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytearray, memoryview)):
        raise TypeError(f"argument {position} must be read-only bytes-like object, not {type(value).__name__}")
    raise TypeError(f"a bytes-like object is required, not '{type(value).__name__}'")


def headers(value: Any) -> list[tuple[str, bytes | None]]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [(name, _header(each)) for name, each in value.items()]
    if not isinstance(value, list):
        kind = type(value).__name__
        raise TypeError(f"expected headers to be dict or list of (key, value) tuples, not {kind}")
    for pair in value:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TypeError("Headers are expected to be a list of (key, value) tuples")
    return [(name, _header(each)) for name, each in value]


def _header(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    raise TypeError(f"expected header value to be None, binary, or unicode string, not {type(value).__name__}")


def partitions(value: Any) -> list[TopicPartition]:
    if not isinstance(value, list):
        raise TypeError("requires list of TopicPartition")
    return [partition(each) for each in value]


def partition(value: Any) -> TopicPartition:
    if not isinstance(value, TopicPartition):
        raise TypeError("expected cimpl.TopicPartition")
    return value


def message(value: Any) -> Message:
    if not isinstance(value, Message):
        raise TypeError("expected confluent_kafka.cimpl.Message")
    return value


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__


def long_number(value: Any) -> int:
    number = index(value)
    if not -(2**63) <= number < 2**63:
        raise OverflowError("Python int too large to convert to C long")
    return number
