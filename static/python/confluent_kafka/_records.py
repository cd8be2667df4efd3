"""Message and TopicPartition: what a client hands out and is handed."""

from __future__ import annotations

from operator import index
from typing import Any

from ._binding import like_an_extension
from ._errors import KafkaError, error_from

OFFSET_BEGINNING, OFFSET_END, OFFSET_STORED, OFFSET_INVALID = -2, -1, -1000, -1001
TIMESTAMP_NOT_AVAILABLE, TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME = 0, 1, 2

Headers = list[tuple[str, bytes | None]]


class Message:
    """A record, or an error in the place of one."""

    __slots__ = (
        "_delivery_count", "_error", "_headers", "_key", "_latency", "_leader_epoch", "_offset", "_partition",
        "_timestamp", "_topic", "_value",
    )  # fmt: skip

    @like_an_extension
    def __init__(
        self,
        topic: str | None = None,
        partition: int | None = None,
        offset: int | None = None,
        key: Any = None,
        value: Any = None,
        headers: Headers | None = None,
        error: KafkaError | None = None,
        timestamp: tuple[int, int] | None = None,
        latency: float | None = None,
        leader_epoch: int | None = None,
        delivery_count: int | None = None,
    ) -> None:
        if timestamp is not None and not (isinstance(timestamp, tuple) and len(timestamp) == 2):
            raise TypeError("timestamp must be a tuple of (int, int)")
        self._topic, self._partition, self._offset = topic, partition, offset
        self._key, self._value, self._headers, self._error = key, value, headers, error
        self._timestamp = (TIMESTAMP_NOT_AVAILABLE, 0) if timestamp is None else timestamp
        self._latency, self._leader_epoch, self._delivery_count = latency, leader_epoch, delivery_count

    def topic(self) -> str | None:
        return self._topic

    def partition(self) -> int | None:
        return self._partition

    def offset(self) -> int | None:
        return self._offset

    def key(self) -> Any:
        return self._key

    def value(self) -> Any:
        return self._value

    deserialized_key, deserialized_value = key, value

    def headers(self) -> Headers | None:
        return self._headers

    def error(self) -> KafkaError | None:
        return self._error

    def timestamp(self) -> tuple[int, int]:
        return self._timestamp

    def latency(self) -> float | None:
        """Seconds from produce() to the delivery report."""
        return self._latency

    def leader_epoch(self) -> int | None:
        return self._leader_epoch

    def delivery_count(self) -> int | None:
        return self._delivery_count

    def set_topic(self, topic: str) -> None:
        self._topic = topic

    def set_key(self, key: Any) -> None:
        self._key = key

    def set_value(self, value: Any) -> None:
        self._value = value

    def set_headers(self, headers: Headers | None) -> None:
        self._headers = headers

    def set_error(self, error: KafkaError | None) -> None:
        self._error = error

    def __len__(self) -> int:
        """Bytes of the value; of an error, those of its text."""
        return 0 if self._value is None else len(self._value)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Message.__slots__)

    __hash__ = None  # type: ignore[assignment]


class TopicPartition:
    """A place in a topic. Two are equal that name the same partition, whatever their offsets are."""

    __slots__ = ("_error", "_leader_epoch", "_metadata", "_topic", "offset", "partition")

    @like_an_extension
    def __init__(
        self,
        topic: str,
        partition: int = -1,
        offset: int = OFFSET_INVALID,
        metadata: str | None = None,
        leader_epoch: int | None = None,
    ) -> None:
        for position, (value, is_needed) in {1: (topic, True), 4: (metadata, False)}.items():
            if not isinstance(value, str) and (is_needed or value is not None):
                kind = "None" if value is None else type(value).__name__
                raise TypeError(f"argument {position} must be str, not {kind}")
        self._topic, self.partition, self.offset = topic, index(partition), index(offset)
        self._metadata, self._error = metadata, None
        self._leader_epoch = None if leader_epoch is None else index(leader_epoch)

    @property
    def topic(self) -> str:
        return self._topic

    @property
    def metadata(self) -> str | None:
        return self._metadata

    @property
    def leader_epoch(self) -> int | None:
        return None if self._leader_epoch is None or self._leader_epoch < 0 else self._leader_epoch

    @property
    def error(self) -> KafkaError | None:
        return self._error

    def __repr__(self) -> str:
        return (
            f"TopicPartition{{topic={self._topic},partition={self.partition},offset={self.offset},"
            f"leader_epoch={self.leader_epoch},error={self._error}}}"
        )

    def _place(self, other: Any) -> tuple[str, int]:
        if not isinstance(other, TopicPartition):
            raise NotImplementedError
        return other._topic, other.partition

    def __hash__(self) -> int:
        return hash((self._topic, self.partition))

    def __eq__(self, other: object) -> bool:
        return self._place(self) == self._place(other)

    def __ne__(self, other: object) -> bool:
        return self._place(self) != self._place(other)

    def __lt__(self, other: object) -> bool:
        return self._place(self) < self._place(other)

    def __le__(self, other: object) -> bool:
        return self._place(self) <= self._place(other)

    def __gt__(self, other: object) -> bool:
        return self._place(self) > self._place(other)

    def __ge__(self, other: object) -> bool:
        return self._place(self) >= self._place(other)


Message.__module__ = TopicPartition.__module__ = "confluent_kafka.cimpl"


def partition_from(wire: dict[str, Any]) -> TopicPartition:
    """The TopicPartition that a frame tells of; it may lack all but the topic and the partition."""
    made = TopicPartition(
        wire["topic"],
        wire["partition"],
        wire.get("offset", OFFSET_INVALID),
        wire.get("metadata"),
        wire.get("leader_epoch"),
    )
    made._error = error_from(wire.get("error"))
    return made


def to_wire(partition: TopicPartition) -> dict[str, Any]:
    return {"topic": partition.topic, "partition": partition.partition, "offset": partition.offset}
