"""A program's clients as its seat's: what they change on the class's cluster are acts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DatabaseError, close_old_connections

from lessons.classroom.models import Act
from lessons.classroom.programs.acts import ProgramActs, problem_of
from lessons.classroom.programs.consuming import Consuming
from lessons.cluster.clients import connection
from lessons.cluster.entry_points import addresses_in, may_ask
from lessons.cluster.errors import AppRefused, no_answer
from lessons.cluster.limits import refuse_another_group
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs import (
    OutgoingRecord,
    ProgramAdmin,
    ProgramClient,
    ProgramConsumer,
    ProgramProducer,
    Raises,
    Report,
    Told,
)
from lessons.cluster.programs.client import refusal_as_json
from lessons.cluster.programs.configuration import Value
from lessons.cluster.programs.consumer import Consumed
from lessons.cluster.programs.wire import JSON
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.alter_config import AlterConfig
from lessons.course.acts.base import Action
from lessons.course.acts.consume import Consume
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.delete_group import DeleteGroup
from lessons.course.acts.delete_records import DeleteRecords
from lessons.course.acts.delete_topic import DeleteTopic
from lessons.course.acts.describe_cluster import MOST_CHARACTERS, DescribeCluster
from lessons.course.acts.list_topics import ListTopics
from lessons.course.acts.set_offset import SetOffset
from lessons.words import _

# Kafka's numbers (ConfigResource.Type.TOPIC, AlterConfigOp.OpType).
RESTYPE_TOPIC, RESTYPE_GROUP = 2, 3
OP_SET, OP_DELETE = 0, 1

_log = logging.getLogger(__name__)


# What asks brokers and is no act. The client's other calls are its own affair, or its group's.
_READS = {
    "committed", "describe_configs", "describe_consumer_groups", "describe_topics", "get_watermark_offsets",
    "list_consumer_group_offsets", "list_consumer_groups", "list_offsets", "offsets_for_times",
}  # fmt: skip


class _SeatClient(ProgramClient):
    """What any client of a seat does: its reads are the seat's."""

    _acts: ProgramActs

    def call(self, name: str, args: JSON) -> Any:
        with self._acts.read(name) if self.is_the_class and self._is_read(name) else nullcontext():
            return super().call(name, args)

    def _is_read(self, name: str) -> bool:
        of_topics = name == "list_topics" and not isinstance(self, ProgramAdmin)  # that one is an act
        return name in _READS or of_topics


