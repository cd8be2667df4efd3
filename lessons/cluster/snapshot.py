"""A snapshot of the cluster, and what takes it.

It is taken by a list of topics, which works whatever else is down. Lists name no topic ids, and a topic that was deleted
and created again between two snapshots may look the same: so each snapshot also describes topics by name: the unknown
ones, those that end before they did, and a few that were not described for longest.

A topic that is as it was is the same object in the next snapshot: to find out what has changed costs next to nothing,
and of a thousand topics nearly all are as they were.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from confluent_kafka.admin import ClusterMetadata

from lessons.cluster.errors import ClusterError
from lessons.cluster.groups import Group
from lessons.cluster.metadata import Topic, TopicMemory, describe, list_metadata
from lessons.cluster.namespace import Namespace, prefix_of
from lessons.cluster.offsets import list_ends, list_spans
from lessons.cluster.topics import usual_replicas

_log = logging.getLogger(__name__)

Ends = Mapping[tuple[str, int], int]
Readable = Mapping[tuple[str, int], tuple[int, int]]
T = TypeVar("T")
Groups = Mapping[str, tuple[Group, ...]]
_ASKED = "Look at the cluster"


@dataclass(frozen=True)
class OwnBrokers:
    """What this machine knows of brokers of its own, and no client can ask for: which do not run, whatever the others still
    list, and which of them led the controllers when they last noted it (it may have gone since); None: not known."""

    gone: Callable[[], AbstractSet[int]] = frozenset
    quorum_leader: Callable[[], int | None] = lambda: None


@dataclass(frozen=True)
class Broker:
    """A broker that was seen once stays in the snapshot, with `up` False while it is gone.

    One that was never seen, and that replicas are known to live on, has an empty host and the port 0.
    """

    id: int
    host: str
    port: int
    up: bool


@dataclass(frozen=True)
class Snapshot:
    """What the cluster looked like. Names are full ones; `topic_id` of a topic is None while not known.

    Without a quorum (known of one's own brokers alone) most controllers are gone: Kafka still lists what it listed before.
    `quorum_leader` leads the controllers; None while none does, or where that is not known.
    With a `problem` (a sentence) nothing was learnt: every broker is down, as far as we can see, and the topics
    are those of the last good snapshot, kept so that something can be drawn. Judge nothing from them.
    `ends` has the end offsets of the seats' topics that were asked for, those that could be had; `readable` of fewer seats
    (earliest, last stable offset). `groups` has, by the prefix of each seat that was asked for, its groups as they were
    read last; their names are the seat's own.
    """

    taken_at: float  # time.time()
    cluster_id: str | None
    brokers: tuple[Broker, ...]
    topics: tuple[Topic, ...]
    problem: str | None
    ends: Ends = field(default_factory=lambda: MappingProxyType({}))
    readable: Readable = field(default_factory=lambda: MappingProxyType({}))
    groups: Groups = field(default_factory=lambda: MappingProxyType({}))
    has_quorum: bool = True
    quorum_leader: int | None = None

    def topics_of(self, namespace: Namespace) -> tuple[Topic, ...]:
        """A seat's own."""
        return self._by_prefix.get(namespace.prefix, ())

    def groups_of(self, namespace: Namespace) -> tuple[Group, ...] | None:
        """A seat's own; None while they were not read."""
        return self.groups.get(namespace.prefix)

    @cached_property
    def internal_topics(self) -> tuple[Topic, ...]:
        return tuple(topic for topic in self.topics if topic.internal)

    @property
    def _of_all(self) -> tuple[object, ...]:
        return self.brokers, self.problem, self.quorum_leader

    @cached_property
    def _by_prefix(self) -> dict[str, tuple[Topic, ...]]:
        """Sorted out once for all the seats that look."""
        found: dict[str, list[Topic]] = {}
        for topic in self.topics:
            found.setdefault(prefix_of(topic.name), []).append(topic)
        return {prefix: tuple(topics) for prefix, topics in found.items()}

    def changed_since(self, earlier: Snapshot | None) -> set[str] | None:
        """The prefixes of the seats for which something is not as it was; None: for everybody."""
        if earlier is None or earlier._of_all != self._of_all:
            return None
        if earlier.internal_topics != self.internal_topics:
            return None
        changed = {prefix for prefix, groups in self.groups.items() if earlier.groups.get(prefix) != groups}
        before = {topic.name: topic for topic in earlier.topics}
        if earlier.topics != self.topics:
            now = {topic.name: topic for topic in self.topics}
            changed |= {prefix_of(name) for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        changed |= _prefixes_of_others(earlier.ends, self.ends) | _prefixes_of_others(earlier.readable, self.readable)
        return changed


def _prefixes_of_others(before: Mapping[tuple[str, int], Any], now: Mapping[tuple[str, int], Any]) -> set[str]:
    """Of the partitions of which something else is said."""
    if before == now:
        return set()
    return {prefix_of(pair[0]) for pair in before.keys() | now.keys() if before.get(pair) != now.get(pair)}


@dataclass(frozen=True)
class TakerSettings:
    """Bounds of one snapshot. `described`: building Python's objects of more would hold up everybody else, every second.
    `looked_again`: of those that are known; one that was created anew between two snapshots is seen by its ends, or when
    its turn comes."""

    list_timeout_s: float = 2.0
    detail_timeout_s: float = 1.0
    detail_pause_s: float = 5.0
    described: int = 50
    looked_again: int = 7


class SnapshotTaker:
    """Takes snapshots, and remembers between them: brokers once seen, topic ids, when to try again."""

    def __init__(self, settings: TakerSettings | None = None, *, own: OwnBrokers | None = None) -> None:
        self._settings = settings or TakerSettings()
        self._own = own or OwnBrokers()
        self._last: Snapshot | None = None
        self._memory = TopicMemory()
        self._described_at: dict[str, float] = {}
        self._no_details_until = 0.0

    def take(
        self,
        prefixes: AbstractSet[str] = frozenset(),
        *,
        bounded: AbstractSet[str] = frozenset(),
        only: AbstractSet[str] | None = None,
    ) -> Snapshot:
        """A snapshot of now; never raises ClusterError, and takes a few seconds at most.

        It has the end offsets of the topics with these prefixes, and with those of `bounded` what is readable. With `only`,
        details are asked for with those prefixes alone, and the others' are those of the last snapshot.
        """
        try:
            metadata = list_metadata(asked=_ASKED, timeout_s=self._settings.list_timeout_s)
        except ClusterError as error:
            self._last = self._failed(error)
        else:
            self._last = self._seen(metadata, prefixes, bounded, only)
        return self._last

    def take_ends(self, prefixes: AbstractSet[str], *, bounded: AbstractSet[str] = frozenset()) -> Snapshot | None:
        """The last snapshot with the end offsets of these seats as they are now; None where there is none to go on
        from. For an act that made no topic and took none away: a list of a thousand topics costs 20 ms."""
        last = self._last
        if last is None or last.problem or time.monotonic() < self._no_details_until:
            return None
        try:
            own = [topic for prefix in prefixes for topic in last._by_prefix.get(prefix, ())]
            ends = _without(last.ends, prefixes) | self._ends(own, prefixes)
            readable = _without(last.readable, prefixes) | self._readable(own, prefixes & bounded)
        except ClusterError as error:
            self._give_details_a_rest(error)
            return None
        self._last = replace(
            last, taken_at=time.time(), ends=MappingProxyType(ends), readable=MappingProxyType(readable)
        )
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

    def _seen(
        self,
        metadata: ClusterMetadata,
        prefixes: AbstractSet[str],
        bounded: AbstractSet[str],
        only: AbstractSet[str] | None,
    ) -> Snapshot:
        listed = self._memory.listed(metadata)
        ends: dict[tuple[str, int], int] = {}
        readable: dict[tuple[str, int], tuple[int, int]] = {}
        if self._last is None or self._last.problem:
            only = None
        elif only is not None:
            ends, readable = _without(self._last.ends, only), _without(self._last.readable, only)
        try:
            if time.monotonic() >= self._no_details_until:
                usual_replicas(timeout_s=self._settings.detail_timeout_s)  # for the forms, which do not wait for Kafka
                self._learn_ids([topic.name for topic in listed], only)
                ends |= self._ends(listed, prefixes if only is None else prefixes & only)
                readable |= self._readable(listed, bounded if only is None else bounded & only)
                self._forget_what_begins_anew(ends)
        except ClusterError as error:
            self._give_details_a_rest(error)
        gone, leader = self._own.gone(), self._own.quorum_leader()
        brokers = self._brokers(metadata, listed, gone)
        has_quorum = 2 * len(gone) < max(1, len(brokers))
        return Snapshot(
            taken_at=time.time(),
            cluster_id=metadata.cluster_id,
            brokers=brokers,
            topics=tuple(self._memory.with_id(topic) for topic in listed),
            problem=None,
            ends=MappingProxyType(ends),
            readable=MappingProxyType(readable),
            has_quorum=has_quorum,
            quorum_leader=leader if has_quorum and leader not in gone else None,
        )

    def _give_details_a_rest(self, error: ClusterError) -> None:
        """A broker has just gone: go on with what is known rather than hold every snapshot up."""
        _log.debug("no details of the cluster: %s", error)
        self._no_details_until = time.monotonic() + self._settings.detail_pause_s

    def _learn_ids(self, names: list[str], only: AbstractSet[str] | None) -> None:
        """Describe the unknown topics, those of `only`, and some whose description is the oldest."""
        living, most = set(names), self._settings
        self._described_at = {name: at for name, at in self._described_at.items() if name in living}
        first = [name for name in names if name not in self._described_at or prefix_of(name) in (only or ())]
        known = sorted(self._described_at.keys() - first, key=lambda name: self._described_at[name])
        wanted = first[: most.described] + (known[: most.looked_again] if only is None else [])
        found = describe(wanted, asked=_ASKED, timeout_s=most.detail_timeout_s) if wanted else {}
        self._memory.learn_ids(found.values())
        self._described_at.update(dict.fromkeys(found, time.monotonic()))

    def _forget_what_begins_anew(self, ends: Ends) -> None:
        """A topic that ends before it did is another one of the same name."""
        before = self._last.ends if self._last else {}
        for (name, partition), end in ends.items():
            if end < before.get((name, partition), 0):
                self._described_at.pop(name, None)

    def _ends(self, topics: Iterable[Topic], prefixes: AbstractSet[str]) -> dict[tuple[str, int], int]:
        return _ends(topics, prefixes, timeout_s=self._settings.detail_timeout_s)

    def _readable(self, topics: Iterable[Topic], prefixes: AbstractSet[str]) -> dict[tuple[str, int], tuple[int, int]]:
        timeout_s = self._settings.detail_timeout_s
        return list_spans(_pairs(topics, prefixes), asked=_ASKED, committed=True, timeout_s=timeout_s)

    def _brokers(
        self, metadata: ClusterMetadata, listed: Iterable[Topic], gone: AbstractSet[int]
    ) -> tuple[Broker, ...]:
        homes = {home for topic in listed for partition in topic.partitions for home in partition.replicas}
        brokers = {broker_id: Broker(broker_id, "", 0, up=False) for broker_id in homes}
        for broker in self._last.brokers if self._last else ():
            brokers[broker.id] = replace(broker, up=False)
        for each in metadata.brokers.values():
            brokers[each.id] = Broker(each.id, str(each.host), each.port, up=each.id not in gone)
        return tuple(brokers[broker_id] for broker_id in sorted(brokers))


def with_ends(snapshot: Snapshot, namespace: Namespace) -> Snapshot:
    """The same snapshot with the end offsets of this seat's topics, as far as they can be had now."""
    try:
        ends = _ends(snapshot.topics_of(namespace), {namespace.prefix}, timeout_s=TakerSettings().detail_timeout_s)
    except ClusterError:
        return snapshot
    return replace(snapshot, ends=MappingProxyType(ends))


def _ends(topics: Iterable[Topic], prefixes: AbstractSet[str], *, timeout_s: float) -> dict[tuple[str, int], int]:
    return list_ends(_pairs(topics, prefixes), asked=_ASKED, timeout_s=timeout_s)


def _pairs(topics: Iterable[Topic], prefixes: AbstractSet[str]) -> list[tuple[str, int]]:
    """The partitions that have a leader, of the topics with these prefixes."""
    chosen = [topic for topic in topics if prefix_of(topic.name) in prefixes]
    return [(topic.name, each.id) for topic in chosen for each in topic.partitions if each.leader is not None]


def _without(of: Mapping[tuple[str, int], T], prefixes: AbstractSet[str]) -> dict[tuple[str, int], T]:
    return {pair: value for pair, value in of.items() if prefix_of(pair[0]) not in prefixes}
