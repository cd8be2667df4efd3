"""What has changed in the tables: told within a process at once, by the class's feed at once, and else found within a
second.

    row_stored            Django's signal that this process has stored a row; `tell` sends it
    Changes               one reader for the process, and who listens to it

Why it is so
------------
Every open page has to know when one of its student's acts was settled, an exercise checked, a hand answered. A question
for each page each second would be hundreds; so one reader asks four small questions a second for all of them, in the
order of the tables' own indexes, and tells those who listen, by the member or by the class.

Most of it is known sooner. What this process stores it tells itself; what another process stores stands in the class's
feed in the moment in which that process tells its own pages (`lessons.web.live.feed_follower`). What was told is not told
again when the reader finds it.

Whoever stores a row knows nothing of who wants to know: pages, the outbox, the pool of checks and the snapshots are
connected to the signal in one place, `lessons.classroom.process`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from lessons.classroom.models import Act, Announcement, Attempt, Change, Hand, Member
from lessons.cluster.namespace import Namespace

row_stored = Signal()

_log = logging.getLogger(__name__)


class Kind(Enum):
    ACT = "act"
    ATTEMPT = "attempt"
    DECISION = "decision"  # a row of the history
    HAND = "hand"
    ANNOUNCEMENT = "announcement"
    MEMBER = "member"  # somebody has joined


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that is new, or not as it was. `key` is the same however it was heard of; `what` is the kind of the act or
    of the decision, or an attempt's exercise. Of an act: the `topic`, if it names one and that is known; and `at`, when it was
    settled, if this process did it."""

    kind: Kind
    key: object
    class_pk: int
    member_pk: int | None = None  # None: it is everybody's in the class
    what: str = ""
    is_own: bool = False  # stored by this process
    namespace: Namespace | None = None  # of the member, for an act and a decision
    topic: str = ""
    at: datetime | None = None


Listener = Callable[[Changed], None]


def tell(changed: Changed, row: Any) -> None:
    """This process has stored `row`: said once the transaction is committed."""
    transaction.on_commit(lambda: row_stored.send(sender=type(row), changed=changed, row=row), robust=True)


def of_act(act: Act, *, is_own: bool = True) -> Changed:
    return Changed(
        Kind.ACT, (act.pk, act.settled_at), act.member.klass_id, act.member_id, act.kind, is_own, act.member.namespace,
        str(act.fields.get("topic") or ""), act.settled_at,
    )  # fmt: skip


def of_attempt(attempt: Attempt, *, is_own: bool = True) -> Changed:
    klass, member = attempt.member.klass_id, attempt.member_id
    return Changed(Kind.ATTEMPT, attempt.pk, klass, member, attempt.exercise, is_own)


def of_decision(change: Change, *, is_own: bool = True) -> Changed:
    namespace = change.seat.namespace if change.seat else None
    return Changed(Kind.DECISION, change.pk, change.klass_id, change.seat_id, change.kind, is_own, namespace)


def of_hand(hand: Hand, *, is_own: bool = True) -> Changed:
    return Changed(Kind.HAND, (hand.pk, hand.state), hand.member.klass_id, hand.member_id, is_own=is_own)


def of_announcement(announcement: Announcement, *, is_own: bool = True) -> Changed:
    key = announcement.pk, announcement.ended_at is not None
    return Changed(Kind.ANNOUNCEMENT, key, announcement.klass_id, is_own=is_own)


def of_member(member: Member, *, is_own: bool = True) -> Changed:
    return Changed(Kind.MEMBER, member.pk, member.klass_id, member.pk, is_own=is_own)


@dataclass(frozen=True)
class ChangesSettings:
    """`overlap`: rows of several processes become visible out of their order, so a look goes back so far."""

    interval_s: float = 1.0
    overlap: timedelta = timedelta(seconds=10)
    overlap_rows: int = 100


