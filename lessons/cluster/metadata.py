"""Read what the cluster knows about its brokers and topics. Every other module builds on this.

Two traps shape this module. It asks for all topics and never for one by name, because asking for a missing topic
creates it where auto-creation is on. And after a broker was killed, describe calls of an existing admin client
fail for 25 to 40 s ("Timed out waiting for controller") until a list of topics renews its metadata.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from confluent_kafka import KafkaException, TopicCollection, TopicPartitionInfo
from confluent_kafka.admin import ClusterMetadata, PartitionMetadata, TopicDescription, TopicMetadata

from lessons.cluster import clients, topic_ids
from lessons.cluster.clients import TIMEOUT_S, settle_each
from lessons.cluster.errors import (
    ClusterError,
    KafkaUnavailable,
    Strips,
    TopicMissing,
    no_answer,
    topic_missing,
    translated,
)
from lessons.cluster.refusals import Refusal
from lessons.words import _

_FIRST_TRY_S = 1.5
_ROAMS_FOR_S = 0.9
_LOOK_EVERY_S = 0.005
_HEARSAY_S = 0.05

# A description says whether a topic is internal, a list does not: these are known by name (the third is from KIP-932).
KAFKAS_OWN = {"__consumer_offsets", "__transaction_state", "__share_group_state"}

T = TypeVar("T")

_ID_GOOD_FOR_S = 60.0
_MOMENT_S = 0.3


@dataclass(frozen=True)
class Partition:
    """One partition; `leader` is None while it has none, `error` is Kafka's name for the problem."""

    id: int
    leader: int | None
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]
    error: str | None = None


@dataclass(frozen=True)
class Topic:
    """One topic, by its full name. `topic_id` is as Kafka's own tools print it, None if not known."""

    name: str
    topic_id: str | None
    internal: bool
    partitions: tuple[Partition, ...]
    error: str | None = None


@dataclass(frozen=True)
class Cluster:
    """The cluster's id, and the address (`host:port`) of each broker that is up, by broker id."""

    cluster_id: str
    addresses: Mapping[int, str]


def describe_cluster(*, timeout_s: float = TIMEOUT_S) -> Cluster:
    """The cluster and its running brokers. Raises KafkaUnavailable."""
    return cluster_of(list_metadata(asked=_("Describe the cluster"), timeout_s=timeout_s))


def describe_cluster_at(bootstrap_servers: str, *, timeout_s: float = TIMEOUT_S) -> Cluster:
    """The same, as it is told at these addresses alone. Raises KafkaUnavailable."""
    with translated(asked=_("Describe the cluster")):
        return cluster_of(clients.new_admin_at(bootstrap_servers).list_topics(timeout=timeout_s))


def cluster_of(metadata: ClusterMetadata) -> Cluster:
    addresses = {each.id: f"{each.host}:{each.port}" for _id, each in sorted(metadata.brokers.items())}
    return Cluster(metadata.cluster_id or "", addresses)


def cluster_id(*, asked: str) -> str:
    """The id of the cluster. Raises KafkaUnavailable if the cluster has never answered.

    A list of a class's thousand topics costs 20 ms, so an id that is less than a minute old is used again; while the
    cluster does not answer, an older one is, too.
    """
    known, now = clients.known(), time.monotonic()
    if known.cluster_id is None or now >= known.id_heard_at + _ID_GOOD_FOR_S:
        try:
            known.cluster_id = list_metadata(asked=asked).cluster_id or ""
        except KafkaUnavailable:
            if known.cluster_id is None:
                raise
        known.id_heard_at = now
    return known.cluster_id


def find_topic(
    full_name: str,
    *,
    asked: str,
    namespace: Strips | None = None,
    timeout_s: float = TIMEOUT_S,
    patience_s: float = 0.4,
) -> Topic:
    """One topic with its id. A broker that has not heard of a new topic yet gets `patience_s` to do so.

    Raises TopicMissing, KafkaUnavailable.
    """
    patient_until = time.monotonic() + patience_s
    while True:
        found = describe([full_name], asked=asked, namespace=namespace, timeout_s=timeout_s)
        if full_name in found:
            return found[full_name]
        if time.monotonic() >= patient_until:
            raise topic_missing(namespace.strip(full_name) if namespace else full_name, asked=asked)
        time.sleep(_HEARSAY_S)


