"""How much one user of the laptops' listener may take of a broker: Kafka's own quotas (KIP-13, KIP-124, KIP-599).

The Kafka client of Python has no call for them, and Kafka's own tool would be a Java of two seconds; so this is one small
request in Kafka's protocol, as in `probe`. The quotas are those of every user who has none of their own; the app has
its own, so large that it never meets it. Kafka keeps them in its metadata: setting them again changes nothing.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping

from .ports import LOOPBACK
from .probe import read_answer

KIB = 1024
EACH_USER: Mapping[str, float] = {
    # Bytes a second, of each broker.
    "producer_byte_rate": 512 * KIB,
    "consumer_byte_rate": 2048 * KIB,
    # Percent of one of a broker's four threads for requests and for the network.
    "request_percentage": 25,
    # Partitions that are created or deleted a second; eleven times as many at once.
    "controller_mutation_rate": 5,
}
_NO_LIMIT = 1e12
THE_APP: Mapping[str, float] = dict.fromkeys(EACH_USER, _NO_LIMIT)

_ALTER_CLIENT_QUOTAS, _VERSION, _CORRELATION = 49, 0, 9
_CLIENT_ID = "kafkaclass"


def set_quotas(port: int, *, timeout_s: float) -> None:
    """Set them, through the broker on this port. Raises: OSError if it does not answer or refuses."""
    with socket.create_connection((LOOPBACK, port), timeout=timeout_s) as connection:
        connection.sendall(_request())
        try:
            refused = list(_errors(read_answer(connection)))
        except (struct.error, EOFError) as error:
            raise OSError(f"the broker's answer about quotas cannot be read: {error}") from error
    if refused:
        raise OSError(f"the broker refuses quotas: {'; '.join(refused)}")


def _request() -> bytes:
    entries = [_entry(None, EACH_USER), _entry("ANONYMOUS", THE_APP)]
    body = struct.pack(">hhi", _ALTER_CLIENT_QUOTAS, _VERSION, _CORRELATION) + _text(_CLIENT_ID)
    body += struct.pack(">i", len(entries)) + b"".join(entries) + struct.pack(">?", False)  # not only validated
    return struct.pack(">i", len(body)) + body


def _entry(user: str | None, quotas: Mapping[str, float]) -> bytes:
    """None is every user who has none of their own."""
    entity = struct.pack(">i", 1) + _text("user") + _text(user)
    changes = [_text(name) + struct.pack(">d?", value, False) for name, value in quotas.items()]
    return entity + struct.pack(">i", len(changes)) + b"".join(changes)


def _text(text: str | None) -> bytes:
    return struct.pack(">h", -1) if text is None else struct.pack(">h", len(text)) + text.encode()


def _errors(answer: bytes) -> Iterator[str]:
    """Version 0: correlation id, how long to wait, an array of (error code, its message, the entity)."""
    _, _, count = struct.unpack_from(">iii", answer)
    position = 12
    for _ in range(count):
        code, size = struct.unpack_from(">hh", answer, position)
        position += 4
        message = answer[position : position + max(size, 0)].decode(errors="replace")
        position = _after_entity(answer, position + max(size, 0))
        if code:
            yield message or f"error {code}"


def _after_entity(answer: bytes, position: int) -> int:
    (parts,) = struct.unpack_from(">i", answer, position)
    position += 4
    for _ in range(2 * parts):  # a type and a name each
        (size,) = struct.unpack_from(">h", answer, position)
        position += 2 + max(size, 0)
    return position
