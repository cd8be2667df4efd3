"""The admin client: each call goes out at once and gives futures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._arguments import seconds
from .._binding import like_an_extension
from .._configuration import Configuration
from .._futures import Future, future_for_each, one_future
from .._handle import Handle
from .._model import ConsumerGroupTopicPartitions, IsolationLevel, TopicCollection
from .._not_offered import method_not_offered
from .._records import TopicPartition, to_wire
from . import _checks as checks
from . import _results as results
from ._requests import ConfigResource, NewPartitions, NewTopic, OffsetSpec


class AdminClient(Handle):
    _kind = "admin"

    def __init__(self, conf: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(Configuration((conf,), kwargs))

    # --- Topics ---

    def create_topics(self, new_topics: list[NewTopic], **kwargs: Any) -> dict[str, Future]:
        names = [each.topic for each in new_topics]
        known = checks.options(kwargs, "operation_timeout", "validate_only")
        checks.new_topics(new_topics)
        topics = [
            {
                "topic": each.topic, "num_partitions": each.num_partitions,
                "replication_factor": each.replication_factor, "config": _texts(each.config),
                "replica_assignment": each.replica_assignment,
            }
            for each in new_topics
        ]  # fmt: skip
        return self._for_each(names, _own(results.nothing_from), "create_topics", topics=topics, **known)

    def delete_topics(self, topics: list[str], **kwargs: Any) -> dict[str, Future]:
        known = checks.options(kwargs, "operation_timeout")
        checks.topic_names(topics)
        return self._for_each(topics, _own(results.nothing_from), "delete_topics", topics=list(topics), **known)

    def create_partitions(self, new_partitions: list[NewPartitions], **kwargs: Any) -> dict[str, Future]:
        names = [each.topic for each in new_partitions]
        known = checks.options(kwargs, "operation_timeout", "validate_only")
        checks.new_partitions(new_partitions)
        wanted = [
            {
                "topic": each.topic,
                "new_total_count": each.new_total_count,
                "replica_assignment": each.replica_assignment,
            }
            for each in new_partitions
        ]
        return self._for_each(names, _own(results.nothing_from), "create_partitions", partitions=wanted, **known)

    def describe_topics(self, topics: TopicCollection, **kwargs: Any) -> dict[str, Future]:
        if not isinstance(topics, TopicCollection):
            raise TypeError("Expected input to be instance of TopicCollection")
        checks.options(kwargs, "include_authorized_operations")
        if not topics.topic_names:
            return {}
        names = topics.topic_names
        return self._for_each(names, _own(results.topic_from), "describe_topics", topics=names)

    # --- The cluster ---

    def describe_cluster(self, **kwargs: Any) -> Future:
        checks.options(kwargs, "include_authorized_operations")
        return self._one(results.described_cluster_from, "describe_cluster")

    def describe_configs(self, resources: list[ConfigResource], **kwargs: Any) -> dict[ConfigResource, Future]:
        _resources(resources, ValueError)
        checks.options(kwargs, "broker")
        if not resources:
            raise ValueError("Expected non-empty list of ConfigResource objects")
        wanted = [{"restype": each.restype_int, "name": each.name} for each in resources]
        return self._for_each(
            resources, _in_order(resources, results.entries_from), "describe_configs", resources=wanted
        )

    def incremental_alter_configs(self, resources: list[ConfigResource], **kwargs: Any) -> dict[ConfigResource, Future]:
        _resources(resources, TypeError)
        checks.options(kwargs, "validate_only", "broker")
        for each in resources:
            checks.incremental_entries(each.incremental_configs)
        wanted = [
            {
                "restype": each.restype_int,
                "name": each.name,
                "entries": [_entry(entry) for entry in each.incremental_configs],
            }
            for each in resources
        ]
        convert = _in_order(resources, results.nothing_from)
        return self._for_each(resources, convert, "incremental_alter_configs", resources=wanted)

    # --- Records ---

    def list_offsets(
        self, topic_partition_offsets: dict[TopicPartition, OffsetSpec], **kwargs: Any
    ) -> dict[TopicPartition, Future]:
        isolation = kwargs.pop("isolation_level", None)
        checks.offset_specs(topic_partition_offsets, isolation)
        checks.options(kwargs)
        places = list(topic_partition_offsets)
        if not places:
            return {}
        level = IsolationLevel.READ_UNCOMMITTED if isolation is None else isolation
        wanted = [
            {"topic": place.topic, "partition": place.partition, "spec": spec._value}
            for place, spec in topic_partition_offsets.items()
        ]
        convert = _in_order(places, results.offset_from)
        return self._for_each(places, convert, "list_offsets", partitions=wanted, isolation=level.value)

    def delete_records(
        self, topic_partition_offsets: list[TopicPartition], **kwargs: Any
    ) -> dict[TopicPartition, Future]:
        checks.records_to_delete(topic_partition_offsets)
        checks.options(kwargs, "operation_timeout")
        places = topic_partition_offsets
        if not places:
            return {}
        wanted = [to_wire(each) for each in places]
        return self._for_each(places, _in_order(places, results.deleted_from), "delete_records", partitions=wanted)

    # --- Groups ---

    def list_consumer_groups(self, **kwargs: Any) -> Future:
        states, types = kwargs.pop("states", None), kwargs.pop("types", None)
        checks.options(kwargs)

        def convert(wire: dict[str, Any]) -> results.ListConsumerGroupsResult:
            listed = results.listing_from(wire)
            listed.valid = [
                each
                for each in listed.valid
                if (not states or each.state in states) and (not types or each.type in types)
            ]
            return listed

        return self._one(convert, "list_consumer_groups")

    def describe_consumer_groups(self, group_ids: list[str], **kwargs: Any) -> dict[str, Future]:
        checks.groups(group_ids, what="described")
        checks.options(kwargs, "include_authorized_operations")
        return self._for_each(group_ids, _own(results.group_from), "describe_consumer_groups", groups=list(group_ids))

    def delete_consumer_groups(self, group_ids: list[str], **kwargs: Any) -> dict[str, Future]:
        checks.groups(group_ids, what="deleted")
        checks.options(kwargs)
        return self._for_each(group_ids, _own(results.nothing_from), "delete_consumer_groups", groups=list(group_ids))

    def list_consumer_group_offsets(
        self, list_consumer_group_offsets_request: list[ConsumerGroupTopicPartitions], **kwargs: Any
    ) -> dict[str, Future]:
        request = list_consumer_group_offsets_request
        group = checks.group_partitions(request, what="listing", with_offsets=False)
        checks.options(kwargs, "require_stable")
        return self._offsets("list_consumer_group_offsets", group)

    def alter_consumer_group_offsets(
        self, alter_consumer_group_offsets_request: list[ConsumerGroupTopicPartitions], **kwargs: Any
    ) -> dict[str, Future]:
        request = alter_consumer_group_offsets_request
        group = checks.group_partitions(request, what="altering", with_offsets=True)
        checks.options(kwargs)
        return self._offsets("alter_consumer_group_offsets", group)

    def _offsets(self, name: str, group: ConsumerGroupTopicPartitions) -> dict[str, Future]:
        places = None if group.topic_partitions is None else [to_wire(each) for each in group.topic_partitions]
        wanted = [{"group_id": group.group_id, "partitions": places}]
        return self._for_each(
            [group.group_id], lambda key, wire: results.group_offsets_from(key, wire[key]), name, groups=wanted
        )

    # --- Underneath ---

    def _for_each(
        self, keys: Iterable[Any], convert: Callable[[Any, Any], Any], name: str, **args: Any
    ) -> dict[Any, Future]:
        self._check_open()
        futures, settle = future_for_each(self._link, keys, convert)
        self._send_call(name, on_answer=settle, **args)
        return futures

    def _one(self, convert: Callable[[Any], Any], name: str, **args: Any) -> Future:
        self._check_open()
        future, settle = one_future(self._link, convert)
        self._send_call(name, on_answer=settle, **args)
        return future

    @like_an_extension
    def poll(self, timeout: float = -1) -> int:
        """Has no callbacks to serve."""
        if seconds(timeout) == 0:
            self._link.breathe()
        return 0

    def __enter__(self) -> AdminClient:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_closed:
            self._close()


for _name in (
    "alter_configs", "list_groups", "create_acls", "describe_acls", "delete_acls", "describe_user_scram_credentials",
    "alter_user_scram_credentials", "elect_leaders",
):  # fmt: skip
    setattr(AdminClient, _name, method_not_offered(f"AdminClient.{_name}()"))


def _own(convert: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """For answers that are by the keys' names."""
    return lambda key, wire: convert(wire[key])


def _in_order(keys: list[Any], convert: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """For answers that are in the order of the keys."""
    positions = {key: position for position, key in enumerate(keys)}
    return lambda key, wire: convert(wire[positions[key]])


def _resources(resources: Any, wrong: type[Exception]) -> None:
    for each in resources:
        if not isinstance(each, ConfigResource):
            raise wrong(f"Expected list of {ConfigResource!r}")


def _entry(entry: Any) -> dict[str, Any]:
    return {"name": entry.name, "value": entry.value, "operation": entry.incremental_operation.value}


def _texts(config: dict[Any, Any] | None) -> dict[str, str] | None:
    return None if config is None else {str(name): str(value) for name, value in config.items()}
