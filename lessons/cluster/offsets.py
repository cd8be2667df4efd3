"""The offsets of partitions, as leaders tell them: where the records begin, and where they end.

These ask for many partitions in one call. `records.offsets` is for one topic, and waits for its leaders.

They ask by a consumer, never by an admin client: its question for offsets ends the process now and then. While it does not
know all leaders yet, its `list_offsets` and `delete_records` use memory that another of its threads may have freed
(librdkafka 2.16; sixteen threads that ask for missing topics: a crash within seconds).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from lessons.cluster import clients
from lessons.cluster.clients import TIMEOUT_S, settle
from lessons.cluster.errors import ClusterError, no_answer, translated
from lessons.cluster.metadata import ask_twice, find_topic, list_metadata, refuse_missing_partition
from lessons.cluster.namespace import Namespace
from lessons.words import _

Pair = tuple[str, int]
ENDS = {"earliest": OFFSET_BEGINNING, "latest": OFFSET_END}

_BY_NAME = 5  # topics that are looked at one by one: a list of a thousand takes some milliseconds

_log = logging.getLogger(__name__)


def list_spans(
    partitions: Collection[Pair], *, asked: str, committed: bool = False, timeout_s: float = TIMEOUT_S
) -> dict[Pair, tuple[int, int]]:
    """{(topic, partition): (earliest, end)}; a pair without an answer is left out. With `committed` the end is the last
    stable offset."""
    wanted, within_s = set(partitions), timeout_s / 2
    earliest, ends = (
        _list_at_once(wanted, where, asked=asked, committed=committed, timeout_s=within_s) for where in ENDS.values()
    )
    return {pair: (earliest[pair], ends[pair]) for pair in earliest.keys() & ends.keys()}


def list_ends(partitions: Iterable[Pair], *, asked: str, timeout_s: float = TIMEOUT_S) -> dict[Pair, int]:
    """Where the records of partitions end; a pair without an answer is left out."""
    return _list_at_once(set(partitions), OFFSET_END, asked=asked, timeout_s=timeout_s)


def _list_at_once(
    wanted: AbstractSet[Pair], where: int, *, asked: str, committed: bool = False, timeout_s: float
) -> dict[Pair, int]:
    """Where partitions begin or end. All in one question; where one leader does not answer that has no answer at all, and
    then each leader is asked by itself."""
    if not wanted:
        return {}
    deadline = time.monotonic() + timeout_s
    with translated(asked=asked):
        asker = clients.asker(committed=committed)
    try:
        answered = _ask(asker, wanted, where, timeout_s=timeout_s / 2)
    except KafkaException as error:
        _log.debug("each leader is asked by itself: %s", error)
        answered = _ask_each_leader(asker, wanted, where, asked=asked, until=deadline)
    return {
        pair: each.offset for pair, each in answered.items() if pair in wanted and not each.error and each.offset >= 0
    }


def _ask(asker: Consumer, pairs: Collection[Pair], where: int, *, timeout_s: float) -> dict[Pair, TopicPartition]:
    """What is told of each, perhaps an error. Raises KafkaException if not all is told in time."""
    answered = _offsets_of(asker, pairs, where, timeout_s=timeout_s / 2)
    lacking = [pair for pair, each in answered.items() if each.error]
    if lacking:  # perhaps it was not there, or led by another one, when the consumer looked
        topics = {topic for topic, _ in lacking}
        if len(topics) > _BY_NAME:
            asker.list_topics(timeout=timeout_s / 4)
        else:
            for topic in topics:
                asker.list_topics(topic, timeout=timeout_s / 4)
        answered |= _offsets_of(asker, lacking, where, timeout_s=timeout_s / 4)
    clients.note_answer()
    return answered


def _offsets_of(asker: Consumer, pairs: Iterable[Pair], where: int, *, timeout_s: float) -> dict[Pair, TopicPartition]:
    answered = asker.offsets_for_times([TopicPartition(*pair, where) for pair in pairs], timeout=timeout_s)
    return {(each.topic, each.partition): each for each in answered}


def _ask_each_leader(
    asker: Consumer, pairs: Collection[Pair], where: int, *, asked: str, until: float
) -> dict[Pair, TopicPartition]:
    try:
        left_s = max(0.0, until - time.monotonic())
        topics = ask_twice(
            lambda within_s: list_metadata(asked=asked, timeout_s=within_s), asked=asked, timeout_s=left_s
        ).topics
    except ClusterError as error:
        _log.debug("nobody knows the leaders: %s", error.code)
        return {}
    by_leader: dict[int, list[Pair]] = {}
    for topic, partition in pairs:
        found = topics[topic].partitions.get(partition) if topic in topics else None
        if found is not None and found.leader >= 0:
            by_leader.setdefault(found.leader, []).append((topic, partition))

    def ask_one(led: list[Pair]) -> dict[Pair, TopicPartition]:
        try:
            return _ask(asker, led, where, timeout_s=max(0.0, until - time.monotonic()))
        except KafkaException as error:
            _log.debug("a leader did not answer: %s", error)
            return {}

    with ThreadPoolExecutor(max_workers=max(1, len(by_leader))) as pool:
        return {pair: each for answered in pool.map(ask_one, by_leader.values()) for pair, each in answered.items()}


def stable_end(namespace: Namespace, name: str, partition: int, *, timeout_s: float = TIMEOUT_S) -> int:
    """How far a consumer can read: where the first transaction that is still open begins, or the end. Kafka calls it the
    last stable offset. Raises KafkaUnavailable."""
    asked = _("Look up the last stable offset of %(topic)s") % {"topic": name}
    pair = (namespace.full(name), partition)
    found = _list_at_once({pair}, OFFSET_END, asked=asked, committed=True, timeout_s=timeout_s)
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
    pair = (namespace.full(name), partition)

    def offset_at(where: int) -> int:
        with translated(asked=asked, namespace=namespace):
            [found] = _ask(clients.asker(), [pair], where, timeout_s=timeout_s).values()
            if found.error:
                raise KafkaException(found.error)
        return int(found.offset)

    if isinstance(at, str):
        return offset_at(ENDS[at])
    found = offset_at(at)
    return offset_at(OFFSET_END) if found == OFFSET_END else found  # so Kafka says that no record is as late


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
        if refused := without_leader(clients.admin(), [place], timeout_s=timeout_s):
            raise KafkaException(refused[place])
        [future] = clients.admin().delete_records([place], request_timeout=timeout_s).values()
    return int(settle(future, asked=asked, namespace=namespace, timeout_s=timeout_s + 1).low_watermark)


def without_leader(
    client: AdminClient, places: Iterable[TopicPartition], *, timeout_s: float
) -> dict[TopicPartition, KafkaError]:
    """Those of the places that an admin client must not be asked to look up or to empty, each with what it would answer.

    It has just learned the leaders of all others. Raises KafkaException.
    """
    topics = cast(Any, client).list_topics(timeout=timeout_s).topics
    found: dict[TopicPartition, KafkaError] = {}
    for place in places:
        topic = topics.get(place.topic)
        partition = topic and topic.partitions.get(place.partition)
        if topic is None:
            found[place] = KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
        elif partition is None:
            found[place] = KafkaError(KafkaError._UNKNOWN_PARTITION)
        elif partition.leader < 0:
            found[place] = KafkaError(KafkaError.LEADER_NOT_AVAILABLE)
    return found
