"""What passes between a program and its clients, as JSON. Bytes are base64; names are short on the wire."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Node, TopicPartition
from confluent_kafka.admin import ClusterMetadata

from lessons.cluster.namespace import Namespace

OFFSET_INVALID = -1001
# Brokers send no words with these codes. The client has its own for them, and the app has others for its pages.
_WITHOUT_WORDS = {"UNKNOWN_TOPIC_OR_PART", "GROUP_ID_NOT_FOUND", "NON_EMPTY_GROUP"}

JSON = dict[str, Any]


class Raises(Exception):
    """What the program's call is to raise: an exception of Python's own, by its name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name

    def as_json(self) -> JSON:
        return {"raises": self.name, "text": str(self)}


def error_as_json(error: KafkaError, namespace: Namespace) -> JSON:
    return {
        "code": error.code(),
        "text": namespace.strip(error.str() or ""),
        "fatal": error.fatal(),
        "retriable": error.retriable(),
    }


def error_named(name: str, text: str) -> JSON:
    """An error by Kafka's name for its code; a name that only this app has is a policy's refusal, as Kafka would call it."""
    code = getattr(KafkaError, name, None)
    if isinstance(code, int) and name in _WITHOUT_WORDS:
        text = KafkaError(code).str() or text
    return {
        "code": code if isinstance(code, int) else KafkaError.POLICY_VIOLATION,
        "text": text,
        "fatal": False,
        "retriable": False,
    }


def raised(error: Exception, namespace: Namespace) -> JSON:
    """What a call of the client raised, as what the program's call is to raise."""
    if isinstance(error, Raises):
        return error.as_json()
    if isinstance(error, KafkaException) and error.args and isinstance(error.args[0], KafkaError):
        return error_as_json(error.args[0], namespace)
    if isinstance(error, BufferError):
        return {"raises": "BufferError", "text": str(error)}
    known = next((kind for kind in (TypeError, ValueError, RuntimeError) if isinstance(error, kind)), None)
    if known is None:
        raise error
    return {"raises": known.__name__, "text": namespace.strip(str(error))}


def maybe_error(error: KafkaError | None, namespace: Namespace) -> JSON | None:
    return None if error is None else error_as_json(error, namespace)


def own(name: str, namespace: Namespace) -> str:
    """The full name of a topic that a program names, by its short name or its full one. Raises: AppRefused."""
    return namespace.full(namespace.short(name))


def own_group(name: str, namespace: Namespace) -> str:
    """The same for a group. Raises: AppRefused."""
    return namespace.full(namespace.short(name), thing="group")


def from_base64(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text, validate=True)


def as_base64(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def record_as_json(message: Message, namespace: Namespace) -> JSON:
    headers: Any = message.headers()
    kind, timestamp_ms = message.timestamp()
    return {
        "topic": namespace.short(message.topic() or ""),
        "partition": message.partition(),
        "offset": message.offset(),
        "key": as_base64(_bytes(message.key())),
        "value": as_base64(_bytes(message.value())),
        "headers": None if not headers else [[name, as_base64(_bytes(value))] for name, value in headers],
        "timestamp": [kind, timestamp_ms],
        "leader_epoch": message.leader_epoch(),
    }


def _bytes(value: Any) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def partitions_in(places: Iterable[Mapping[str, Any]], namespace: Namespace) -> list[TopicPartition]:
    """Raises: AppRefused for a name that is none."""
    return [_partition_in(place, namespace) for place in places]


def _partition_in(place: Mapping[str, Any], namespace: Namespace) -> TopicPartition:
    offset = place.get("offset", OFFSET_INVALID)
    full_name, metadata = own(place["topic"], namespace), place.get("metadata")
    if metadata is not None:
        return TopicPartition(full_name, place["partition"], offset, metadata)
    return TopicPartition(full_name, place["partition"], offset)


def partition_as_json(place: TopicPartition, namespace: Namespace) -> JSON:
    return {
        "topic": namespace.short(place.topic),
        "partition": place.partition,
        "offset": place.offset,
        "metadata": place.metadata,
        "leader_epoch": place.leader_epoch,
        "error": maybe_error(place.error, namespace),
    }


def partitions_as_json(places: Iterable[TopicPartition] | None, namespace: Namespace) -> list[JSON]:
    return [partition_as_json(place, namespace) for place in places or ()]


def node_as_json(node: Node | None) -> JSON | None:
    if node is None:
        return None
    return {"id": node.id, "host": node.host, "port": node.port, "rack": node.rack}


def metadata_as_json(metadata: ClusterMetadata, namespace: Namespace) -> JSON:
    """A list of topics with what the seat may see of it."""
    return {
        "prefix": namespace.prefix,
        "cluster_id": metadata.cluster_id,
        "controller_id": metadata.controller_id,
        "orig_broker_id": metadata.orig_broker_id,
        "orig_broker_name": metadata.orig_broker_name,
        "brokers": [{"id": each.id, "host": each.host, "port": each.port} for each in metadata.brokers.values()],
        "topics": [
            {
                "topic": namespace.short(name),
                "error": maybe_error(topic.error, namespace),
                "partitions": [
                    {
                        "id": each.id, "leader": each.leader, "replicas": list(each.replicas), "isrs": list(each.isrs),
                        "error": maybe_error(each.error, namespace),
                    }
                    for each in topic.partitions.values()
                ],
            }
            for name, topic in metadata.topics.items()
            if namespace.may_see(name)
        ],
    }  # fmt: skip
