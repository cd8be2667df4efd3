"""Sees to it that the cluster has the users that the rows say, and that none takes more than a seat's share.

Why it is so
------------
Who removes a seat stores a row and goes on: whether the brokers answer at that moment is another matter. So one thread
compares what the rows say with what Kafka holds: at once when a seat was removed or got a new personal code, and every few
seconds besides, for other processes remove seats, too, and a cluster may have lost its folder.

Kafka's ACLs count no topics and no partitions. The snapshot of the cluster, which is taken again and again while anybody
has a user, shows what each has; who has more than a seat may have is denied to create more until some of it is gone. So is
everybody while a broker is full.

Several web processes may do the same at the same time: each step is one that can be done twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connections

from lessons.classroom.laptops import users
from lessons.cluster import users as cluster_users
from lessons.cluster.errors import ClusterError
from lessons.cluster.limits import MAX_REPLICAS_PER_BROKER, MAX_REPLICAS_PER_SEAT
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshots import Snapshot, SnapshotService

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeeperSettings:
    interval_s: float = 5.0
    most_replicas: int = MAX_REPLICAS_PER_SEAT
    most_on_a_broker: int = MAX_REPLICAS_PER_BROKER


class Keeper:
    """One thread, while laptops reach the cluster. For any thread."""

    def __init__(self, snapshots: SnapshotService, settings: KeeperSettings | None = None) -> None:
        self._settings = settings or KeeperSettings()
        self._snapshots = snapshots
        self._owners: dict[str, Namespace] = {}  # whose users there are, by the users' names
        self._denied: set[str] = set()  # users that may not create
        self._stop_looking: Callable[[], None] | None = None
        self._condition = threading.Condition()
        self._compare_at = 0.0
        self._shown: Snapshot | None = None  # not yet looked at
        self._closed = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if users.are_offered() and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="laptops", daemon=True)
            self._thread.start()

    def look(self) -> None:
        """Somebody was removed, or lost a code, or has a user now."""
        with self._condition:
            self._compare_at = 0.0
            self._condition.notify()

    def close(self) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(8)

    def _show(self, snapshot: Snapshot) -> None:
        with self._condition:
            self._shown = snapshot
            self._condition.notify()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            try:
                due()
            except ClusterError as error:  # the cluster is away, or does not let us: pages say it to whoever asks
                _log.debug("the users of the cluster are looked at later: %s", error)
            except Exception:  # a database that is busy, say: the next round comes
                _log.exception("the users of the cluster could not be looked at")
            finally:
                connections.close_all()
        self._look_at_the_cluster(False)

    def _next(self) -> Callable[[], None] | None:
        """What is to be done; waits for it. None when the process ends."""
        with self._condition:
            while not self._closed:
                now = time.monotonic()
                if now >= self._compare_at:
                    self._compare_at = now + self._settings.interval_s
                    return self._compare
                if (shown := self._shown) is not None:
                    self._shown = None
                    return partial(self._hold_shares, shown)
                self._condition.wait(self._compare_at - now)
            return None

    def _compare(self) -> None:
        """Raises: ClusterError."""
        wanted, gone = users.by_name()
        if wanted or gone:
            for member in gone.values():
                users.end(member)
            for user in wanted.keys() - cluster_users.list_allowed():
                cluster_users.give_user(wanted[user].namespace, wanted[user].kafka_password)
            self._denied = cluster_users.list_denied() & wanted.keys()
        self._owners = {user: member.namespace for user, member in wanted.items()}
        self._look_at_the_cluster(bool(wanted))

    def _hold_shares(self, snapshot: Snapshot) -> None:
        """Raises: ClusterError."""
        if snapshot.problem:
            return
        is_full = _most_on_a_broker(snapshot) > self._settings.most_on_a_broker
        for user, namespace in self._owners.items():
            has_too_many = is_full or _replicas_of(namespace, snapshot) > self._settings.most_replicas
            if has_too_many and user not in self._denied:
                cluster_users.deny_creating(namespace)
                self._denied.add(user)
            elif not has_too_many and user in self._denied:
                cluster_users.allow_creating(namespace)
                self._denied.discard(user)

    def _look_at_the_cluster(self, looks: bool) -> None:
        if looks and self._stop_looking is None:
            self._stop_looking = self._snapshots.subscribe(self._show)
        elif not looks and self._stop_looking is not None:
            self._stop_looking()
            self._stop_looking = None


def _replicas_of(namespace: Namespace, snapshot: Snapshot) -> int:
    return sum(len(each.replicas) for topic in snapshot.topics_of(namespace) for each in topic.partitions)


def _most_on_a_broker(snapshot: Snapshot) -> int:
    homes = (home for topic in snapshot.topics for each in topic.partitions for home in each.replicas)
    return max(Counter(homes).values(), default=0)
