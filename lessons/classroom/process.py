"""What one process of the app keeps open and running, made in one place.

    current()       the one of this process; made when it is first asked for
    use(process)    another one for the length of a with block: a test's own, with other settings

Who stores a row says so by a signal (`changes.row_stored`). Here it is connected to those who want to know: the open pages
by `changes`, the feed by `outbox`, the exercises by `checks`, the picture of the cluster by `snapshots`, the users of students'
laptops by `laptops`, and who counts by `metrics`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from lessons.classroom.changes import Changed, Changes, ChangesSettings, Kind, row_stored
from lessons.classroom.checks.pool import CheckPool, CheckSettings
from lessons.classroom.checks.watching import Watching
from lessons.classroom.feed.outbox import Outbox, OutboxSettings
from lessons.classroom.grading.standings import KeptStandings
from lessons.classroom.history import ChangeKind
from lessons.classroom.housekeeping import Housekeeping, HousekeepingSettings
from lessons.classroom.laptops.keeper import Keeper, KeeperSettings
from lessons.classroom.limits import LimitSettings, SeatLimits
from lessons.classroom.messages.notifications import NotificationMemory
from lessons.classroom.metrics import Metrics
from lessons.classroom.overview import Overviews
from lessons.classroom.settling import say_alive
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshot import OwnBrokers
from lessons.cluster.snapshots import Poke, SnapshotService, SnapshotSettings
from lessons.course import own_brokers
from lessons.course.acts import ACTIONS

ENDS_A_USER = {ChangeKind.REMOVE, ChangeKind.MERGE, ChangeKind.PERSONAL_CODE}  # of the cluster


@dataclass(frozen=True)
class ProcessSettings:
    snapshots: SnapshotSettings = field(default_factory=SnapshotSettings)
    changes: ChangesSettings = field(default_factory=ChangesSettings)
    outbox: OutboxSettings = field(default_factory=OutboxSettings)
    checks: CheckSettings = field(default_factory=CheckSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    housekeeping: HousekeepingSettings = field(default_factory=HousekeepingSettings)
    laptops: KeeperSettings = field(default_factory=KeeperSettings)


class Unsettled(Protocol):
    @property
    def act_id(self) -> UUID: ...

    def settle_at_the_end(self) -> None: ...


class Process:
    """Its threads start when there is something to do, and end with `close`."""

    def __init__(self, settings: ProcessSettings | None = None) -> None:
        settings = settings or ProcessSettings()
        self.metrics = Metrics()
        self.limits = SeatLimits(settings.limits)
        self.snapshots = SnapshotService(
            settings.snapshots, own=OwnBrokers(own_brokers.gone, own_brokers.quorum_leader)
        )
        self.unsettled: set[Unsettled] = set()  # consumers whose acts are begun
        self.housekeeping = Housekeeping(settings.housekeeping)
        self.checks = CheckPool(
            self.snapshots,
            settings.checks,
            say_alive=self._say_alive,
            tidy=self.housekeeping.now_and_then,
            took=self.metrics.check_seconds.observe,
        )
        self.watching = Watching(self.checks.open)
        self.laptops = Keeper(self.snapshots, settings.laptops)
        self.outbox = Outbox(settings.outbox)
        self.changes = Changes(settings.changes, before=(self._changed,))
        self.notifications = NotificationMemory(self.changes)
        self.standings = KeptStandings()
        self.overviews = Overviews(self.changes, self.standings)
        row_stored.connect(self._stored, weak=False, dispatch_uid=id(self))

    def start(self) -> None:
        """Looks for what an earlier process left behind: lines that the feed lacks, acts without an answer."""
        self.outbox.start()
        self.checks.start()
        self.laptops.start()

    def close(self) -> None:
        row_stored.disconnect(dispatch_uid=id(self))
        self.laptops.close()
        self.watching.close()
        self.snapshots.close()
        self.changes.close()
        self.checks.close()
        self.outbox.close()

    def _say_alive(self) -> None:
        say_alive([each.act_id for each in list(self.unsettled)])

    def _stored(self, *, changed: Changed, row: Any, **_: Any) -> None:
        """This process has stored a row."""
        self.outbox.ring(changed, row)
        self.changes.tell(changed)
        self.metrics.stored(changed, row)

    def _changed(self, changed: Changed) -> None:
        """Any process has stored a row: first those who have to look, then those who listen."""
        self.notifications.forget(changed)
        self.checks.hear(changed)
        match changed:
            case Changed(
                kind=Kind.ACT, namespace=Namespace() as seat
            ):  # whoever looks sees it now, not within a second
                action = ACTIONS.get(changed.what)
                changes_topics = action is None or action.changes_topics
                self.snapshots.poke(seat, Poke.TOPICS if changes_topics else Poke.ENDS)
            case Changed(kind=Kind.DECISION, what=ChangeKind.RESET | ChangeKind.LESSON_ANEW):
                self.snapshots.poke(changed.namespace)
            case Changed(kind=Kind.DECISION, what=kind) if kind in ENDS_A_USER:
                self.laptops.look()


_lock = threading.Lock()
_current: Process | None = None


def current() -> Process:
    """The one of this process."""
    global _current
    with _lock:
        if _current is None:
            _current = Process()
        return _current


@contextmanager
def use(process: Process) -> Iterator[Process]:
    """This one in the place of the process's own; it is closed at the end."""
    global _current
    with _lock:
        earlier, _current = _current, process
    try:
        yield process
    finally:
        process.close()
        with _lock:
            _current = earlier
