"""One picture of the cluster a second, for everybody in this process who looks.

It is taken by a list of topics, which works whatever else is down. Lists name no topic ids, and a topic that
was deleted and created again between two pictures may look the same: so each picture also describes topics by
name, all of them while they are few (200 in 15 to 30 ms), the unknown and the longest unseen ones first.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from confluent_kafka.admin import ClusterMetadata

from lessons.cluster import clients
from lessons.cluster.errors import ClusterError
from lessons.cluster.metadata import Topic, describe, list_metadata, topics_of
from lessons.cluster.records import LATEST, list_offsets

INTERVAL_S = 1.0
MIN_GAP_S = 0.1  # however often it is poked
LIST_TIMEOUT_S = 2.0
DETAIL_TIMEOUT_S = 1.0
DETAIL_PAUSE_S = 5.0
MAX_DESCRIBED = 500

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
    `ends` has the end offsets of the topics that subscribers asked for, those that could be had.
    """

    taken_at: float  # time.time()
    cluster_id: str | None
    brokers: tuple[Broker, ...]
    topics: tuple[Topic, ...]
    problem: str | None
    ends: Ends = field(default_factory=lambda: MappingProxyType({}))


Callback = Callable[[Snapshot], None]
Chooser = Callable[[str], bool]


class Eye:
    """Takes the pictures, and remembers between them: brokers once seen, topic ids, when to try again."""

    def __init__(self, *, max_described: int = MAX_DESCRIBED) -> None:
        self._max_described = max_described
        self._last: Snapshot | None = None
        self._known: dict[str, Topic] = {}
        self._described_at: dict[str, float] = {}
        self._no_details_until = 0.0

    def look(self, ends_of: Chooser = lambda name: False) -> Snapshot:
        """A picture of now; never raises ClusterError, and takes a few seconds at most."""
        try:
            metadata = list_metadata(asked=_ASKED, timeout_s=LIST_TIMEOUT_S)
        except ClusterError as error:
            self._last = self._failed(error)
        else:
            self._last = self._seen(metadata, ends_of)
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

    def _seen(self, metadata: ClusterMetadata, ends_of: Chooser) -> Snapshot:
        listed = topics_of(metadata)
        ends: dict[tuple[str, int], int] = {}
        try:
            if time.monotonic() >= self._no_details_until:
                self._learn_ids([topic.name for topic in listed])
                ends = _ends(listed, ends_of)
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

    def _learn_ids(self, names: list[str]) -> None:
        """Describe the unknown topics and those whose description is the oldest, up to the limit."""
        living = set(names)
        self._known = {name: topic for name, topic in self._known.items() if name in living}
        self._described_at = {name: at for name, at in self._described_at.items() if name in living}
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


def with_ends(snapshot: Snapshot, ends_of: Chooser) -> Snapshot:
    """The same picture with the end offsets of the chosen topics, as far as they can be had now."""
    try:
        return replace(snapshot, ends=MappingProxyType(_ends(snapshot.topics, ends_of)))
    except ClusterError:
        return snapshot


class SnapshotService:
    """Pictures for subscribers, by one thread that runs only while there are any."""

    def __init__(self, *, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._eye = Eye()
        self._connection: clients.Connection | None = None  # whose pictures these are
        self._looking = threading.Lock()  # held while a picture is taken
        self._lock = threading.Lock()  # held for moments, around what follows
        self._subscriptions: dict[object, tuple[Callback, Chooser | None]] = {}
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._latest: Snapshot | None = None
        self._begun_at = 0.0  # when the latest picture was begun
        self._wanted_since = 0.0  # a picture that was begun before this is not fresh

    def subscribe(self, callback: Callback, *, ends_of: Chooser | None = None) -> Callable[[], None]:
        """Call back with each picture, from the service's thread, at once first; returns the way out.

        A picture that is on its way at that moment may still be called back with.
        `ends_of` says of a full name whether the picture shall have that topic's end offsets, for example
        `namespace.owns`; topics that are created later are asked about as well.
        """
        key = object()
        with self._lock:
            self._subscriptions[key] = (callback, ends_of)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kafka-snapshot", daemon=True)
                self._thread.start()
        self._wake.set()
        return lambda: self._unsubscribe(key)

    def poke(self) -> None:
        """Something was done to the cluster: take a picture now, and take no earlier one for fresh."""
        with self._lock:
            self._wanted_since = time.monotonic()
        self._wake.set()

    def latest(self, *, max_age_s: float = 2.0) -> Snapshot:
        """A picture that is no older than that and than the last `poke`; taken here when there is none."""
        with self._lock:
            oldest = max(self._wanted_since, time.monotonic() - max_age_s)
        if (fresh := self._fresh(oldest)) is not None:
            return fresh
        with self._looking:  # whoever waited here for another's picture may use that one
            return self._fresh(oldest) or self._look()

    @property
    def running(self) -> bool:
        return self._thread is not None

    def _fresh(self, oldest: float) -> Snapshot | None:
        with self._lock:
            here = self._connection == clients.connection()
            return self._latest if self._latest and here and self._begun_at >= oldest else None

    def _look(self) -> Snapshot:
        """Take a picture; the caller holds `_looking`."""
        begun_at, connection = time.monotonic(), clients.connection()
        if connection != self._connection:
            self._eye = Eye()
        with self._lock:
            choosers = {chooser for _, chooser in self._subscriptions.values() if chooser}
        snapshot = self._eye.look(lambda name: any(chooser(name) for chooser in choosers))
        with self._lock:
            self._latest, self._begun_at, self._connection = snapshot, begun_at, connection
        return snapshot

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            self._subscriptions.pop(key, None)
        self._wake.set()

    def _run(self) -> None:
        while self._go_on():
            self._wake.clear()  # before the look: what is poked during it wants another
            began = time.monotonic()
            try:
                self._look_and_tell()
            except Exception:  # a thread that died would leave every page with its last picture
                _log.exception("no picture of the cluster could be taken")
            time.sleep(max(0.0, began + MIN_GAP_S - time.monotonic()))
            self._wake.wait(max(0.0, began + self._interval_s - time.monotonic()))

    def _look_and_tell(self) -> None:
        with self._looking:
            snapshot = self._look()
        with self._lock:
            callbacks = [callback for callback, _ in self._subscriptions.values()]
        for callback in callbacks:
            _call(callback, snapshot)

    def _go_on(self) -> bool:
        """Whether anybody looks; else the thread says goodbye in the same moment, so that none is lost."""
        with self._lock:
            if not self._subscriptions:
                self._thread = None
            return self._thread is not None


def _call(callback: Callback, snapshot: Snapshot) -> None:
    try:
        callback(snapshot)
    except Exception:  # one subscriber's trouble is not the others'
        _log.exception("a subscriber of the cluster's picture failed")


def _ends(topics: Iterable[Topic], wanted: Chooser) -> dict[tuple[str, int], int]:
    chosen = [topic for topic in topics if wanted(topic.name)]
    pairs = [(topic.name, each.id) for topic in chosen for each in topic.partitions if each.leader is not None]
    return list_offsets(pairs, LATEST, asked=_ASKED, timeout_s=DETAIL_TIMEOUT_S)


service = SnapshotService()