class Changes:
    """Reads what is new while anybody listens. Listeners are called on the thread that tells, and must not block."""

    def __init__(self, settings: ChangesSettings | None = None, *, before: Iterable[Listener] = ()) -> None:
        """`before`: who hears of each change before all others; that alone keeps nothing running."""
        self._settings = settings or ChangesSettings()
        self._before = tuple(before)
        self._lock = threading.Lock()
        self._of_members: defaultdict[int, dict[object, Listener]] = defaultdict(dict)
        self._of_everybody: defaultdict[int, dict[object, Listener]] = defaultdict(dict)  # members, by class
        self._of_classes: defaultdict[int, dict[object, Listener]] = defaultdict(dict)
        self._reader: _Reader | None = None
        self._told: dict[tuple[Kind, object], None] = {}  # the latest, oldest first
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def listen_to_member(self, member: Member, listener: Listener) -> Callable[[], None]:
        """To what changes for this member, or for everybody in the class alike. Returns the way out."""
        return self._listen(listener, (self._of_members, member.pk), (self._of_everybody, member.klass_id))

    def listen_to_class(self, class_pk: int, listener: Listener) -> Callable[[], None]:
        """To all that changes in a class. Returns the way out."""
        return self._listen(listener, (self._of_classes, class_pk))

    def _listen(
        self, listener: Listener, *places: tuple[defaultdict[int, dict[object, Listener]], int]
    ) -> Callable[[], None]:
        key = object()
        with self._lock:
            for table, pk in places:
                table[pk][key] = listener
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="changes", daemon=True)
                self._thread.start()

        def leave() -> None:
            with self._lock:
                for table, pk in places:
                    table[pk].pop(key, None)
                    if not table[pk]:
                        del table[pk]

        return leave

    def tell(self, changed: Changed) -> bool:
        """Tells those who listen; False when it was told before."""
        told = changed.kind, changed.key
        with self._lock:
            if told in self._told:
                return False
            self._told[told] = None
            while len(self._told) > 20 * self._settings.overlap_rows:
                del self._told[next(iter(self._told))]
            listeners = [*self._before, *self._of_classes.get(changed.class_pk, {}).values()]
            if changed.member_pk is not None:
                listeners += self._of_members.get(changed.member_pk, {}).values()
            else:
                listeners += self._of_everybody.get(changed.class_pk, {}).values()
        for listener in listeners:
            try:
                listener(changed)
            except Exception:
                _log.exception("a listener failed")
        return True

    def close(self) -> None:
        with self._lock:
            for table in (self._of_members, self._of_everybody, self._of_classes):
                table.clear()
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        try:
            while self._goes_on():
                try:
                    self._read()
                except Exception:  # a database that is busy is asked again, for all that came since
                    _log.warning("the tables could not be read; they are read again", exc_info=True)
                self._stop.wait(self._settings.interval_s)
        finally:
            connections.close_all()

    def _goes_on(self) -> bool:
        with self._lock:
            if not (self._of_members or self._of_classes) or self._stop.is_set():
                self._thread = self._reader = None
            return self._thread is not None

    def _read(self) -> None:
        if self._reader is None:  # what was there before anybody listened is no news
            reader = _Reader(self._settings)
            for changed in reader.read():
                self._told[changed.kind, changed.key] = None
            self._reader = reader
        for changed in self._reader.read():
            self.tell(changed)
        if connections["default"].settings_dict["OPTIONS"].get("pool"):
            connections["default"].close()  # others may have it until the next second


_Numbered = type[Attempt] | type[Change] | type[Member]
_NUMBERED: tuple[_Numbered, ...] = (Attempt, Change, Member)
_NEWEST = """
    SELECT (SELECT MAX(id) FROM lessons_attempt), (SELECT MAX(id) FROM lessons_change), (SELECT MAX(id) FROM lessons_member)
"""


