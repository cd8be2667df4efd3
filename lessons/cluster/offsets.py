"""The offsets of partitions, as leaders tell them: where the records begin, and where they end.

These ask for many partitions in one call. `records.offsets` is for one topic, and waits for its leaders.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from lessons.cluster import clients
from lessons.cluster.clients import TIMEOUT_S, settle
from lessons.cluster.errors import ClusterError, no_answer, translated
from lessons.cluster.metadata import find_topic, refuse_missing_partition
from lessons.cluster.namespace import Namespace
from lessons.words import _

EARLIEST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]
ENDS = {"earliest": EARLIEST, "latest": LATEST}
# librdkafka 2.16 ends the process when the time of this question is over while it is still being asked: it goes on with a queue
# that it has freed.
_SHORTEST_S = 0.2

_log = logging.getLogger(__name__)


def list_spans(
    partitions: Collection[tuple[str, int]],
    *,
    asked: str,
    isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
    timeout_s: float = TIMEOUT_S,
) -> dict[tuple[str, int], tuple[int, int]]:
    """{(topic, partition): (earliest, end)}; a pair without an answer is left out. With READ_COMMITTED the end is the last
    stable offset."""
    if isolation is IsolationLevel.READ_UNCOMMITTED:
        wanted, within_s = set(partitions), timeout_s / 2
        earliest, ends = (_list_at_once(wanted, spec, asked=asked, timeout_s=within_s) for spec in (EARLIEST, LATEST))
        return {pair: (earliest[pair], ends[pair]) for pair in earliest.keys() & ends.keys()}
    asking = [
        _ask_for_offsets(partitions, spec, asked=asked, isolation=isolation, timeout_s=timeout_s)
        for spec in (EARLIEST, LATEST)
    ]
    earliest, ends = (_offsets_answered(each, asked=asked, timeout_s=timeout_s) for each in asking)
    return {pair: (earliest[pair], ends[pair]) for pair in earliest.keys() & ends.keys()}


def list_ends(
    partitions: Iterable[tuple[str, int]], *, asked: str, timeout_s: float = TIMEOUT_S
) -> dict[tuple[str, int], int]:
    """Where the records of partitions end; a pair without an answer is left out."""
    return _list_at_once(set(partitions), LATEST, asked=asked, timeout_s=timeout_s)


def _list_at_once(
    wanted: AbstractSet[tuple[str, int]], spec: OffsetSpec, *, asked: str, timeout_s: float
) -> dict[tuple[str, int], int]:
    """Where partitions begin (EARLIEST) or end (LATEST).

    A consumer asks for all at once, at a quarter of what the admin client takes: that makes a future for each. But where one
    leader does not answer it has no answer at all, and none for a topic that was not there when it looked. What it left is
    asked for by the admin client, and then it looks again.
    """
    if not wanted:
        return {}
    deadline = time.monotonic() + timeout_s
    with translated(asked=asked):
        asker = clients.asker()
    logical = OFFSET_BEGINNING if spec is EARLIEST else OFFSET_END
    found = _ask_at_once(asker, [TopicPartition(*pair, logical) for pair in wanted], timeout_s=timeout_s / 2)
    if len(found) == len(wanted):
        return found
    left_s = max(0.0, deadline - time.monotonic())
    others = list_offsets(wanted - found.keys(), spec, asked=asked, timeout_s=left_s)
    if found:
        _look_again(asker, {topic for topic, _ in others}, timeout_s=timeout_s)
    return found | others


def _ask_at_once(asker: Consumer, places: list[TopicPartition], *, timeout_s: float) -> dict[tuple[str, int], int]:
    try:
        answered = asker.offsets_for_times(places, timeout=timeout_s)
    except KafkaException as error:
        _log.debug("the offsets are asked for one by one: %s", error)
        return {}
    clients.note_answer()
    return {(each.topic, each.partition): each.offset for each in answered if each.error is None and each.offset >= 0}


def _look_again(asker: Consumer, topics: Iterable[str], *, timeout_s: float) -> None:
    try:
        for topic in topics:
            asker.list_topics(topic, timeout=timeout_s)
    except KafkaException as error:
        _log.debug("not looked at again: %s", error)


def list_offsets(
    partitions: Iterable[tuple[str, int]], spec: OffsetSpec, *, asked: str, timeout_s: float = TIMEOUT_S
) -> dict[tuple[str, int], int]:
    """Offsets of (topic, partition) pairs in one call; a pair without an answer is left out."""
    asking = _ask_for_offsets(partitions, spec, asked=asked, timeout_s=timeout_s)
    return _offsets_answered(asking, asked=asked, timeout_s=timeout_s)


def stable_end(namespace: Namespace, name: str, partition: int, *, timeout_s: float = TIMEOUT_S) -> int:
    """How far a consumer can read: where the first transaction that is still open begins, or the end. Kafka calls it the
    last stable offset. Raises KafkaUnavailable."""
    asked = _("Look up the last stable offset of %(topic)s") % {"topic": name}
    pair, committed = (namespace.full(name), partition), IsolationLevel.READ_COMMITTED
    asking = _ask_for_offsets([pair], LATEST, asked=asked, isolation=committed, timeout_s=timeout_s)
    found = _offsets_answered(asking, asked=asked, timeout_s=timeout_s)
    if not found:
        raise no_answer(asked=asked, timeout_s=timeout_s)
    return found[pair]


def look_up(namespace: Namespace, name: str, partition: int, *, at: str | int, timeout_s: float = TIMEOUT_S) -> int:
    """A partition's offset at one of its ENDS, or at a time in ms since the epoch: that of the first record that is not
    older, and where all are older, the end.

    Raises AppRefused, TopicMissing, KafkaRefused, KafkaUnavailable.
    """
    asked = _("Look up the offsets of %(topic)s") % {"topic": name}
    topic = find_topic(namespace.full(name), asked=asked, namespace=namespace)
    refuse_missing_partition(topic, partition, asked=asked)

    def offset_at(spec: OffsetSpec) -> int:
        [future] = _ask_for_offsets(
            [(namespace.full(name), partition)], spec, asked=asked, timeout_s=timeout_s
        ).values()
        offset = int(settle(future, asked=asked, namespace=namespace, timeout_s=timeout_s + 0.2).offset)
        if offset < OFFSET_END:  # as in `_offsets_answered`
            raise no_answer(asked=asked, timeout_s=timeout_s)
        return offset

    if isinstance(at, str):
        return offset_at(ENDS[at])
    found = offset_at(OffsetSpec.for_timestamp(at))
    return offset_at(LATEST) if found == OFFSET_END else found  # so Kafka says that no record is as late


def delete_records(
    namespace: Namespace, name: str, partition: int, *, before: int, timeout_s: float = TIMEOUT_S
) -> int:
    """Delete a partition's records before an offset; with -1 all that there are. The offset where it begins then.

    Raises AppRefused, TopicMissing, KafkaRefused (OFFSET_OUT_OF_RANGE, POLICY_VIOLATION), KafkaUnavailable.
    """
    asked = _("Delete records of %(topic)s, partition %(partition)s") % {"topic": name, "partition": partition}
    topic = find_topic(namespace.full(name), asked=asked, namespace=namespace)
    refuse_missing_partition(topic, partition, asked=asked)
    place = TopicPartition(namespace.full(name), partition, OFFSET_END if before == -1 else before)
    with translated(asked=asked, namespace=namespace):
        [future] = clients.admin().delete_records([place], request_timeout=timeout_s).values()
    return int(settle(future, asked=asked, namespace=namespace, timeout_s=timeout_s + 1).low_watermark)


def _ask_for_offsets(
    partitions: Iterable[tuple[str, int]],
    spec: OffsetSpec,
    *,
    asked: str,
    isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
    timeout_s: float,
) -> dict[TopicPartition, Future[Any]]:
    wanted = {TopicPartition(topic, partition): spec for topic, partition in partitions}
    if not wanted:
        return {}
    with translated(asked=asked):
        asking: dict[TopicPartition, Future[Any]] = clients.admin().list_offsets(
            wanted, isolation_level=isolation, request_timeout=max(_SHORTEST_S, timeout_s)
        )
    return asking


def _offsets_answered(
    futures: dict[TopicPartition, Future[Any]], *, asked: str, timeout_s: float
) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    deadline = time.monotonic() + timeout_s + 0.2
    for pair, future in futures.items():
        try:
            result = settle(future, asked=asked, timeout_s=max(0.0, deadline - time.monotonic()))
        except ClusterError as error:
            _log.debug("no offset for %s [%d]: %s", pair.topic, pair.partition, error.code)
        else:
            # A leader that was asked and did not answer in time is no error to the client: it gives -1001.
            if result.offset >= 0:
                found[pair.topic, pair.partition] = result.offset
    return found
