"""A snapshot of the cluster, every three quarters of a second, for everybody in this process who looks."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import partial

from lessons.cluster import clients
from lessons.cluster.group_reader import GroupReader, GroupReaderSettings
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshot import Ends, OwnBrokers, Snapshot, SnapshotTaker, TakerSettings, with_ends

__all__ = ["Callback", "Poke", "Snapshot", "SnapshotService", "SnapshotSettings", "with_ends"]

FORGET_POKES_S = 60.0  # more than any snapshot is old that somebody takes for fresh

_log = logging.getLogger(__name__)

Callback = Callable[[Snapshot], None]


class Poke(IntEnum):
    """What has to be asked of Kafka to see what a seat did; the greater includes the smaller."""

    GROUPS = 0  # nothing: its groups were read
    ENDS = 1  # where its partitions end
    TOPICS = 2  # which topics there are


@dataclass(frozen=True)
class SnapshotSettings:
    """`rest`: times as long as a snapshot took, for it holds up everybody else; one that waited in vain for an answer took
    long too, and cost nothing, so at most `longest_rest_s`."""

    interval_s: float = 0.75
    min_gap_s: float = 0.1  # however often it is poked
    rest: float = 6.0
    longest_rest_s: float = 0.5
    taker: TakerSettings = field(default_factory=TakerSettings)
    groups: GroupReaderSettings = field(default_factory=GroupReaderSettings)


@dataclass(frozen=True)
class _Subscription:
    callback: Callback
    seat: Namespace | None
    wants_groups: bool
    wants_readable: bool

    @property
    def prefix(self) -> str | None:
        return self.seat.prefix if self.seat else None


class SnapshotService:
    """Snapshots for subscribers, by one thread that runs only while there are any."""

    def __init__(self, settings: SnapshotSettings | None = None, *, own: OwnBrokers | None = None) -> None:
        self._settings = settings or SnapshotSettings()
        self._new_taker = partial(SnapshotTaker, self._settings.taker, own=own)
        self._taker = self._new_taker()
        self._groups = GroupReader(
            self._groups_changed, is_up=self._is_up, ends=self._known_ends, settings=self._settings.groups
        )
        self._connection: clients.Connection | None = None  # whose snapshots these are
        self._taking = threading.Lock()  # held while a snapshot is taken
        self._lock = threading.Lock()  # held for moments, around what follows
        self._subscriptions: dict[object, _Subscription] = {}
        self._looks_of: Counter[str] = Counter()  # how many of them, by the seat's prefix
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._latest: Snapshot | None = None
        self._listed_at = 0.0  # when the latest list of topics was begun
        self._ends_at: dict[str, float] = {}  # when a seat's ends were asked for after that
        self._wanted_since: dict[str | None, tuple[float, Poke]] = {}  # what is older is not fresh for that seat
        self._poked: dict[str | None, Poke] = {}  # since the latest snapshot was begun; None: everybody
        self._full_at = 0.0  # when the latest snapshot with everybody's details was begun
        self._told: Snapshot | None = None  # what subscribers have seen

    def subscribe(
        self,
        callback: Callback,
        *,
        seat: Namespace | None = None,
        wants_groups: bool = False,
        wants_readable: bool = False,
    ) -> Callable[[], None]:
        """Call back with snapshots, from the service's thread, at once first; returns the way out.

        Without a `seat` with each one, once an interval. With a seat when something of that seat, or of the brokers, is
        not as it was; snapshots then have the end offsets of its topics, with `wants_groups` its groups, and with
        `wants_readable` what of its partitions a consumer can read. A snapshot that is on its way at that moment may
        still be called back with.
        """
        key, subscription = object(), _Subscription(callback, seat, wants_groups, wants_readable)
        with self._lock:
            self._subscriptions[key] = subscription
            if subscription.prefix:
                self._looks_of[subscription.prefix] += 1
            self._poked[subscription.prefix] = Poke.TOPICS
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kafka-snapshot", daemon=True)
                self._thread.start()
        self._want_groups()
        self._wake.set()
        return lambda: self._unsubscribe(key)

    def poke(self, seat: Namespace | None = None, kind: Poke = Poke.TOPICS) -> None:
        """Something was done to the cluster, by this seat: take a snapshot now, and take no earlier one for fresh."""
        prefix = seat.prefix if seat else None
        with self._lock:
            self._wanted_since[prefix] = time.monotonic(), kind
            if prefix and not self._looks_of[prefix]:  # its pages are in another process, or nowhere
                return
            self._poked[prefix] = max(kind, self._poked.get(prefix, kind))
        self._groups.read_soon()
        self._wake.set()

    def latest(self, seat: Namespace | None = None, *, max_age_s: float = 2.0) -> Snapshot:
        """A snapshot that is no older than that and than the last `poke` for all or for this seat; taken here when there
        is none."""
        if (fresh := self._fresh(seat, time.monotonic() - max_age_s)) is not None:
            return fresh
        oldest = time.monotonic() - max_age_s
        with self._taking:  # whoever waited here for another's snapshot may use that one
            return self._fresh(seat, oldest) or self._take()

    @property
    def last(self) -> Snapshot | None:
        """The one that was taken last, however old it is."""
        return self._latest

    @property
    def running(self) -> bool:
        return self._thread is not None

    def close(self) -> None:
        """Nobody looks any more: the threads end by themselves."""
        with self._lock:
            self._subscriptions.clear()
            self._looks_of.clear()
        self._groups.want({})
        self._wake.set()

    def _is_up(self) -> bool:
        latest = self._latest
        return latest is not None and latest.problem is None

    def _known_ends(self) -> Ends:
        return self._latest.ends if self._latest else {}

    def _fresh(self, seat: Namespace | None, oldest: float) -> Snapshot | None:
        with self._lock:
            latest = self._latest
            if latest is None or self._connection != clients.connection() or self._listed_at < oldest:
                return None
            for prefix in {None, seat.prefix if seat else None}:
                wanted_at, kind = self._wanted_since.get(prefix, (0.0, Poke.ENDS))
                ends_at = self._ends_at.get(prefix, 0.0) if prefix and kind is not Poke.TOPICS else 0.0
                if max(self._listed_at, ends_at) < wanted_at:
                    return None
            return latest

    def _take(self, only: AbstractSet[str] | None = None) -> Snapshot:
        """Take a snapshot by a list of topics; the caller holds `_taking`."""
        begun_at, connection = time.monotonic(), clients.connection()
        if connection != self._connection:
            self._taker = self._new_taker()
        with self._lock:
            prefixes = set(self._looks_of)
        taken = self._taker.take(prefixes, bounded=self._bounded(), only=only)
        snapshot = replace(taken, groups=self._groups.groups)
        with self._lock:
            self._latest, self._listed_at, self._connection = snapshot, begun_at, connection
            self._ends_at.clear()
            kept = begun_at - FORGET_POKES_S
            self._wanted_since = {key: since for key, since in self._wanted_since.items() if since[0] > kept}
        return snapshot

    def _take_part(self, prefixes: AbstractSet[str], kind: Poke) -> Snapshot | None:
        """The latest snapshot with what is new of these seats; None where only a list of topics will do."""
        begun_at, latest = time.monotonic(), self._latest
        if kind is Poke.TOPICS or latest is None or self._connection != clients.connection():
            return None
        if kind is Poke.ENDS:
            latest = self._taker.take_ends(prefixes, bounded=self._bounded())
        if latest is None:
            return None
        latest = replace(latest, groups=self._groups.groups)
        with self._lock:
            self._latest = latest
            if kind is Poke.ENDS:
                self._ends_at |= dict.fromkeys(prefixes, begun_at)
        return latest

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            subscription = self._subscriptions.pop(key, None)
            prefix = subscription.prefix if subscription else None
            if prefix:
                self._looks_of[prefix] -= 1
                if self._looks_of[prefix] <= 0:
                    del self._looks_of[prefix]
        self._want_groups()
        self._wake.set()

    def _bounded(self) -> set[str]:
        with self._lock:
            return {each.prefix for each in self._subscriptions.values() if each.wants_readable and each.prefix}

    def _want_groups(self) -> None:
        with self._lock:
            seats = [each.seat for each in self._subscriptions.values() if each.wants_groups and each.seat]
        self._groups.want({seat.prefix: seat for seat in seats})

    def _groups_changed(self, prefixes: set[str]) -> None:
        with self._lock:
            for prefix in prefixes:
                self._poked.setdefault(prefix, Poke.GROUPS)
        self._wake.set()

    def _run(self) -> None:
        while self._goes_on():
            self._wake.clear()  # before the look: what is poked during it wants another
            began = time.monotonic()
            try:
                self._take_and_tell()
            except Exception:  # a thread that died would leave every page with its last snapshot
                _log.exception("no snapshot of the cluster could be taken")
            took_s = time.monotonic() - began
            rest_s = min(took_s * self._settings.rest, self._settings.longest_rest_s)
            time.sleep(max(self._settings.min_gap_s - took_s, rest_s))
            self._wake.wait(max(0.0, self._full_at + self._settings.interval_s - time.monotonic()))

    def _take_and_tell(self) -> None:
        """For everybody once an interval; in between for those seats that did something."""
        now = time.monotonic()
        with self._lock:
            poked, self._poked = self._poked, {}
        is_full = None in poked or now >= self._full_at + self._settings.interval_s
        if is_full:
            self._full_at = now
        prefixes = {prefix for prefix in poked if prefix}
        with self._taking:
            snapshot = None if is_full else self._take_part(prefixes, max(poked.values(), default=Poke.TOPICS))
            snapshot = snapshot or self._take(None if is_full else prefixes)
        self._tell(snapshot, poked, is_full=is_full)

    def _tell(self, snapshot: Snapshot, poked: dict[str | None, Poke], *, is_full: bool) -> None:
        changed = snapshot.changed_since(self._told)
        self._told = snapshot
        with self._lock:
            subscriptions = list(self._subscriptions.values())
        for each in subscriptions:
            if each.prefix is None:
                is_told = is_full
            else:
                is_told = changed is None or each.prefix in changed or each.prefix in poked
            if is_told:
                _call(each.callback, snapshot)

    def _goes_on(self) -> bool:
        """Whether anybody looks; else the thread says goodbye in the same moment, so that none is lost."""
        with self._lock:
            if not self._subscriptions:
                self._thread = None
            return self._thread is not None


def _call(callback: Callback, snapshot: Snapshot) -> None:
    try:
        callback(snapshot)
    except Exception:  # one subscriber's trouble is not the others'
        _log.exception("a subscriber of the cluster's snapshot failed")