class SeatAdmin(_SeatClient, ProgramAdmin):
    def __init__(self, wanted: Mapping[str, Value], acts: ProgramActs, tell: Told) -> None:
        super().__init__(wanted, acts.member.namespace, tell)
        self._acts = acts
        self._begins_at = str(wanted.get("bootstrap.servers", ""))[:MOST_CHARACTERS]

    def call_list_topics(self, topic: str | None = None, timeout: float = -1) -> JSON:
        if self.is_the_class:
            self._acts.do(ListTopics())
        return super().call_list_topics(topic, timeout)

    def call_describe_cluster(self) -> JSON:
        if self.is_the_class:
            self._acts.do(DescribeCluster(bootstrap_servers=self._typed_addresses()))
        return super().call_describe_cluster()

    def _typed_addresses(self) -> str:
        """Those that the program begins at, where a client of ours asks them: the notebook's own names it does not know."""
        from_here = connection().from_here
        addresses = tuple(map(from_here, addresses_in(self._begins_at)))
        return ",".join(addresses) if may_ask(addresses, asked=_("Find the cluster")) else ""

    def call_create_topics(self, topics: list[JSON], validate_only: bool = False, **options: Any) -> JSON:
        if not self.is_the_class:
            return super().call_create_topics(topics)
        _refuse_what_no_act_does(validate_only, topics)
        return self._act_for_each(topics, lambda new: CreateTopic(
            name=self.short(new["topic"]), partitions=new["num_partitions"], replicas=new["replication_factor"],
            config="\n".join(f"{name}={value}" for name, value in (new.get("config") or {}).items()),
        ))  # fmt: skip

    def call_delete_topics(self, topics: list[str], **options: Any) -> JSON:
        if not self.is_the_class:
            return super().call_delete_topics(topics)
        named = [{"topic": name} for name in topics]
        return self._act_for_each(named, lambda each: DeleteTopic(name=self.short(each["topic"])))

    def call_create_partitions(self, partitions: list[JSON], validate_only: bool = False, **options: Any) -> JSON:
        if not self.is_the_class:
            return super().call_create_partitions(partitions)
        _refuse_what_no_act_does(validate_only, partitions)
        return self._act_for_each(partitions, lambda new: AddPartitions(
            topic=self.short(new["topic"]), total=new["new_total_count"]
        ))  # fmt: skip

    def call_incremental_alter_configs(self, resources: list[JSON]) -> list[JSON | None]:
        self._refuse_elsewhere("incremental_alter_configs")
        return [self._alter(resource) for resource in resources]

    def _alter(self, resource: JSON) -> JSON | None:
        """An act for each setting, until one is refused."""
        if resource["restype"] == RESTYPE_GROUP:
            words = "Settings of groups are not offered here: they are for ShareConsumer, which a cell does not have."
            raise Raises("NotImplementedError", words)
        if resource["restype"] != RESTYPE_TOPIC:
            raise Raises("NotImplementedError", "Only topics can be changed here: ConfigResource.Type.TOPIC.")
        for entry in resource["entries"]:
            if entry["operation"] not in (OP_SET, OP_DELETE):
                raise Raises("NotImplementedError", "Only SET and DELETE are offered here.")
            value = str(entry["value"]) if entry["operation"] == OP_SET else ""
            wanted = AlterConfig(topic=self.short(resource["name"]), setting=entry["name"], value=value)
            if (problem := self._problem(wanted)) is not None:
                return problem
        return None

    def call_delete_records(self, partitions: list[JSON]) -> list[JSON]:
        self._refuse_elsewhere("delete_records")
        return [self._delete_records(each) for each in partitions]

    def _delete_records(self, place: JSON) -> JSON:
        wanted = DeleteRecords(topic=self.short(place["topic"]), partition=place["partition"], before=place["offset"])
        act, problem = self._done(wanted)
        if act is None or problem is not None:
            return {"error": problem}
        return {"low_watermark": act.answer["data"]["begins"]}

    def call_delete_consumer_groups(self, groups: list[str]) -> JSON:
        self._refuse_elsewhere("delete_consumer_groups")
        return {each: self._problem(DeleteGroup(group_id=self.short(each))) for each in groups}

    def call_alter_consumer_group_offsets(self, groups: list[JSON]) -> JSON:
        self._refuse_elsewhere("alter_consumer_group_offsets")
        return {each["group_id"]: self._set_offsets(each) for each in groups}

    def _set_offsets(self, group: JSON) -> JSON:
        places = []
        for place in group["partitions"]:
            wanted = SetOffset(
                group_id=self.short(group["group_id"]), topic=self.short(place["topic"]),
                partition=place["partition"], offset=place["offset"],
            )  # fmt: skip
            places.append({**place, "metadata": None, "leader_epoch": None, "error": self._problem(wanted)})
        return {"partitions": places}

    def _refuse_elsewhere(self, name: str) -> None:
        if not self.is_the_class:
            raise Raises("NotImplementedError", f"{name} is offered on the class's cluster only.")

    def short(self, name: str) -> str:
        return self.namespace.short(name)

    def _act_for_each(self, wanted: Iterable[JSON], action: Callable[[JSON], Action]) -> JSON:
        """An act for each, in order; a refusal of one stops no other."""
        return {each["topic"]: self._problem(action(each)) for each in wanted}

    def _problem(self, action: Action) -> JSON | None:
        return self._done(action)[1]

    def _done(self, action: Action) -> tuple[Act | None, JSON | None]:
        try:
            act = self._acts.do(action)
        except AppRefused as refusal:
            return None, refusal_as_json(refusal)
        return act, problem_of(act)