def describe(
    full_names: Iterable[str], *, asked: str, namespace: Strips | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, Topic]:
    """Topics with their ids, in one call; topics that do not exist are left out. Raises ClusterError."""
    names = list(full_names)

    def ask(within_s: float) -> dict[str, Topic]:
        found = {}
        for name, answer in _ask_for_each(names, asked=asked, namespace=namespace, within_s=within_s).items():
            if isinstance(answer, Topic):
                found[name] = answer
            elif not isinstance(answer, TopicMissing):
                raise answer
        return found

    return ask_twice(ask, asked=asked, timeout_s=timeout_s) if names else {}


def describe_each(
    full_names: Iterable[str], *, asked: str, namespace: Strips | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, Topic | ClusterError]:
    """For each name the topic or its error, in one call. Raises KafkaUnavailable if that is the error of all."""
    names = list(full_names)

    def ask(within_s: float) -> dict[str, Topic | ClusterError]:
        answers = _ask_for_each(names, asked=asked, namespace=namespace, within_s=within_s)
        silences = [answer for answer in answers.values() if isinstance(answer, KafkaUnavailable)]
        if len(silences) == len(answers):
            raise silences[0]
        return answers

    return ask_twice(ask, asked=asked, timeout_s=timeout_s) if names else {}


def _ask_for_each(
    names: list[str], *, asked: str, namespace: Strips | None, within_s: float
) -> dict[str, Topic | ClusterError]:
    futures = clients.admin().describe_topics(TopicCollection(names), request_timeout=within_s)
    answers = settle_each(futures, asked=asked, namespace=namespace, timeout_s=within_s + 1)
    return {
        name: answer if isinstance(answer, ClusterError) else _topic_described(answer)
        for name, answer in answers.items()
    }


def list_metadata(*, asked: str, timeout_s: float = TIMEOUT_S) -> ClusterMetadata:
    """The client's list of all topics, with brokers and cluster id. Raises KafkaUnavailable."""
    with translated(asked=asked):
        metadata = clients.admin().list_topics(timeout=timeout_s)
    clients.note_answer()
    return metadata


def ask_whether_it_answers(*, asked: str) -> None:
    """Costs nothing when it has answered a moment ago, as always in a busy class. Raises KafkaUnavailable."""
    if time.monotonic() > clients.known().answered_at + _MOMENT_S:
        list_metadata(asked=asked)


def topics_of(metadata: ClusterMetadata) -> tuple[Topic, ...]:
    """The topics of a list, by name, without ids."""
    return tuple(_topic_listed(name, topic) for name, topic in sorted(metadata.topics.items()))


class TopicMemory:
    """Topics of one list after the other: what is as it was is the same object, and keeps its id."""

    def __init__(self) -> None:
        self._listed: dict[str, tuple[object, Topic]] = {}
        self._whole: dict[str, tuple[Topic, Topic]] = {}  # as it was listed, and the same with its id
        self._described: dict[str, Topic] = {}

    def listed(self, metadata: ClusterMetadata) -> tuple[Topic, ...]:
        """The topics in a list, ordered by name; without ids."""
        found: dict[str, tuple[object, Topic]] = {}
        for name, topic in sorted(metadata.topics.items()):
            shape = _shape(topic)
            known = self._listed.get(name)
            found[name] = known if known is not None and known[0] == shape else (shape, _topic_listed(name, topic))
        self._listed = found
        for gone in self._described.keys() - found.keys():
            del self._described[gone]
            self._whole.pop(gone, None)
        return tuple(topic for _, topic in found.values())

    def learn_ids(self, described: Iterable[Topic]) -> None:
        for topic in described:
            known = self._described.get(topic.name)
            if known is None or (known.topic_id, known.internal) != (topic.topic_id, topic.internal):
                self._described[topic.name] = topic
                self._whole.pop(topic.name, None)

    def with_id(self, listed: Topic) -> Topic:
        """The same with its id, where that is known."""
        described = self._described.get(listed.name)
        if described is None:
            return listed
        before, whole = self._whole.get(listed.name, (None, listed))
        if before is not listed:
            whole = replace(listed, topic_id=described.topic_id, internal=described.internal)
            self._whole[listed.name] = listed, whole
        return whole


