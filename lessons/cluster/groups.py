"""Consumer groups of a namespace: who is in them, what each member reads, how far behind they are."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from confluent_kafka import (
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    ConsumerGroupType,
    TopicPartition,
)
from confluent_kafka.admin import (
    ConsumerGroupDescription,
    ConsumerGroupListing,
    ListConsumerGroupsResult,
    MemberDescription,
)

from lessons.cluster import clients, share_groups
from lessons.cluster.clients import TIMEOUT_S, settle
from lessons.cluster.coordinator_client import CoordinatorClient
from lessons.cluster.coordinators import OFFSETS_TOPIC, ask_coordinators, partition_of, while_none_moves
from lessons.cluster.errors import ClusterError, KafkaRefused, no_answer, translate, translated
from lessons.cluster.metadata import ask_twice, every_broker_says, find_topic, list_metadata, refuse_missing_partition
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import list_ends, list_spans
from lessons.words import _

_log = logging.getLogger(__name__)

OTHER = "other"  # the protocol of a group that is no consumer group
_APP_GROUP = "kafkaclass-offsets-topic"
_LOOK_EVERY_S = 0.1

TopicPartitionKey = tuple[str, int]
Committed = dict[TopicPartitionKey, int]
T = TypeVar("T")

# The client's names with underscores; these are the words that Kafka and its tools print.
_STATES: dict[Enum, str] = {
    ConsumerGroupState.STABLE: "Stable",
    ConsumerGroupState.EMPTY: "Empty",
    ConsumerGroupState.DEAD: "Dead",
    ConsumerGroupState.PREPARING_REBALANCING: "PreparingRebalance",
    ConsumerGroupState.COMPLETING_REBALANCING: "CompletingRebalance",
}


@dataclass(frozen=True)
class Member:
    """One member; `assignment` has (short topic name, partition) pairs."""

    client_id: str
    host: str
    assignment: tuple[TopicPartitionKey, ...]
    member_id: str


@dataclass(frozen=True)
class Lag:
    """How far a group is in one partition. `committed` is None before the first commit.

    `end` is None where the partition gave no answer (no leader, or its topic was deleted); `lag` needs both.
    """

    topic: str
    partition: int
    committed: int | None
    end: int | None
    lag: int | None


@dataclass(frozen=True)
class Group:
    """A group as Kafka describes it, with short names. `protocol` is "classic", "consumer" (KIP-848), or OTHER for a group of
    which the client can tell the id alone. `notes`: how often Kafka has noted something about a share group that shares
    records; 0 where nobody has looked."""

    group_id: str
    state: str
    members: tuple[Member, ...]
    lags: tuple[Lag, ...]
    protocol: str
    notes: int = 0


@dataclass(frozen=True)
class GroupListing:
    """A group in a list, with its short id."""

    group_id: str
    state: str
    protocol: str


def list_groups(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> tuple[GroupListing, ...]:
    """The namespace's groups by their ids. Raises KafkaUnavailable where a coordinator did not answer."""
    return tuple(
        GroupListing(namespace.short(each.group_id), _state(each.state, each.type), _protocol(each.type))
        for each in sorted(_list_all(timeout_s=timeout_s), key=lambda each: each.group_id)
        if namespace.owns(each.group_id)
    )


