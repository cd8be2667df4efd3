"""Nodes, collections and the names of states: what admin calls take and answer with."""

from __future__ import annotations

import base64
from enum import Enum, IntEnum
from typing import Any

from ._records import TopicPartition


class OrderedEnum(Enum):
    def __lt__(self, other: object) -> bool:
        return self.value < other.value if isinstance(other, type(self)) else NotImplemented


class ConsumerGroupState(OrderedEnum):
    UNKNOWN = 0
    UNKOWN = 0  # the client has it, too
    PREPARING_REBALANCING = 1
    COMPLETING_REBALANCING = 2
    STABLE = 3
    DEAD = 4
    EMPTY = 5


class ConsumerGroupType(OrderedEnum):
    UNKNOWN = 0
    CONSUMER = 1
    CLASSIC = 2


class IsolationLevel(OrderedEnum):
    READ_UNCOMMITTED = 0
    READ_COMMITTED = 1


class ElectionType(OrderedEnum):
    PREFERRED = 0
    UNCLEAN = 1


class AcknowledgeType(IntEnum):
    ACCEPT = 1
    RELEASE = 2
    REJECT = 3


class Node:
    """A broker: its id and where it listens."""

    def __init__(self, id: int, host: str, port: int, rack: str | None = None) -> None:
        self.id, self.id_string = id, str(id)
        self.host, self.port, self.rack = host, port, rack

    def __str__(self) -> str:
        rack = f"(Rack - {self.rack})" if self.rack else ""
        return f"({self.id}) {self.host}:{self.port} {rack}"


class TopicCollection:
    def __init__(self, topic_names: list[str]) -> None:
        self.topic_names = topic_names


class TopicPartitionInfo:
    """A partition of a described topic, with its brokers as nodes."""

    def __init__(self, id: int, leader: Node | None, replicas: list[Node], isr: list[Node]) -> None:
        self.id, self.leader, self.replicas, self.isr = id, leader, replicas, isr


class ConsumerGroupTopicPartitions:
    """A group, and which of its partitions are meant; all of them if that is None."""

    def __init__(self, group_id: str, topic_partitions: list[TopicPartition] | None = None) -> None:
        self.group_id, self.topic_partitions = group_id, topic_partitions


class Uuid:
    """128 bits as two signed numbers; as text base 64, without padding."""

    def __init__(self, most_significant_bits: int, least_significant_bits: int) -> None:
        self._bits = (most_significant_bits, least_significant_bits)

    def get_most_significant_bits(self) -> int:
        return self._bits[0]

    def get_least_significant_bits(self) -> int:
        return self._bits[1]

    def __str__(self) -> str:
        data = b"".join(half.to_bytes(8, "big", signed=True) for half in self._bits)
        return base64.b64encode(data).decode().rstrip("=")

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uuid) and self._bits == other._bits

    def __hash__(self) -> int:
        return hash(self._bits)

    @classmethod
    def _from_text(cls, text: str) -> Uuid:
        data = base64.b64decode(text + "==")
        return cls(int.from_bytes(data[:8], "big", signed=True), int.from_bytes(data[8:], "big", signed=True))


Uuid.__module__ = "confluent_kafka.cimpl"


def node_from(wire: dict[str, Any] | None) -> Node | None:
    return None if wire is None else Node(wire["id"], wire["host"], wire["port"], wire.get("rack"))