class SeatProducer(_SeatClient, ProgramProducer):
    def __init__(self, wanted: Mapping[str, Value], acts: ProgramActs, tell: Told) -> None:
        self._acts = acts
        super().__init__(wanted, acts.member.namespace, tell, reported=self._settle)

    def produce(self, records: Sequence[OutgoingRecord]) -> None:
        if self.is_the_class:
            try:
                self._acts.send(id(self), records)
            except AppRefused as refusal:
                self._acts.forget(id(self), records)
                self.refuse(records, refusal)
                return
            except DatabaseError:
                _log.exception("what a program sends is not stored, so it is not sent")
                self._acts.forget(id(self), records)
                self.refuse(records, no_answer(asked=_("Store what is about to be sent")))
                return
        super().produce(records)

    def _settle(self, reports: Sequence[Report]) -> None:
        self._acts.reported(id(self), reports)


class SeatConsumer(_SeatClient, ProgramConsumer):
    def __init__(self, wanted: Mapping[str, Value], acts: ProgramActs, tell: Told) -> None:
        super().__init__(wanted, acts.member.namespace, tell, happened=self._hear)
        self._acts = acts
        self._act_lock = threading.Lock()
        self._consuming: Consuming | None = None
        self._fields = _fields_of_act(wanted, self.namespace)

    def call_subscribe(self, topics: list[str]) -> None:
        if self.is_the_class:
            group_id = str(self._fields["group_id"])
            refuse_another_group(self.namespace, group_id, asked=_(Consume.title))
        self._begin(topics)
        super().call_subscribe(topics)

    def call_unsubscribe(self) -> None:
        super().call_unsubscribe()
        self._end()

    def call_assign(self, partitions: list[JSON]) -> None:
        if self._consuming is None:  # inside a rebalance it is the group's doing
            self._begin([each["topic"] for each in partitions])
        super().call_assign(partitions)

    def close(self) -> None:
        super().close()
        self._end()

    def _begin(self, topics: Sequence[str]) -> None:
        self._end()
        if self.is_the_class:
            named = [each for each in topics if not each.startswith("^")]
            with _connection_given_back():
                self._consuming = self._acts.consume(named, **self._fields)

    def _end(self) -> None:
        with self._act_lock:
            consuming, self._consuming = self._consuming, None
        if consuming is not None:
            with _connection_given_back():
                consuming.settle()

    def _hear(self, consumed: Consumed) -> None:
        consuming = self._consuming
        if consuming is not None:
            consuming.hear(consumed)


@contextmanager
def _connection_given_back() -> Iterator[None]:
    """A consumer's own thread lives as long as the consumer: it keeps no connection to the database meanwhile."""
    try:
        yield
    finally:
        close_old_connections()


def open_client(kind: str, wanted: Mapping[str, Value], acts: ProgramActs, tell: Told) -> ProgramClient:
    """`kind` is admin, producer or consumer. Raises: KafkaException, AppRefused, Raises."""
    kinds: Mapping[str, Callable[[Mapping[str, Value], ProgramActs, Told], ProgramClient]] = {
        "admin": SeatAdmin, "producer": SeatProducer, "consumer": SeatConsumer,
    }  # fmt: skip
    return kinds[kind](wanted, acts, tell)


def _refuse_what_no_act_does(validate_only: bool, wanted: Iterable[JSON]) -> None:
    if validate_only:
        raise Raises("NotImplementedError", "validate_only is not offered here.")
    if any(each.get("replica_assignment") for each in wanted):
        raise Raises("NotImplementedError", "replica_assignment is not offered here.")


def _fields_of_act(wanted: Mapping[str, Value], namespace: Namespace) -> dict[str, str | int]:
    """What the act of consuming says of a consumer's settings; what it can't say has its default."""
    reset = str(wanted.get("auto.offset.reset", "latest"))
    beginnings = ("earliest", "smallest", "beginning")
    timeout = wanted.get("session.timeout.ms", 45_000)
    return {
        "group_id": namespace.short(str(wanted.get("group.id", ""))),
        "auto_offset_reset": "earliest" if reset in beginnings else "latest",
        "session_timeout_ms": int(timeout) if str(timeout).isdecimal() else 45_000,
    }