def list_every_group(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> tuple[GroupListing, ...]:
    """The same, with none left out because its coordinator is just about to load it."""
    asked = "List the groups"
    if not (partitions := _offsets_partitions(asked=asked, timeout_s=timeout_s)):
        return ()

    def ask(coordinators: AbstractSet[int], within_s: float) -> tuple[GroupListing, ...]:
        """Of each broker that is named by whichever broker the client asks first: one that has just come back not every broker
        may have heard of."""
        deadline, known = time.monotonic() + within_s, clients.known()
        if coordinators != known.coordinators:
            if not every_broker_says(lambda metadata: coordinators <= metadata.brokers.keys(), timeout_s=within_s):
                raise no_answer(asked=asked, timeout_s=within_s)
            known.coordinators = coordinators
        return list_groups(namespace, timeout_s=max(0.0, deadline - time.monotonic()))

    return while_none_moves(ask, partitions, asked=asked, timeout_s=timeout_s)


def _offsets_partitions(*, asked: str, timeout_s: float) -> int:
    """Of `__consumer_offsets`; 0: there has been no group yet. Raises KafkaUnavailable."""
    known = clients.known()
    if not known.offsets_partitions:
        found = list_metadata(asked=asked, timeout_s=timeout_s).topics.get(OFFSETS_TOPIC)
        known.offsets_partitions = len(found.partitions) if found else 0
    return known.offsets_partitions


def noted_up_to(full_ids: Collection[str], *, timeout_s: float = TIMEOUT_S) -> dict[str, int]:
    """How far `__consumer_offsets` goes in the partition of each group: joins, assignments and commits are noted there, so
    while it stays as it was, nothing has happened to the group but a rebalance that is not over. A group of which that
    cannot be had is left out. Raises KafkaUnavailable."""
    asked = "Look what is noted about the groups"
    if not full_ids or not (partitions := _offsets_partitions(asked=asked, timeout_s=timeout_s)):
        return {}
    homes = {full_id: (OFFSETS_TOPIC, partition_of(full_id, partitions)) for full_id in full_ids}
    ends = list_ends(set(homes.values()), asked=asked, timeout_s=timeout_s)
    return {full_id: ends[home] for full_id, home in homes.items() if home in ends}


def list_all_groups(*, timeout_s: float = TIMEOUT_S) -> dict[str, str]:
    """Every group of the cluster: {full id: state}. Raises KafkaUnavailable."""
    return {each.group_id: _state(each.state, each.type) for each in _list_all(timeout_s=timeout_s)}


def _list_all(*, timeout_s: float) -> Sequence[ConsumerGroupListing]:
    asked = "List the groups"

    def ask(within_s: float) -> ListConsumerGroupsResult:
        future = clients.admin().list_consumer_groups(request_timeout=within_s)
        answer: ListConsumerGroupsResult = settle(future, asked=asked, timeout_s=within_s + 1)
        if answer.errors:  # a broker said nothing, so groups that it coordinates may be missing
            raise no_answer(asked=asked, timeout_s=within_s)
        return answer

    return tuple(ask_twice(ask, asked=asked, timeout_s=timeout_s).valid or ())


def list_other_groups(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> tuple[Group, ...]:
    """The namespace's groups that are no consumer groups, such as share groups and streams groups. Raises KafkaUnavailable."""
    others = sorted(list_others(timeout_s=timeout_s).items())
    return tuple(other_group(namespace, full_id, notes) for full_id, notes in others if namespace.owns(full_id))


def list_others(*, timeout_s: float = TIMEOUT_S) -> dict[str, int]:
    """All groups that are no consumer groups: {full id: `Group.notes`}. Raises KafkaUnavailable."""
    if not (full_ids := list_other_ids(timeout_s=timeout_s)):
        return {}
    notes: Mapping[str, int] = {}
    try:
        notes = share_groups.notes_of_each(timeout_s=timeout_s)
    except ClusterError as error:  # such as a cluster on which the app may not read them
        _log.debug("no notes about share groups: %s", error)
    return {full_id: notes.get(full_id, 0) for full_id in full_ids}


def list_other_ids(*, timeout_s: float = TIMEOUT_S) -> frozenset[str]:
    """The full ids of all groups that are no consumer groups. The client leaves them out of its list of groups and tells
    only their ids, by a call of before there were kinds of groups. Raises KafkaUnavailable."""
    asked = "List the groups of other kinds"
    with translated(asked=asked):
        every = {str(each.id) for each in clients.admin().list_groups(timeout=timeout_s)}
    return frozenset(
        every - {each.group_id for each in _list_all(timeout_s=timeout_s)}
    )  # last: what is new is no other


def other_group(namespace: Namespace, full_id: str, notes: int) -> Group:
    return Group(namespace.short(full_id), state="", members=(), lags=(), protocol=OTHER, notes=notes)


def describe_group(namespace: Namespace, group_id: str, *, timeout_s: float = TIMEOUT_S) -> Group:
    """Members and lag of one group. Raises AppRefused, KafkaUnavailable, KafkaRefused (GROUP_ID_NOT_FOUND)."""
    asked = f"Describe the group {group_id}"
    full_id = namespace.full(group_id, thing="group")
    group = _describe({full_id: namespace}, asked=asked, timeout_s=timeout_s)[0]
    if group.state == "Dead":  # so Kafka's describe answers for a group that nobody has heard of
        raise KafkaRefused(
            code="GROUP_ID_NOT_FOUND",
            asked=asked,
            answered=f"The group id {group_id} does not exist: it is described as Dead, with no members.",
            advice="Look at the list of your groups: one appears when its first member joins.",
        )
    return group


def describe_groups(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> tuple[Group, ...]:
    """Every group of the namespace with members and lag; none is left out. Raises KafkaUnavailable."""
    ids = [namespace.prefix + each.group_id for each in list_every_group(namespace, timeout_s=timeout_s)]
    return describe_full_ids(dict.fromkeys(ids, namespace), timeout_s=timeout_s)


def describe_full_ids(owners: Mapping[str, Namespace], *, timeout_s: float = TIMEOUT_S) -> tuple[Group, ...]:
    """The groups of these full ids, each with the names of its own namespace, in their order. Raises KafkaUnavailable."""
    return tuple(_describe(owners, asked="Describe the groups", timeout_s=timeout_s))


def delete_groups(
    namespace: Namespace, group_ids: Iterable[str], *, timeout_s: float = TIMEOUT_S
) -> dict[str, ClusterError | None]:
    """For each group None when it is deleted with its offsets, else why not: one with members is NON_EMPTY_GROUP.

    Raises AppRefused or KafkaUnavailable, and then none was deleted.
    """
    asked = "Delete the groups"
    full_ids = {namespace.full(group_id, thing="group"): group_id for group_id in group_ids}
    list_metadata(asked=asked, timeout_s=timeout_s)
    deadline = time.monotonic() + timeout_s
    answers: dict[str, ClusterError | None] = {}
    for full_id, group_id in full_ids.items():

        def delete(coordinators: CoordinatorClient, within_s: float, full_id: str = full_id) -> None:
            settle(coordinators.delete_group(full_id), asked=asked, namespace=namespace, timeout_s=within_s)

        try:
            ask_coordinators(delete, timeout_s=deadline - time.monotonic())
        except ClusterError as error:
            answers[group_id] = error
        else:
            answers[group_id] = None
    return answers


def set_offset(
    namespace: Namespace, group_id: str, name: str, partition: int, offset: int, *, timeout_s: float = TIMEOUT_S
) -> None:
    """Commit an offset for a group that has no members: there the next one goes on.

    Raises AppRefused, TopicMissing, KafkaRefused (UNKNOWN_MEMBER_ID, NON_EMPTY_GROUP …), KafkaUnavailable.
    """
    asked = _("Set the offset of group %(group)s in %(topic)s") % {"group": group_id, "topic": name}
    full_id, full_name = namespace.full(group_id, thing="group"), namespace.full(name)
    topic = find_topic(full_name, asked=asked, namespace=namespace)
    refuse_missing_partition(topic, partition, asked=asked)
    wanted = ConsumerGroupTopicPartitions(full_id, [TopicPartition(full_name, partition, offset)])

    def commit(coordinators: CoordinatorClient, within_s: float) -> None:
        with translated(asked=asked, namespace=namespace):
            answer = settle(coordinators.set_offsets(wanted), asked=asked, namespace=namespace, timeout_s=within_s)
        for each in answer.topic_partitions or ():
            if each.error is not None:
                raise translate(each.error, asked=asked, namespace=namespace)

    ask_coordinators(commit, timeout_s=timeout_s)


def create_offsets_topic(*, timeout_s: float = 30.0) -> None:
    """See to it that `__consumer_offsets` exists: a fresh cluster has no internal topic to look at.

    Kafka creates it when somebody first looks for a group's coordinator. Does nothing where it is there.
    Raises KafkaUnavailable.
    """
    asked = f"Let Kafka create {OFFSETS_TOPIC}"
    if OFFSETS_TOPIC in list_metadata(asked=asked).topics:
        return
    # A consumer looks by itself, and an admin client must not (see coordinator_client.py).
    seeker = clients.new_consumer(**{"group.id": _APP_GROUP})
    try:
        deadline = time.monotonic() + timeout_s
        while OFFSETS_TOPIC not in list_metadata(asked=asked).topics:
            if time.monotonic() >= deadline:
                raise no_answer(asked=asked, timeout_s=timeout_s)
            time.sleep(_LOOK_EVERY_S)
    finally:
        clients.close(seeker)


def _describe(owners: Mapping[str, Namespace], *, asked: str, timeout_s: float) -> list[Group]:
    if not owners:
        return []
    return ask_twice(
        lambda within_s: _describe_once(owners, asked=asked, timeout_s=within_s), asked=asked, timeout_s=timeout_s
    )


def _describe_once(owners: Mapping[str, Namespace], *, asked: str, timeout_s: float) -> list[Group]:
    """All groups in three rounds, whatever their number: descriptions, committed offsets, ends."""

    def describe(
        coordinators: CoordinatorClient, within_s: float
    ) -> tuple[dict[str, ConsumerGroupDescription], dict[str, Committed]]:
        deadline = time.monotonic() + within_s
        described, committing = coordinators.describe_with_offsets(
            map(ConsumerGroupTopicPartitions, owners), within_s=within_s
        )
        descriptions = _settle_all(described, owners, asked=asked, deadline=deadline)
        answers = _settle_all(committing, owners, asked=asked, deadline=deadline)
        return descriptions, {full_id: _committed(answer) for full_id, answer in answers.items()}

    descriptions, committed = ask_coordinators(describe, timeout_s=timeout_s)
    read = {full_id: _partitions_read(descriptions[full_id], committed[full_id]) for full_id in owners}
    spans = list_spans(set().union(*read.values()), asked=asked, timeout_s=timeout_s)
    return [
        _group(owner, descriptions[full_id], _lags(owner, read[full_id], committed[full_id], spans))
        for full_id, owner in owners.items()
    ]


def _committed(answer: ConsumerGroupTopicPartitions) -> Committed:
    return {
        (each.topic, each.partition): each.offset
        for each in answer.topic_partitions or ()
        if each.offset >= 0 and each.error is None
    }


def _settle_all(
    futures: Mapping[str, Future[T]], owners: Mapping[str, Namespace], *, asked: str, deadline: float
) -> dict[str, T]:
    """Raises the first error, in the words of that group's owner."""
    return {
        full_id: settle(future, asked=asked, namespace=owners[full_id], timeout_s=max(0.0, deadline - time.monotonic()))
        for full_id, future in futures.items()
    }


def _partitions_read(description: ConsumerGroupDescription, committed: Committed) -> set[TopicPartitionKey]:
    assigned = {pair for member in description.members for pair in _assignment(member)}
    return assigned | committed.keys()


def _lags(
    namespace: Namespace,
    read: Iterable[TopicPartitionKey],
    committed: Committed,
    spans: dict[TopicPartitionKey, tuple[int, int]],
) -> tuple[Lag, ...]:
    """What was deleted since is not left to be read: the lag is what there is."""
    lags = []
    for key in sorted(read):
        position, (earliest, end) = committed.get(key), spans.get(key, (0, None))
        lag = None if position is None or end is None else end - max(position, earliest)
        lags.append(Lag(namespace.short(key[0]), key[1], position, end, lag))
    return tuple(lags)


def _group(namespace: Namespace, description: ConsumerGroupDescription, lags: tuple[Lag, ...]) -> Group:
    members = (_member(namespace, each) for each in description.members)
    return Group(
        group_id=namespace.short(description.group_id),
        state=_state(description.state, description.type),
        members=tuple(sorted(members, key=lambda member: (member.client_id, member.member_id))),
        lags=lags,
        protocol=_protocol(description.type),
    )


def _member(namespace: Namespace, member: MemberDescription) -> Member:
    assignment = tuple((namespace.short(topic), partition) for topic, partition in _assignment(member))
    return Member(member.client_id, member.host.lstrip("/"), assignment, member.member_id)


def _assignment(member: MemberDescription) -> list[TopicPartitionKey]:
    return sorted((each.topic, each.partition) for each in member.assignment.topic_partitions)


def _state(state: Enum, kind: Enum) -> str:
    """The client has no names for two states of KIP-848, Assigning and Reconciling, and gives both as unknown."""
    unknown = "Assigning or Reconciling" if kind is ConsumerGroupType.CONSUMER else "Unknown"
    return _STATES.get(state, unknown)


def _protocol(kind: Enum) -> str:
    return str(kind.name).lower()
