"""The pool that checks the seats that changed, whatever changed them.

Why it is so
------------
A tick appears by itself: after an act by a form or by the API, after a consumer's last commit, and after what a program of
the student's own did, which only a snapshot of the cluster shows. Whoever finds that a seat has changed wakes it here,
and a few threads check all exercises that the seat has not done yet, also those of lessons that are not open. Pages only
draw: a broker that hangs holds up checks and no page.

A seat is checked by one thread at a time, and what wakes it meanwhile leads to one more check after that. When the cluster
is away all wait, and not each for itself. An act whose outcome is not known is settled here, too, by looking at the
cluster: at once when it is back, and every half minute.

The process in which a seat has a page open checks it first, whichever process did the act: its snapshots tell what has
changed. When the act was another's, it notes in the seat's row that it has looked (`Member.checked_at`). The process that did
the act cannot know whether there is such a page: so it waits for a moment, and checks the seat if nobody has, what the
seat's acts may have changed, whichever process did them. No snapshot tells it what else has happened, so it reads all of that
anew, at twice the price.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.utils import timezone

from lessons.classroom.changes import Changed, Kind
from lessons.classroom.checks.attempts import check_seat
from lessons.classroom.checks.relevance import EVERYTHING, Memory, changed_between, changed_by_act
from lessons.classroom.clock import Clock
from lessons.classroom.models import Member
from lessons.classroom.settling import find_out, members_with_cut_acts
from lessons.cluster.errors import KafkaUnavailable
from lessons.cluster.snapshots import Snapshot, SnapshotService
from lessons.course.evidence import Read
from lessons.course.loader import Lesson

_log = logging.getLogger(__name__)

LOOK_FOR_CUT = 0  # in the place of a member's key, which none has


@dataclass(frozen=True)
class CheckSettings:
    """`threads` 0: nothing is checked by itself. `others_first_s`: so long the process that has the seat's page has for its
    check. `longest_wait_s`: of a seat that no page waits for, in a class that is busy all the time."""

    threads: int = 2
    others_first_s: float = 3.0
    longest_wait_s: float = 30.0
    pause_when_away_s: float = 1.0
    cut_acts_every_s: float = 30.0
    doubt_s: float = 1.0  # between two checks that do not agree with the latest snapshot


@dataclass(frozen=True)
class Queue:
    """How many seats wait for a check that a page waits for, and the longest such wait; how many may wait."""

    urgent: int
    patient: int
    oldest_s: float


class CheckPool:
    """For any thread. The threads are made with the first seat that is woken, and live as long as the process."""

    def __init__(
        self,
        snapshots: SnapshotService,
        settings: CheckSettings | None = None,
        *,
        say_alive: Callable[[], None] = lambda: None,
        tidy: Callable[[], None] = lambda: None,
        took: Callable[[float], None] = lambda seconds: None,
        clock: Clock | None = None,
    ) -> None:
        """`say_alive` is called before others' acts are taken for cut, and as often, and `tidy` after that; `took` after each
        check of a seat."""
        self.settings = settings or CheckSettings()
        self._snapshots = snapshots
        self._say_alive = say_alive
        self._tidy = tidy
        self._took = took
        self._condition = threading.Condition()
        self._due: dict[int, float] = {}  # when a member is to be checked, by key
        self._changed: defaultdict[int, set[Read]] = defaultdict(set)  # since the latest check of the member
        self._memory = Memory()
        self._at_work: set[int] = set()
        self._open: Counter[tuple[int, str]] = Counter()  # pages, by member and lesson
        # Those whose check is nothing that a page waits for here, with the time of their latest act.
        self._may_wait: dict[int, datetime] = {}
        self._others_did: set[int] = set()  # those with a page here who have acted in another process since their check
        self._paused_until = 0.0
        self._cut: set[int] = set()  # whose cut acts are to be settled
        self._look_for_cut_at = 0.0
        self._clock = clock or Clock()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def start(self) -> None:
        with self._condition:
            self._start()

    def wake(
        self, member: int, changed: AbstractSet[Read] = EVERYTHING, *, after_act_at: datetime | None = None
    ) -> None:
        """Something of this seat may have changed. `after_act_at`: by an act of then, and no page waits for it here."""
        if self.settings.threads == 0:
            return
        with self._condition:
            self._changed[member] |= changed
            if not self._changed[member]:
                return
            due = time.monotonic()
            if after_act_at is None:
                self._may_wait.pop(member, None)
            else:
                due += self.settings.others_first_s
                if member in self._may_wait or member not in self._due:
                    self._may_wait[member] = after_act_at
            self._due[member] = min(due, self._due.get(member, due))
            self._start()
            self._condition.notify()

    def hear(self, changed: Changed) -> None:
        """What any process has stored. A seat with an open page here is woken by the snapshot that shows the act."""
        member = changed.member_pk
        if changed.kind is not Kind.ACT or member is None:
            return
        is_shown = self._is_open(member)
        what = changed_by_act(changed.what, changed.topic, snapshots_show_more=is_shown)
        if changed.is_own and not is_shown:
            self.wake(member, what, after_act_at=changed.at)
        else:
            with self._condition:
                self._changed[member] |= what
                if is_shown and not changed.is_own:
                    self._others_did.add(member)

    def open(self, member: Member, lesson: Lesson | None = None) -> Callable[[], None]:
        """While a page of this lesson is open, or one on which any exercise can be done: the seat is checked whenever a
        snapshot shows something else. Returns the way out."""
        key = member.pk, lesson.slug if lesson else ""
        with self._condition:
            self._open[key] += 1

        latest: Snapshot | None = None

        def shown(snapshot: Snapshot) -> None:
            nonlocal latest
            if snapshot.problem is None:
                self.wake(member.pk, changed_between(latest, snapshot, member.namespace))
                latest = snapshot
            else:
                self._look_for_cut_at, latest = 0.0, None  # at once when the cluster is back, and everything

        reads_groups = lesson is None or any(exercise.reads_groups for exercise in lesson.exercises)
        unsubscribe = self._snapshots.subscribe(shown, seat=member.namespace, wants_groups=reads_groups)

        def close() -> None:
            unsubscribe()
            with self._condition:
                self._open[key] -= 1
                if self._open[key] <= 0:
                    del self._open[key]

        return close

    def close(self) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(8)

    def queue(self) -> Queue:
        """Who waits now."""
        now = time.monotonic()
        with self._condition:
            due = {member: now - at for member, at in self._due.items() if member != LOOK_FOR_CUT and at <= now}
            patient = due.keys() & self._may_wait.keys()
        oldest_s = max((waits_s for member, waits_s in due.items() if member not in patient), default=0.0)
        return Queue(len(due) - len(patient), len(patient), oldest_s)

    def is_at(self, member: int) -> bool:
        """Whether a check of this seat, which has a page open, is under way, or will be once a snapshot has come."""
        with self._condition:
            return member in self._at_work or bool(self._changed.get(member))

    def is_idle(self) -> bool:
        """Whether nobody waits for a check. For tests."""
        with self._condition:
            return not self._due and not self._at_work

    def _is_open(self, member: int) -> bool:
        with self._condition:
            return any(key[0] == member for key in self._open)

    def _start(self) -> None:
        while len(self._threads) < self.settings.threads and not self._closed:
            thread = threading.Thread(target=self._run, name="checks", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        try:
            while (due := self._next()) is not None:
                member, after_act_at = due
                try:
                    self._check(member, after_act_at)
                except KafkaUnavailable:
                    self._cluster_is_away(member)
                except Exception:  # a database that is busy, or one seat's trouble: the others go on
                    _log.exception("a seat could not be checked")
                finally:
                    self._done(member)
        finally:
            connections.close_all()

    def _next(self) -> tuple[int, datetime | None] | None:
        """The member who has been due longest, of those that may not wait if there is one, else with the time of the act that
        the check is for; waits for one. None when the process ends."""
        with self._condition:
            while not self._closed:
                now = time.monotonic()
                if now >= self._look_for_cut_at and now >= self._paused_until:
                    self._look_for_cut_at = now + self.settings.cut_acts_every_s
                    self._due[LOOK_FOR_CUT] = 0.0
                ready = [each for each in self._due if each not in self._at_work]
                member = min(ready, key=self._place_of, default=None)
                wait_s = max(self._due[member], self._paused_until) - now if member is not None else 1.0
                if member is not None and wait_s <= 0:
                    del self._due[member]
                    self._at_work.add(member)
                    return member, self._may_wait.pop(member, None)
                self._condition.wait(min(wait_s, 1.0))
            return None

    def _place_of(self, member: int) -> float:
        """In the queue: who may wait lets those go first who become due in the next half minute."""
        return self._due[member] + (self.settings.longest_wait_s if member in self._may_wait else 0.0)

    def _look_for_cut(self) -> None:
        self._say_alive()
        if self._clock.has_jumped():
            return  # acts of other processes look as if nobody had said for long that they are alive: in half a minute they have
        cut = members_with_cut_acts()
        with self._condition:
            self._cut |= set(cut)
            for member in cut:
                self._due.setdefault(member, 0.0)
            self._condition.notify_all()
        self._tidy()

    def _check(self, key: int, after_act_at: datetime | None) -> None:
        """Raises: KafkaUnavailable."""
        if key == LOOK_FOR_CUT:
            self._look_for_cut()
            return
        member = Member.objects.select_related("klass").filter(pk=key, removed_at=None).first()
        if member is None:
            self._cut.discard(key)
            return
        if key in self._cut:
            find_out(member)
            self._cut.discard(key)
        if after_act_at is not None and member.checked_at is not None and member.checked_at >= after_act_at:
            return  # where the page is
        with self._condition:
            changed = frozenset(self._changed.pop(key, EVERYTHING))
            others_did = key in self._others_did
            self._others_did.discard(key)
        began, began_at = time.perf_counter(), timezone.now()
        try:
            self._check_what_has(changed, member)
            if others_did:
                Member.objects.filter(pk=key).update(checked_at=began_at)
        except BaseException:
            with self._condition:
                self._changed[key] |= changed
                self._others_did |= {key} if others_did else set()
            raise
        finally:
            self._took(time.perf_counter() - began)

    def _check_what_has(self, changed: AbstractSet[Read], member: Member) -> None:
        """Raises: KafkaUnavailable."""
        acts = set(member.acts.order_by().values_list("lesson", "kind").distinct())
        begun, kinds = {lesson for lesson, _ in acts if lesson}, {kind for _, kind in acts}
        with self._condition:
            begun |= {lesson for other, lesson in self._open if other == member.pk}
        if not self._is_open(member.pk):
            self._memory.forget_found(member.pk)
        check_seat(member, member.klass.lessons, begun=begun, kinds=kinds, changed=changed, memory=self._memory)
        if (snapshot := self._snapshots.last) is not None and snapshot.problem is None and self._is_open(member.pk):
            self._check_again(member, self._memory.read_otherwise(member.pk, snapshot, member.namespace))

    def _check_again(self, member: Member, read: AbstractSet[Read]) -> None:
        """A check and the latest snapshot do not agree, and nothing may change any more that would lead to another check."""
        if read:
            with self._condition:
                self._changed[member.pk] |= read
                self._due.setdefault(member.pk, time.monotonic() + self.settings.doubt_s)

    def _cluster_is_away(self, member: int) -> None:
        with self._condition:
            self._paused_until = time.monotonic() + self.settings.pause_when_away_s
            self._due.setdefault(member, self._paused_until)

    def _done(self, member: int) -> None:
        with self._condition:
            self._at_work.discard(member)
            self._condition.notify()
        if connections["default"].settings_dict["OPTIONS"].get("pool"):
            connections["default"].close()  # for others, while nobody is due here
