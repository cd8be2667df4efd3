"""What `list_topics` gives: the cluster's brokers, and topics with their partitions."""

from __future__ import annotations

from typing import Any

from ._errors import KafkaError, error_from


class ClusterMetadata:
    """`brokers` by id, `topics` by name."""

    def __init__(self) -> None:
        self.cluster_id: str | None = None
        self.controller_id = -1
        self.brokers: dict[int, BrokerMetadata] = {}
        self.topics: dict[str, TopicMetadata] = {}
        self.orig_broker_id = -1
        self.orig_broker_name: str | None = None

    def __repr__(self) -> str:
        return f"ClusterMetadata({self.cluster_id})"

    def __str__(self) -> str:
        return str(self.cluster_id)


class BrokerMetadata:
    def __init__(self) -> None:
        self.id = -1
        self.host: str | None = None
        self.port = -1

    def __repr__(self) -> str:
        return f"BrokerMetadata({self.id}, {self.host}:{self.port})"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.id}"


class TopicMetadata:
    """`partitions` by number."""

    def __init__(self) -> None:
        self.topic: str | None = None
        self.partitions: dict[int, PartitionMetadata] = {}
        self.error: KafkaError | None = None

    def __repr__(self) -> str:
        error = "" if self.error is None else f", {self.error}"
        return f"TopicMetadata({self.topic}, {len(self.partitions)} partitions{error})"

    def __str__(self) -> str:
        return str(self.topic)


class PartitionMetadata:
    """Leader, replicas and in-sync replicas are brokers' ids."""

    def __init__(self) -> None:
        self.id = -1
        self.leader = -1
        self.replicas: list[int] = []
        self.isrs: list[int] = []
        self.error: KafkaError | None = None

    def __repr__(self) -> str:
        error = "" if self.error is None else f", {self.error}"
        return f"PartitionMetadata({self.id}{error})"

    def __str__(self) -> str:
        return str(self.id)


class GroupMember:
    def __init__(self) -> None:
        self.id = self.client_id = self.client_host = self.metadata = self.assignment = None


class GroupMetadata:
    def __init__(self) -> None:
        self.broker = self.id = self.error = self.state = self.protocol_type = self.protocol = None
        self.members: list[GroupMember] = []


for _each in (ClusterMetadata, BrokerMetadata, TopicMetadata, PartitionMetadata, GroupMember, GroupMetadata):
    _each.__module__ = "confluent_kafka.admin._metadata"


class _Topics(dict[str, TopicMetadata]):
    """By their short names. The Python that a page shows has full ones, as on the class's machine, and finds the same."""

    def __init__(self, prefix: str, topics: dict[str, TopicMetadata]) -> None:
        super().__init__(topics)
        self._prefix = prefix

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self._short(name))

    def __getitem__(self, name: str) -> TopicMetadata:
        try:
            return super().__getitem__(self._short(name))
        except KeyError:
            raise KeyError(name) from None

    def get(self, name: Any, default: Any = None) -> Any:
        return super().get(self._short(name), default)

    def _short(self, name: Any) -> Any:
        return name.removeprefix(self._prefix) if isinstance(name, str) else name


def cluster_from(wire: dict[str, Any]) -> ClusterMetadata:
    made = ClusterMetadata()
    made.cluster_id, made.controller_id = wire["cluster_id"], wire["controller_id"]
    made.orig_broker_id, made.orig_broker_name = wire["orig_broker_id"], wire["orig_broker_name"]
    made.brokers = {each["id"]: _filled(BrokerMetadata(), each) for each in wire["brokers"]}
    made.topics = _Topics(wire["prefix"], {each["topic"]: _topic_from(each) for each in wire["topics"]})
    return made


def _topic_from(wire: dict[str, Any]) -> TopicMetadata:
    made = TopicMetadata()
    made.topic, made.error = wire["topic"], error_from(wire["error"])
    for each in wire["partitions"]:
        made.partitions[each["id"]] = _filled(PartitionMetadata(), {**each, "error": error_from(each["error"])})
    return made


def _filled(made: Any, attributes: dict[str, Any]) -> Any:
    vars(made).update(attributes)
    return made
