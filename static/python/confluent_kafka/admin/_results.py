"""What admin calls are answered with."""

from __future__ import annotations

from typing import Any

from .._errors import KafkaException, error_from, exception_from
from .._model import (
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    ConsumerGroupType,
    Node,
    TopicPartitionInfo,
    Uuid,
    node_from,
)
from .._records import TopicPartition, partition_from
from ._requests import ConfigEntry, ConfigSource


class Result:
    """The attributes that it is made with; None for those that have no value."""

    _attributes: tuple[str, ...] = ()

    def __init__(self, **attributes: Any) -> None:
        for name in self._attributes:
            setattr(self, name, attributes.get(name))


class TopicDescription(Result):
    _attributes = "name", "topic_id", "is_internal", "partitions", "authorized_operations"


class DescribeClusterResult(Result):
    _attributes = "cluster_id", "controller", "nodes", "authorized_operations"


class ConsumerGroupListing(Result):
    _attributes = "group_id", "is_simple_consumer_group", "state", "type"


class ListConsumerGroupsResult(Result):
    _attributes = "valid", "errors"


class MemberAssignment:
    def __init__(self, topic_partitions: list[TopicPartition] | None) -> None:
        self.topic_partitions = topic_partitions or []


class MemberDescription(Result):
    _attributes = "member_id", "client_id", "host", "assignment", "target_assignment", "group_instance_id"


class ConsumerGroupDescription(Result):
    _attributes = (
        "group_id", "is_simple_consumer_group", "members", "authorized_operations", "partition_assignor", "state",
        "type", "coordinator",
    )  # fmt: skip


class ListOffsetsResultInfo:
    def __init__(self, offset: int, timestamp: int, leader_epoch: int | None) -> None:
        self.offset, self.timestamp = offset, timestamp
        self.leader_epoch = None if leader_epoch is None or leader_epoch < 0 else leader_epoch


class DeletedRecords:
    def __init__(self, low_watermark: int) -> None:
        self.low_watermark = low_watermark


# --- From a frame ---


def raise_error_of(wire: dict[str, Any] | None) -> dict[str, Any]:
    """The same, if it tells of no error."""
    error = None if wire is None else wire.get("error")
    if error is not None:
        raise exception_from(error)
    return wire or {}


def topic_from(wire: dict[str, Any]) -> TopicDescription:
    raise_error_of(wire)
    partitions = [
        TopicPartitionInfo(each["id"], node_from(each["leader"]), _nodes(each["replicas"]), _nodes(each["isr"]))
        for each in wire["partitions"]
    ]
    return TopicDescription(
        name=wire["name"],
        topic_id=Uuid._from_text(wire["topic_id"]),
        is_internal=wire["is_internal"],
        partitions=partitions,
    )


def described_cluster_from(wire: dict[str, Any]) -> DescribeClusterResult:
    return DescribeClusterResult(
        cluster_id=wire["cluster_id"], controller=node_from(wire["controller"]), nodes=_nodes(wire["nodes"])
    )


def entries_from(wire: dict[str, Any]) -> dict[str, ConfigEntry]:
    raise_error_of(wire)
    return {each["name"]: _entry_from(each) for each in wire["entries"]}


def _entry_from(wire: dict[str, Any]) -> ConfigEntry:
    return ConfigEntry(
        wire["name"], wire["value"], ConfigSource(wire["source"]), wire["is_read_only"], wire["is_default"],
        wire["is_sensitive"], wire["is_synonym"], {each["name"]: _entry_from(each) for each in wire.get("synonyms") or ()},
    )  # fmt: skip


def listing_from(wire: dict[str, Any]) -> ListConsumerGroupsResult:
    valid = [
        ConsumerGroupListing(
            group_id=each["group_id"], is_simple_consumer_group=each["is_simple"],
            state=ConsumerGroupState(each["state"]), type=ConsumerGroupType(each["type"]),
        )
        for each in wire["valid"]
    ]  # fmt: skip
    return ListConsumerGroupsResult(valid=valid, errors=[exception_from(each) for each in wire["errors"]])


def group_from(wire: dict[str, Any]) -> ConsumerGroupDescription:
    raise_error_of(wire)
    return ConsumerGroupDescription(
        group_id=wire["group_id"], is_simple_consumer_group=wire["is_simple_consumer_group"],
        partition_assignor=wire["partition_assignor"], state=ConsumerGroupState(wire["state"]),
        type=ConsumerGroupType(wire["type"]), coordinator=node_from(wire["coordinator"]),
        members=[_member_from(each) for each in wire["members"]],
    )  # fmt: skip


def _member_from(wire: dict[str, Any]) -> MemberDescription:
    assignment = MemberAssignment([partition_from(each) for each in wire["assignment"]])
    return MemberDescription(
        member_id=wire["member_id"], client_id=wire["client_id"], host=wire["host"], assignment=assignment,
        group_instance_id=wire["group_instance_id"],
    )  # fmt: skip


def group_offsets_from(group_id: str, wire: dict[str, Any]) -> ConsumerGroupTopicPartitions:
    raise_error_of(wire)
    return ConsumerGroupTopicPartitions(group_id, [partition_from(each) for each in wire["partitions"]])


def offset_from(wire: dict[str, Any]) -> ListOffsetsResultInfo:
    raise_error_of(wire)
    return ListOffsetsResultInfo(wire["offset"], wire["timestamp"], wire["leader_epoch"])


def deleted_from(wire: dict[str, Any]) -> DeletedRecords:
    raise_error_of(wire)
    return DeletedRecords(wire["low_watermark"])


def nothing_from(wire: dict[str, Any] | None) -> None:
    """For answers that are an error or nothing."""
    if wire is not None:
        error = error_from(wire)
        raise exception_from(wire) if "raises" in wire else KafkaException(error)


def _nodes(wires: list[dict[str, Any]]) -> list[Node]:
    return [node for each in wires if (node := node_from(each)) is not None]
