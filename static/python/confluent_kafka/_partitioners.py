"""The partitioners as functions: which of so many partitions a record with this key belongs to."""

from __future__ import annotations

from typing import Any
from zlib import crc32

_ALL = 0xFFFFFFFF


def murmur2(key: bytes, partition_count: int, /) -> int:
    """As Java's clients choose (MurmurHash 2, 32 bits, by Austin Appleby, with the seed that Kafka took)."""
    data = _checked(key, partition_count)
    mixed, mask = 0x5BD1E995, _ALL
    value = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * mixed & mask
        word = (word ^ word >> 24) * mixed & mask
        value = (value * mixed & mask) ^ word
    if rest := data[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * mixed & mask
    value = (value ^ value >> 13) * mixed & mask
    value ^= value >> 15
    return (value & 0x7FFFFFFF) % partition_count


def consistent(key: bytes, partition_count: int, /) -> int:
    """As librdkafka's clients choose by default (CRC 32)."""
    return crc32(_checked(key, partition_count)) % partition_count


def fnv1a(key: bytes, partition_count: int, /) -> int:
    """As Sarama's clients choose (Fowler, Noll and Vo's hash 1a, 32 bits)."""
    value = 0x811C9DC5
    for byte in _checked(key, partition_count):
        value = (value ^ byte) * 0x01000193 & _ALL
    signed = value - 2**32 if value >= 2**31 else value
    return abs(signed) % partition_count


def _checked(key: Any, partition_count: Any) -> bytes:
    if not isinstance(key, (bytes, bytearray, memoryview)):
        raise TypeError(f"a bytes-like object is required, not '{type(key).__name__}'")
    if partition_count <= 0:
        raise ValueError(f"partition_count must be > 0, got {partition_count}")
    return bytes(key)