def _shape(topic: TopicMetadata) -> object:
    """What a list says of a topic, for a comparison with what it said before; quicker to make than a `Topic`."""
    partitions = [(p.id, p.leader, tuple(p.replicas), tuple(p.isrs), p.error) for p in topic.partitions.values()]
    return topic.error, partitions


def ask_twice(ask: Callable[[float], T], *, asked: str, timeout_s: float) -> T:
    """Ask; if no answer comes, renew the client's metadata with a list of topics and ask again."""
    deadline = time.monotonic() + timeout_s
    try:
        return ask(min(_FIRST_TRY_S, timeout_s))
    except KafkaUnavailable:
        list_metadata(asked=asked, timeout_s=max(0.1, deadline - time.monotonic()))
    if (left_s := deadline - time.monotonic()) <= 0:
        raise no_answer(asked=asked, timeout_s=timeout_s)
    return ask(left_s)


def refuse_missing_partition(topic: Topic, partition: int | None, *, asked: str) -> None:
    """Raises AppRefused (NO_SUCH_PARTITION), also for -1, which would mean any to the client. None is left to it."""
    if partition is not None and partition not in {each.id for each in topic.partitions}:
        raise Refusal.NO_SUCH_PARTITION.error(asked=asked, partition=partition, last=len(topic.partitions) - 1)


def wait_for_every_broker(holds: Callable[[TopicMetadata | None], bool], full_name: str, *, timeout_s: float) -> bool:
    """Whether `holds` became true of the topic in every running broker's list before the deadline."""
    return every_broker_says(lambda metadata: holds(metadata.topics.get(full_name)), timeout_s=timeout_s)


def every_broker_says(holds: Callable[[ClusterMetadata], bool], *, timeout_s: float) -> bool:
    """Whether `holds` became true of every running broker's list before the deadline.

    An admin future resolves before every broker knows. A client cannot choose which broker it asks for a list, but
    one that is connected to all asks at random, and the answer names the broker: ask until each has agreed. At random
    among those that it has used within the last whole second, to be exact: one that chance, or a busy machine, has left
    out for longer is left out for minutes. So a new client takes over each second.
    """
    deadline = time.monotonic() + timeout_s
    roamer, roams_until = clients.new_roamer(), time.monotonic() + _ROAMS_FOR_S
    agreed: set[int] = set()
    while (left_s := deadline - time.monotonic()) > 0:
        if time.monotonic() > roams_until:
            roamer, roams_until = clients.new_roamer(), time.monotonic() + _ROAMS_FOR_S
        try:
            metadata = roamer.list_topics(timeout=min(1.0, left_s))
        except KafkaException:
            continue  # a broker that has just died counts as running for a moment
        if holds(metadata):
            agreed.add(metadata.orig_broker_id)  # -1 for an address that is not known as a broker yet
        if agreed >= metadata.brokers.keys():
            return True
        roamer.poll(_LOOK_EVERY_S)
    return False


def _topic_listed(name: str, topic: TopicMetadata) -> Topic:
    error = None if topic.error is None else topic.error.name()
    partitions = tuple(_partition_listed(each) for _id, each in sorted(topic.partitions.items()))
    return Topic(name, None, name in KAFKAS_OWN, partitions, error)


def _partition_listed(partition: PartitionMetadata) -> Partition:
    return Partition(
        id=partition.id,
        leader=None if partition.leader == -1 else partition.leader,
        replicas=tuple(partition.replicas),
        in_sync=tuple(partition.isrs),
        error=None if partition.error is None else partition.error.name(),
    )


def _topic_described(topic: TopicDescription) -> Topic:
    partitions = tuple(_partition_described(each) for each in sorted(topic.partitions, key=lambda p: p.id))
    return Topic(topic.name, topic_ids.taken_from(topic), topic.is_internal, partitions)


def _partition_described(partition: TopicPartitionInfo) -> Partition:
    leader = partition.leader.id if partition.leader is not None and partition.leader.id >= 0 else None
    return Partition(
        id=partition.id,
        leader=leader,
        replicas=tuple(node.id for node in partition.replicas),
        in_sync=tuple(node.id for node in partition.isr),
        error=None if leader is not None else "LEADER_NOT_AVAILABLE",
    )
