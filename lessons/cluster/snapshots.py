"""One picture of the cluster a second, for everybody in this process who looks."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from lessons.cluster import clients
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshot import Broker, Eye, Snapshot, with_ends

__all__ = ["Broker", "Callback", "Eye", "Snapshot", "SnapshotService", "service", "with_ends"]

INTERVAL_S = 1.0
MIN_GAP_S = 0.1  # however often it is poked
REST = 6  # times as long as a picture took: with a thousand topics one takes 50 ms and more, and holds up everybody
LONGEST_REST_S = 0.5  # one that waited in vain for an answer took long too, and cost nothing
FORGET_POKES_S = 60.0  # more than any picture is old that somebody takes for fresh

_log = logging.getLogger(__name__)

Callback = Callable[[Snapshot], None]


class SnapshotService:
    """Pictures for subscribers, by one thread that runs only while there are any."""

    def __init__(self, *, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._eye = Eye()
        self._connection: clients.Connection | None = None  # whose pictures these are
        self._looking = threading.Lock()  # held while a picture is taken
        self._lock = threading.Lock()  # held for moments, around what follows
        self._subscriptions: dict[object, tuple[Callback, str | None]] = {}  # with the prefix of the seat
        self._looks_of: Counter[str] = Counter()  # how many of them, by that prefix
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._latest: Snapshot | None = None
        self._begun_at = 0.0  # when the latest picture was begun
        self._wanted_since: dict[str | None, float] = {}  # a picture that was begun before is not fresh for that seat
        self._poked: set[str | None] = set()  # since the latest picture was begun; None: everybody
        self._full_at = 0.0  # when the latest picture with everybody's details was begun

    def subscribe(self, callback: Callback, *, seat: Namespace | None = None) -> Callable[[], None]:
        """Call back with a picture a second, from the service's thread, at once first; returns the way out.

        A picture that is on its way at that moment may still be called back with. With a `seat`, pictures have the end
        offsets of its topics, and those that its own acts ask for come in between.
        """
        key, prefix = object(), seat.prefix if seat else None
        with self._lock:
            self._subscriptions[key] = (callback, prefix)
            if prefix:
                self._looks_of[prefix] += 1
            self._poked.add(prefix)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kafka-snapshot", daemon=True)
                self._thread.start()
        self._wake.set()
        return lambda: self._unsubscribe(key)

    def poke(self, seat: Namespace | None = None) -> None:
        """Something was done to the cluster, by this seat: take a picture now, and take no earlier one for fresh."""
        prefix = seat.prefix if seat else None
        with self._lock:
            self._wanted_since[prefix] = time.monotonic()
            if prefix and not self._looks_of[prefix]:  # its pages are in another process, or nowhere
                return
            self._poked.add(prefix)
        self._wake.set()

    def latest(self, seat: Namespace | None = None, *, max_age_s: float = 2.0) -> Snapshot:
        """A picture that is no older than that and than the last `poke` for all or for this seat; taken here when there
        is none."""
        with self._lock:
            poked_at = (self._wanted_since.get(key, 0.0) for key in {None, seat.prefix if seat else None})
            oldest = max(*poked_at, 0.0, time.monotonic() - max_age_s)
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

    def _look(self, only: AbstractSet[str] | None = None) -> Snapshot:
        """Take a picture; the caller holds `_looking`."""
        begun_at, connection = time.monotonic(), clients.connection()
        if connection != self._connection:
            self._eye = Eye()
        with self._lock:
            prefixes = set(self._looks_of)
        snapshot = self._eye.look(prefixes, only=only)
        with self._lock:
            self._latest, self._begun_at, self._connection = snapshot, begun_at, connection
            kept = begun_at - FORGET_POKES_S
            self._wanted_since = {key: at for key, at in self._wanted_since.items() if at > kept}
        return snapshot

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            _, prefix = self._subscriptions.pop(key, (None, None))
            if prefix:
                self._looks_of[prefix] -= 1
                self._looks_of += Counter()  # keeps the positive ones
        self._wake.set()

    def _run(self) -> None:
        while self._go_on():
            self._wake.clear()  # before the look: what is poked during it wants another
            began = time.monotonic()
            try:
                self._look_and_tell()
            except Exception:  # a thread that died would leave every page with its last picture
                _log.exception("no picture of the cluster could be taken")
            took_s = time.monotonic() - began
            time.sleep(max(MIN_GAP_S - took_s, min(took_s * REST, LONGEST_REST_S)))
            self._wake.wait(max(0.0, self._full_at + self._interval_s - time.monotonic()))

    def _look_and_tell(self) -> None:
        """For everybody once an interval; in between for those seats that did something."""
        now = time.monotonic()
        with self._lock:
            poked, self._poked = self._poked, set()
        is_full = None in poked or now >= self._full_at + self._interval_s
        if is_full:
            self._full_at = now
        only = None if is_full else {prefix for prefix in poked if prefix}
        with self._looking:
            snapshot = self._look(only)
        with self._lock:
            told = [callback for callback, prefix in self._subscriptions.values() if is_full or prefix in poked]
        for callback in told:
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


service = SnapshotService()
