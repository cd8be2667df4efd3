"""confluent_kafka for a program that runs in a page: the same names, and real clients at the other end of a socket.

    admin           AdminClient, what it takes and what it gives
    _producer, _consumer, _positions
    _handle         what the three have in common
    _link           the socket; _transport is what it needs of the page
    _errors, _records, _model, _metadata, _codes
    _arguments, _binding, _configuration: what calls accept, with the client's own words
    _not_offered    the rest

Its interface, texts and numbers are those of confluent-kafka 2.16.1; the code is not.
"""

from __future__ import annotations

from . import admin
from ._consumer import Consumer
from ._errors import ConcurrentModificationException, IllegalStateException, KafkaError, KafkaException
from ._model import (
    AcknowledgeType,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    ConsumerGroupType,
    ElectionType,
    IsolationLevel,
    Node,
    TopicCollection,
    TopicPartitionInfo,
    Uuid,
)
from ._not_offered import class_not_offered
from ._partitioners import consistent, fnv1a, murmur2
from ._producer import Producer
from ._records import (
    OFFSET_BEGINNING,
    OFFSET_END,
    OFFSET_INVALID,
    OFFSET_STORED,
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
    TIMESTAMP_NOT_AVAILABLE,
    Message,
    TopicPartition,
)

ShareConsumer = class_not_offered("ShareConsumer")
SerializingProducer = class_not_offered("SerializingProducer")
DeserializingConsumer = class_not_offered("DeserializingConsumer")
DeserializingShareConsumer = class_not_offered("DeserializingShareConsumer")


def version() -> str:
    """The release of confluent-kafka that this stands in for."""
    return "2.16.1"


def libversion() -> tuple[str, int]:
    """That of librdkafka, as text and as a number."""
    return "2.16.0", 0x021000FF


__version__ = version()

__all__ = [
    "OFFSET_BEGINNING",
    "OFFSET_END",
    "OFFSET_INVALID",
    "OFFSET_STORED",
    "TIMESTAMP_CREATE_TIME",
    "TIMESTAMP_LOG_APPEND_TIME",
    "TIMESTAMP_NOT_AVAILABLE",
    "AcknowledgeType",
    "ConcurrentModificationException",
    "Consumer",
    "ConsumerGroupState",
    "ConsumerGroupTopicPartitions",
    "ConsumerGroupType",
    "DeserializingConsumer",
    "DeserializingShareConsumer",
    "ElectionType",
    "IllegalStateException",
    "IsolationLevel",
    "KafkaError",
    "KafkaException",
    "Message",
    "Node",
    "Producer",
    "SerializingProducer",
    "ShareConsumer",
    "TopicCollection",
    "TopicPartition",
    "TopicPartitionInfo",
    "Uuid",
    "admin",
    "consistent",
    "fnv1a",
    "libversion",
    "murmur2",
    "version",
]
