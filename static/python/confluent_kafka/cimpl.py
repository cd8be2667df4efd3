"""The extension module's name for what it has, for programs that import it from there."""

from ._consumer import Consumer
from ._errors import KafkaError, KafkaException
from ._partitioners import consistent, fnv1a, murmur2
from ._producer import Producer
from ._records import OFFSET_BEGINNING, OFFSET_END, OFFSET_INVALID, OFFSET_STORED, Message, TopicPartition
from .admin._requests import NewPartitions, NewTopic

__all__ = [
    "OFFSET_BEGINNING",
    "OFFSET_END",
    "OFFSET_INVALID",
    "OFFSET_STORED",
    "Consumer",
    "KafkaError",
    "KafkaException",
    "Message",
    "NewPartitions",
    "NewTopic",
    "Producer",
    "TopicPartition",
    "consistent",
    "fnv1a",
    "murmur2",
]