class _Reader:
    """Four questions, each by the table's own index, for all classes; and one more of each table that is just growing."""

    def __init__(self, settings: ChangesSettings) -> None:
        self._settings = settings
        self._since = timezone.now()
        self._last = self._newest()
        self._grew_at = dict.fromkeys(self._last, time.monotonic())
        self._seen: defaultdict[_Numbered, set[int]] = defaultdict(set)  # of the latest, the last time
        self._members: dict[int, tuple[int, Namespace]] = {}  # class and namespace, by the member's key

    def read(self) -> list[Changed]:
        now, since = timezone.now(), self._since - self._settings.overlap
        there = {model: self._latest(model) for model in self._growing()}
        found = [
            *self._acts(since), *self._attempts(self._new(Attempt, there)), *self._decisions(self._new(Change, there)),
            *self._hands(since), *self._announcements(since), *self._joined(self._new(Member, there)),
        ]  # fmt: skip
        self._since = now
        for model, pks in there.items():
            self._seen[model], self._last[model] = pks, max(pks, default=self._last[model])
        return found

    def _growing(self) -> list[_Numbered]:
        """The tables that have got rows of late: a row with a smaller number may still become visible."""
        now = time.monotonic()
        for model, newest in self._newest().items():
            if newest != self._last[model]:
                self._grew_at[model] = now
        return [model for model, at in self._grew_at.items() if now - at <= self._settings.overlap.total_seconds()]

    def _newest(self) -> dict[_Numbered, int]:
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST)
            return dict(zip(_NUMBERED, (pk or 0 for pk in cursor.fetchone()), strict=True))

    def _acts(self, since: Any) -> Iterator[Changed]:
        rows = Act.objects.filter(settled_at__gt=since).values_list("pk", "settled_at", "member_id", "kind")
        yield from self._with_members(Kind.ACT, (((pk, at), member, kind) for pk, at, member, kind in rows))

    def _attempts(self, new: set[int]) -> Iterator[Changed]:
        rows = Attempt.objects.filter(pk__in=new).values_list("pk", "member_id", "exercise")
        yield from self._with_members(Kind.ATTEMPT, rows)

    def _decisions(self, new: set[int]) -> Iterator[Changed]:
        for change in Change.objects.filter(pk__in=new).select_related("seat__klass").defer("data"):
            yield of_decision(change, is_own=False)

    def _joined(self, new: set[int]) -> Iterator[Changed]:
        for pk, klass in Member.objects.filter(pk__in=new).values_list("pk", "klass_id"):
            yield Changed(Kind.MEMBER, pk, klass, pk)

    def _latest(self, model: _Numbered) -> set[int]:
        latest = model.objects.filter(pk__gt=self._last[model] - self._settings.overlap_rows)
        return set(latest.order_by().values_list("pk", flat=True))

    def _new(self, model: _Numbered, there: Mapping[_Numbered, set[int]]) -> set[int]:
        """Those that were not there the last time: a hundred rows with their members, each second, are 1 % of a core. Of none
        Django asks nothing."""
        return there.get(model, set()) - self._seen[model]

    def _hands(self, since: Any) -> Iterator[Changed]:
        for hand in Hand.objects.filter(_since(since, "raised_at", "replied_at", "lowered_at")).select_related(
            "member"
        ):
            yield of_hand(hand, is_own=False)

    def _announcements(self, since: Any) -> Iterator[Changed]:
        for announcement in Announcement.objects.filter(_since(since, "at", "ended_at")):
            yield of_announcement(announcement, is_own=False)

    def _with_members(self, kind: Kind, rows: Iterable[tuple[object, int, str]]) -> Iterator[Changed]:
        found = list(rows)
        if unknown := {member for _, member, _ in found} - self._members.keys():
            for each in Member.objects.filter(pk__in=unknown).select_related("klass"):
                self._members[each.pk] = each.klass_id, each.namespace
        for key, member, what in found:
            if member in self._members:
                klass, namespace = self._members[member]
                yield Changed(kind, key, klass, member, what, namespace=namespace)


def _since(moment: Any, *fields: str) -> Q:
    found = Q()
    for name in fields:
        found |= Q(**{f"{name}__gt": moment})
    return found
