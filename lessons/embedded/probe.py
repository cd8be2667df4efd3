"""Ask a broker whether it serves, with one small request in Kafka's own protocol.

The Kafka client belongs to lessons/cluster; this package has only one question. An open port does not answer it: a broker
listens before it has joined the cluster, and it may belong to another cluster, because two `up`s that start together can
find the same ports free. So the answer must contain our cluster's id.
"""

from __future__ import annotations

import socket
import struct

from .ports import LOOPBACK

_METADATA, _VERSION, _CORRELATION = 3, 2, 7  # the cluster's id is in the answer since version 2 (KIP-78)
_CLIENT_ID = b"kafkaclass"
# An empty list of topics asks for the brokers only (since Metadata version 1).
_BODY = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(_CLIENT_ID)) + _CLIENT_ID + struct.pack(">i", 0)
_REQUEST = struct.pack(">i", len(_BODY)) + _BODY
_ANSWER_AT_MOST_BYTES = 1 << 20


def known_brokers(port: int, *, cluster_id: str, timeout_s: float) -> frozenset[int]:
    """The ids of the brokers that serve, as the broker on this port knows them.

    Empty if it does not answer or belongs to another cluster.
    """
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s) as connection:
            connection.sendall(_REQUEST)
            ids, answered_id = _broker_ids(read_answer(connection))
            return ids if answered_id == cluster_id.encode() else frozenset()
    except (OSError, struct.error, EOFError):
        return frozenset()


def read_answer(connection: socket.socket) -> bytes:
    """What follows its length. Raises: EOFError, OSError."""
    (size_bytes,) = struct.unpack(">i", _read(connection, 4))
    if not 0 < size_bytes <= _ANSWER_AT_MOST_BYTES:  # something else listens there
        raise EOFError
    return _read(connection, size_bytes)


def _read(connection: socket.socket, size_bytes: int) -> bytes:
    received = b""
    while len(received) < size_bytes:
        part = connection.recv(size_bytes - len(received))
        if not part:
            raise EOFError
        received += part
    return received


def _broker_ids(answer: bytes) -> tuple[frozenset[int], bytes]:
    """Metadata version 2: correlation id, an array of (id, host, port, rack), the cluster's id. Raises: EOFError."""
    correlation, count = struct.unpack_from(">ii", answer)
    if correlation != _CORRELATION:
        raise EOFError
    position, ids = 8, set()
    for _ in range(count):
        broker_id, host_bytes = struct.unpack_from(">ih", answer, position)
        position += 6 + host_bytes
        _, rack_bytes = struct.unpack_from(">ih", answer, position)
        position += 6 + max(rack_bytes, 0)  # -1 is a rack that is not set
        ids.add(broker_id)
    (id_bytes,) = struct.unpack_from(">h", answer, position)  # -1 is an id that is not known yet
    return frozenset(ids), answer[position + 2 : position + 2 + max(id_bytes, 0)]
