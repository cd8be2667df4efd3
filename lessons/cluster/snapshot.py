"""A picture of the cluster, and who takes it.

It is taken by a list of topics, which works whatever else is down. Lists name no topic ids, and a topic that
was deleted and created again between two pictures may look the same: so each picture also describes topics by
name, all of them while they are few (100 in 8 to 15 ms), the unknown and the longest unseen ones first.

A picture in between, after an act, asks for such details of those seats alone that did something: with three hundred
seats there are fifteen acts a second, and a thousand topics.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from confluent_kafka.admin import ClusterMetadata

from lessons.cluster.errors import ClusterError
from lessons.cluster.metadata import Topic, describe, list_metadata, topics_of
from lessons.cluster.namespace import Namespace, prefix_of
from lessons.cluster.records import LATEST, list_offsets

LIST_TIMEOUT_S = 2.0
DETAIL_TIMEOUT_S = 1.0
DETAIL_PAUSE_S = 5.0
MAX_DESCRIBED = 150  # in each picture: building Python's objects of them holds up everybody else

_log = logging.getLogger(__name__)

Ends = Mapping[tuple[str, int], int]
_ASKED = "Look at the cluster"


@dataclass(frozen=True)
class Broker:
    """A broker that was seen once stays in the picture, with `up` False while it is gone.

    One that was never seen, and that replicas are known to live on, has an empty host and the port 0.
    """

    id: int
    host: str
    port: int
    up: bool


@dataclass(frozen=True)
class Snapshot:
    """What the cluster looked like. Names are full ones; `topic_id` of a topic is None while not known.

    With a `problem` (a sentence) nothing was learnt: every broker is down, as far as we can see, and the topics
    are those of the last good picture, kept so that something can be drawn. Judge nothing from them.
    `ends` has the end offsets of the seats' topics that were asked for, those that could be had.
    """

    taken_at: float  # time.time()
    cluster_id: str | None
    brokers: tuple[Broker, ...]
    topics: tuple[Topic, ...]
    problem: str | None
    ends: Ends = field(default_factory=lambda: MappingProxyType({}))

    def topics_of(self, namespace: Namespace) -> tuple[Topic, ...]:
        """A seat's own."""
        return self._by_prefix.get(namespace.prefix, ())

    @cached_property
    def internal_topics(self) -> tuple[Topic, ...]:
        return tuple(topic for topic in self.topics if topic.internal)

    @cached_property
    def _by_prefix(self) -> dict[str, tuple[Topic, ...]]:
        """Sorted out once for all the seats that look."""
        found: dict[str, list[Topic]] = {}
        for topic in self.topics:
            found.setdefault(prefix_of(topic.name), []).append(topic)
        return {prefix: tuple(topics) for prefix, topics in found.items()}


class Eye:
    """Takes the pictures, and remembers between them: brokers once seen, topic ids, when to try again."""

    def __init__(self, *, max_described: int = MAX_DESCRIBED) -> None:
        self._max_described = max_described
        self._last: Snapshot | None = None
        self._known: dict[str, Topic] = {}
        self._described_at: dict[str, float] = {}
        self._no_details_until = 0.0

    def look(self, prefixes: AbstractSet[str] = frozenset(), *, only: AbstractSet[str] | None = None) -> Snapshot:
        """A picture of now; never raises ClusterError, and takes a few seconds at most.

        It has the end offsets of the topics with these prefixes. With `only`, details are asked for with those prefixes
        alone, and the others' are those of the last picture.
        """
        try:
            metadata = list_metadata(asked=_ASKED, timeout_s=LIST_TIMEOUT_S)
        except ClusterError as error:
            self._last = self._failed(error)
        else:
            self._last = self._seen(metadata, prefixes, only)
        return self._last

    def _failed(self, error: ClusterError) -> Snapshot:
        last = self._last
        return Snapshot(
            taken_at=time.time(),
            cluster_id=last.cluster_id if last else None,
            brokers=tuple(replace(broker, up=False) for broker in last.brokers) if last else (),
            topics=last.topics if last else (),
            problem=f"The cluster does not answer. {error.answered}",
        )

    def _seen(self, metadata: ClusterMetadata, prefixes: AbstractSet[str], only: AbstractSet[str] | None) -> Snapshot:
        listed = topics_of(metadata)
        ends: dict[tuple[str, int], int] = {}
        if self._last is None or self._last.problem:
            only = None
        elif only is not None:
            ends = {key: end for key, end in self._last.ends.items() if prefix_of(key[0]) not in only}
        try:
            if time.monotonic() >= self._no_details_until:
                self._learn_ids([topic.name for topic in listed], only)
                ends |= _ends(listed, prefixes if only is None else prefixes & only)
        except ClusterError as error:
            # A broker has just gone: go on with what is known rather than hold every picture up.
            _log.debug("no details of the cluster: %s", error)
            self._no_details_until = time.monotonic() + DETAIL_PAUSE_S
        return Snapshot(
            taken_at=time.time(),
            cluster_id=metadata.cluster_id,
            brokers=self._brokers(metadata, listed),
            topics=tuple(self._with_id(topic) for topic in listed),
            problem=None,
            ends=MappingProxyType(ends),
        )

    def _learn_ids(self, names: list[str], only: AbstractSet[str] | None) -> None:
        """Describe the unknown topics and those whose description is the oldest, up to the limit."""
        living = set(names)
        self._known = {name: topic for name, topic in self._known.items() if name in living}
        self._described_at = {name: at for name, at in self._described_at.items() if name in living}
        if only is not None:
            names = [name for name in names if name not in self._known or prefix_of(name) in only]
        names.sort(key=lambda name: self._described_at.get(name, 0.0))
        found = describe(names[: self._max_described], asked=_ASKED, timeout_s=DETAIL_TIMEOUT_S)
        self._known.update(found)
        self._described_at.update(dict.fromkeys(found, time.monotonic()))

    def _with_id(self, listed: Topic) -> Topic:
        known = self._known.get(listed.name)
        return listed if known is None else replace(listed, topic_id=known.topic_id, internal=known.internal)

    def _brokers(self, metadata: ClusterMetadata, listed: Iterable[Topic]) -> tuple[Broker, ...]:
        homes = {home for topic in listed for partition in topic.partitions for home in partition.replicas}
        brokers = {broker_id: Broker(broker_id, "", 0, up=False) for broker_id in homes}
        for broker in self._last.brokers if self._last else ():
            brokers[broker.id] = replace(broker, up=False)
        for each in metadata.brokers.values():
            brokers[each.id] = Broker(each.id, str(each.host), each.port, up=True)
        return tuple(brokers[broker_id] for broker_id in sorted(brokers))


def with_ends(snapshot: Snapshot, namespace: Namespace) -> Snapshot:
    """The same picture with the end offsets of this seat's topics, as far as they can be had now."""
    try:
        return replace(snapshot, ends=MappingProxyType(_ends(snapshot.topics, {namespace.prefix})))
    except ClusterError:
        return snapshot


def _ends(topics: Iterable[Topic], prefixes: AbstractSet[str]) -> dict[tuple[str, int], int]:
    chosen = [topic for topic in topics if prefix_of(topic.name) in prefixes]
    pairs = [(topic.name, each.id) for topic in chosen for each in topic.partitions if each.leader is not None]
    return list_offsets(pairs, LATEST, asked=_ASKED, timeout_s=DETAIL_TIMEOUT_S)
