"""The admin client of a program: what it reads. What it changes are acts, except where nobody is asked at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

from lessons.cluster import clients, topic_ids
from lessons.cluster.coordinator_client import CoordinatorClient
from lessons.cluster.metadata import list_metadata
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import without_leader
from lessons.cluster.programs.client import ProgramClient, Told
from lessons.cluster.programs.configuration import Value
from lessons.cluster.programs.wire import (
    JSON,
    Raises,
    node_as_json,
    own,
    own_group,
    partitions_as_json,
    partitions_in,
    raised,
)
from lessons.words import _

WITHIN_S = 10.0  # of the calls that read
_TIMED_OUT = KafkaError(KafkaError._TIMED_OUT, "Failed while waiting for response from broker: Local: Timed out")
_NO_LEADERS = KafkaError(KafkaError._NOENT, "Failed to query partition leaders: No leaders found")
_ALONE_S = 60.0  # how long the client waits for a controller where nobody answers


class ProgramAdmin(ProgramClient):
    """Uses the process's admin client: a program's own settings change nothing that it could see."""

    kind = "admin"

    def __init__(self, wanted: Mapping[str, Value], namespace: Namespace, tell: Told) -> None:
        super().__init__(wanted, namespace, tell)
        # Made at all, so that a wrong value of a setting is refused in the client's own words.
        own_client = AdminClient(self.settings, logger=self.log) if len(wanted) > 1 or not self.is_the_class else None
        self._alone = None if self.is_the_class else own_client

    def _coordinators(self) -> AbstractContextManager[CoordinatorClient]:
        return clients.coordinators() if self._alone is None else nullcontext(CoordinatorClient(self._alone))

    @property
    def _client(self) -> AdminClient:
        return clients.admin() if self._alone is None else self._alone  # with nothing in its queues a client is false

    def call(self, name: str, args: JSON) -> Any:
        try:
            return super().call(name, args)
        finally:
            if self._alone is not None:
                self._alone.poll(0)  # its log lines

    def close(self) -> None:
        self._alone = None

    def call_list_topics(self, topic: str | None = None, timeout: float = -1) -> JSON:
        return self._list_topics(self._client, topic, timeout)

    # --- Where nobody is asked: the client's own words, after its own wait ---

    def call_create_topics(self, topics: list[JSON], **options: Any) -> JSON:
        new = [NewTopic(each["topic"], each["num_partitions"], each["replication_factor"]) for each in topics]
        return self._errors(self._nobody().create_topics(new))

    def call_delete_topics(self, topics: list[str], **options: Any) -> JSON:
        return self._errors(self._nobody().delete_topics(topics))

    def call_create_partitions(self, partitions: list[JSON], **options: Any) -> JSON:
        new = [NewPartitions(each["topic"], each["new_total_count"]) for each in partitions]
        return self._errors(self._nobody().create_partitions(new))

    def _nobody(self) -> AdminClient:
        if self._alone is None:
            raise RuntimeError("what a program changes on the class's cluster is an act")
        return self._alone

    def _errors(self, futures: Mapping[str, Future[Any]]) -> JSON:
        return {name: answer and answer["error"] for name, answer in self._each(futures, lambda _: None).items()}

    # --- Reading ---

    def call_describe_topics(self, topics: list[str]) -> JSON:
        readable = self._readable(topics)
        futures = self._client.describe_topics(TopicCollection(list(readable)), request_timeout=WITHIN_S)
        return self._each(futures, self._topic, names=readable)

    def _readable(self, names: Iterable[str]) -> dict[str, str]:
        """{full name: name}: the seat's own, or Kafka's and the class's that its list shows."""
        known = list_metadata(asked=_("List the topics")).topics if self.is_the_class else {}
        return {self._full(name, known): name for name in names}

    def _full(self, name: str, known: Mapping[str, object]) -> str:
        is_others = name.startswith("_") and self.namespace.prefix + name not in known and name in known
        return name if is_others and self.namespace.may_see(name) else own(name, self.namespace)

    def _topic(self, topic: Any) -> JSON:
        return {
            "name": self.namespace.short(topic.name),
            "topic_id": topic_ids.as_the_client_prints_it(topic),
            "is_internal": topic.is_internal,
            "partitions": [
                {
                    "id": each.id,
                    "leader": node_as_json(each.leader),
                    "replicas": [node_as_json(node) for node in each.replicas],
                    "isr": [node_as_json(node) for node in each.isr],
                }
                for each in topic.partitions
            ],
        }

    def call_describe_cluster(self) -> JSON:
        cluster = self._client.describe_cluster(request_timeout=WITHIN_S).result(WITHIN_S + 1)
        return {
            "cluster_id": cluster.cluster_id,
            "controller": node_as_json(cluster.controller),
            "nodes": [node_as_json(node) for node in cluster.nodes],
        }

    def call_describe_configs(self, resources: list[JSON]) -> list[JSON]:
        topic = ConfigResource.Type.TOPIC
        if any(each["restype"] != topic.value for each in resources):
            raise Raises("NotImplementedError", "Only topics are described here: ConfigResource.Type.TOPIC.")
        readable = self._readable(each["name"] for each in resources)
        asked = {name: ConfigResource(topic, full) for full, name in readable.items()}
        futures = self._client.describe_configs(list(asked.values()), request_timeout=WITHIN_S)
        answers = self._each({name: futures[each] for name, each in asked.items()}, _entries)
        return [answers[each["name"]] for each in resources]

    def call_list_offsets(self, partitions: list[JSON], isolation: int = 0) -> list[JSON]:
        places = [TopicPartition(own(each["topic"], self.namespace), each["partition"]) for each in partitions]
        specs = {place: OffsetSpec._values.get(each["spec"]) or OffsetSpec.for_timestamp(each["spec"])
                 for place, each in zip(places, partitions, strict=True)}  # fmt: skip
        refused = without_leader(self._client, places, timeout_s=WITHIN_S) if self.is_the_class else {}
        asked = {place: spec for place, spec in specs.items() if place not in refused}
        if not asked:
            refused = dict.fromkeys(refused, _NO_LEADERS)
        futures = self._client.list_offsets(asked, isolation_level=IsolationLevel(isolation), request_timeout=WITHIN_S)
        answers = self._each({(place.topic, place.partition): future for place, future in futures.items()}, _offset)
        for place, error in refused.items():
            answers[place.topic, place.partition] = {"error": raised(KafkaException(error), self.namespace)}
        return [answers[place.topic, place.partition] for place in places]

    def call_list_consumer_groups(self) -> JSON:
        listed = self._client.list_consumer_groups(request_timeout=WITHIN_S).result(WITHIN_S + 1)
        return {
            "valid": [
                {
                    "group_id": self.namespace.short(each.group_id), "is_simple": each.is_simple_consumer_group,
                    "state": each.state.value, "type": each.type.value,
                }
                for each in listed.valid or ()
                if self.namespace.owns(each.group_id)
            ],
            "errors": [raised(error, self.namespace) for error in listed.errors or ()],
        }  # fmt: skip

    def call_describe_consumer_groups(self, groups: list[str]) -> JSON:
        full = {own_group(each, self.namespace): each for each in groups}
        with self._coordinators() as coordinators:
            return self._each(coordinators.describe_groups(list(full)), self._group, names=full, within_s=WITHIN_S)

    def _group(self, group: Any) -> JSON:
        return {
            "group_id": self.namespace.short(group.group_id),
            "is_simple_consumer_group": group.is_simple_consumer_group,
            "partition_assignor": group.partition_assignor,
            "state": group.state.value,
            "type": group.type.value,
            "coordinator": node_as_json(group.coordinator),
            "members": [
                {
                    "member_id": each.member_id, "client_id": each.client_id, "host": each.host,
                    "group_instance_id": each.group_instance_id,
                    "assignment": partitions_as_json(each.assignment.topic_partitions, self.namespace),
                }
                for each in group.members
            ],
        }  # fmt: skip

    def call_list_consumer_group_offsets(self, groups: list[JSON]) -> JSON:
        places = {own_group(each["group_id"], self.namespace): each.get("partitions") for each in groups}
        names = {own_group(each["group_id"], self.namespace): each["group_id"] for each in groups}
        with self._coordinators() as coordinators:
            described, committed = coordinators.describe_with_offsets(
                (
                    ConsumerGroupTopicPartitions(full_id, None if each is None else partitions_in(each, self.namespace))
                    for full_id, each in places.items()
                ),
                within_s=WITHIN_S,
            )
            told = self._each(described, lambda _: None, names=names, within_s=0.0)
            refused = {name: error for name, error in told.items() if error}
            return refused | self._each(committed, self._committed, names=names, within_s=WITHIN_S)

    def _committed(self, group: ConsumerGroupTopicPartitions) -> JSON:
        return {"partitions": partitions_as_json(group.topic_partitions, self.namespace)}

    def _each(
        self,
        futures: Mapping[Any, Future[Any]],
        convert: Callable[[Any], Any],
        *,
        names: Mapping[Any, str] | None = None,
        within_s: float | None = None,
    ) -> dict[Any, Any]:
        """For each what it is converted to, or its error; all within so many seconds."""
        if within_s is None:
            within_s = WITHIN_S + 1 if self.is_the_class else _ALONE_S + 5
        deadline = time.monotonic() + within_s
        answers: dict[Any, Any] = {}
        for key, future in futures.items():
            try:
                answer = convert(future.result(max(0.0, deadline - time.monotonic())))
            except KafkaException as error:
                answer = {"error": raised(error, self.namespace)}
            except TimeoutError:  # where the client itself has no end
                answer = {"error": raised(KafkaException(_TIMED_OUT), self.namespace)}
            answers[names[key] if names else key] = answer
        return answers


def _entries(entries: Mapping[str, ConfigEntry]) -> JSON:
    return {"entries": [_entry(entry) for entry in entries.values()]}


def _entry(entry: ConfigEntry) -> JSON:
    return {
        "name": entry.name, "value": entry.value, "source": ConfigSource(entry.source).value, "is_read_only": entry.is_read_only,
        "is_default": entry.is_default, "is_sensitive": entry.is_sensitive, "is_synonym": entry.is_synonym,
        "synonyms": [_entry(each) for each in (entry.synonyms or {}).values()],
    }  # fmt: skip


def _offset(found: Any) -> JSON:
    return {"offset": found.offset, "timestamp": found.timestamp, "leader_epoch": found.leader_epoch}
