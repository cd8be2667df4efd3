"""What admin calls accept, in the client's own words."""

from __future__ import annotations

from typing import Any

from .._arguments import seconds
from .._model import ConsumerGroupTopicPartitions, IsolationLevel
from .._records import OFFSET_INVALID, TopicPartition
from ._requests import ConfigEntry, NewPartitions, NewTopic, OffsetSpec

_LONGEST_S = 3600.0
_MOST_PARTITIONS = 100_000


def options(given: dict[str, Any], *known: str) -> dict[str, Any]:
    """The keywords of a call. Raises: TypeError, ValueError."""
    for name in given:
        if name not in known and name != "request_timeout":
            raise TypeError(f"{name!r} is an invalid keyword argument for this function")
    for name in ("request_timeout", "operation_timeout"):
        if name in given and not (given[name] == -1 or 0 <= seconds(given[name]) <= _LONGEST_S):
            raise ValueError(f'Invalid value type for "{name}": expecting integer in range 0..3600000')
    return given


def new_topics(topics: Any) -> None:
    if not isinstance(topics, list) or not topics:
        raise ValueError("Expected non-empty list of NewTopic objects")
    for each in topics:
        if not isinstance(each, NewTopic):
            raise ValueError("Expected list of NewTopic objects")
        if each.replica_assignment is None:
            continue
        if each.replication_factor != -1:
            raise ValueError("replication_factor and replica_assignment are mutually exclusive")
        if len(each.replica_assignment) != each.num_partitions:
            raise ValueError("replica_assignment must be a list of int lists with an outer size of num_partitions")


def topic_names(topics: Any) -> None:
    if not isinstance(topics, list):
        raise TypeError(f"argument 1 must be list, not {type(topics).__name__}")
    if not topics:
        raise ValueError("Expected non-empty list of topic strings")


def new_partitions(partitions: Any) -> None:
    if not isinstance(partitions, list) or not partitions:
        raise ValueError("Expected non-empty list of NewPartitions objects")
    for each in partitions:
        if not isinstance(each, NewPartitions):
            raise ValueError("Expected list of NewPartitions objects")
        if not 1 <= each.new_total_count <= _MOST_PARTITIONS:
            words = f"Invalid NewPartitions({each.topic}): new_total_cnt out of expected range 1..{_MOST_PARTITIONS}"
            raise ValueError(words)


def incremental_entries(entries: list[Any]) -> None:
    if not entries:
        words = "expected non-empty list of ConfigEntry to alter incrementally in incremental_configs field"
        raise ValueError(words)
    for position, each in enumerate(entries):
        if not isinstance(each, ConfigEntry):
            raise TypeError(f"expected ConfigEntry type in incremental_configs field, index {position}")
        if each.incremental_operation is None:
            raise TypeError("Required attribute .value missing")


def groups(group_ids: Any, *, what: str) -> None:
    """`what` is "described" or "deleted"."""
    if not isinstance(group_ids, list):
        raise TypeError(f"Expected input to be list of group ids to be {what}")
    if not group_ids:
        raise ValueError(f"Expected at least one group to be {what}")


def group_partitions(request: Any, *, what: str, with_offsets: bool) -> ConsumerGroupTopicPartitions:
    """The one group of a request. `what` is "listing" or "altering"."""
    if request is None:
        raise TypeError("request cannot be None")
    if not isinstance(request, list):
        raise TypeError("request must be a list")
    if len(request) != 1:
        raise ValueError(f"Currently we support {what} offsets for a single consumer group only")
    [group] = request
    if not isinstance(group, ConsumerGroupTopicPartitions):
        raise TypeError("Expected list of 'ConsumerGroupTopicPartitions'")
    if group.group_id is None:
        raise TypeError("'group_id' cannot be None")
    if not isinstance(group.group_id, str):
        raise TypeError("'group_id' must be a string")
    if not group.group_id:
        raise ValueError("'group_id' cannot be empty")
    if with_offsets and group.topic_partitions is None:
        raise ValueError("'topic_partitions' cannot be null")
    if group.topic_partitions is not None:
        _partitions_of_group(group.topic_partitions, with_offsets=with_offsets)
    return group


def _partitions_of_group(partitions: Any, *, with_offsets: bool) -> None:
    if not isinstance(partitions, list):
        raise TypeError("'topic_partitions' must be a list" + ("" if with_offsets else " or None"))
    if not partitions:
        raise ValueError("'topic_partitions' cannot be empty")
    for each in partitions:
        if each is None:
            raise ValueError("Element of 'topic_partitions' cannot be None")
        if not isinstance(each, TopicPartition):
            raise TypeError("Element of 'topic_partitions' must be of type TopicPartition")
        if not each.topic:
            raise ValueError("Element of 'topic_partitions' must not have 'topic' attribute as Empty")
        if with_offsets and each.partition < 0:
            raise ValueError("Element of 'topic_partitions' must not have negative value for 'partition' field")
        if with_offsets and each.offset < 0:
            raise ValueError("Element of 'topic_partitions' must not have negative value for 'offset' field")
        if not with_offsets and each.partition < 0:
            raise ValueError("Element of 'topic_partitions' must not have negative 'partition' value")
        if not with_offsets and each.offset != OFFSET_INVALID:
            raise ValueError("Element of 'topic_partitions' must not have 'offset' value")


def offset_specs(specs: Any, isolation: Any) -> None:
    if not isinstance(specs, dict):
        words = "Expected topic_partition_offsets to be dict of [TopicPartitions,OffsetSpec] for list offsets request"
        raise TypeError(words)
    for place, spec in specs.items():
        if place is None:
            raise TypeError("partition cannot be None")
        if not isinstance(place, TopicPartition):
            raise TypeError("partition must be a TopicPartition")
        if not place.topic:
            raise ValueError("partition topic name cannot be empty")
        if place.partition < 0:
            raise ValueError("partition index must be non-negative")
        if spec is None:
            raise TypeError("OffsetSpec cannot be None")
        if not isinstance(spec, OffsetSpec):
            raise TypeError("Value must be a OffsetSpec")
    if isolation is not None and not isinstance(isolation, IsolationLevel):
        raise TypeError("isolation_level argument should be an IsolationLevel")


def records_to_delete(request: Any) -> None:
    if not isinstance(request, list):
        raise TypeError(f"Expected Request to be a list, got '{type(request).__name__}' ")
    for each in request:
        if not isinstance(each, TopicPartition):
            kind = type(each).__name__
            raise TypeError(f"Element of the request list must be of type 'TopicPartition' got '{kind}' ")
        if each.partition < 0:
            raise ValueError("'partition' cannot be negative")
