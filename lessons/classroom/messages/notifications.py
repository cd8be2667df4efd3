"""What is said to a class just now, what was decided about whom, and whose hands are up, for every open page.

Why it is so
------------
Three hundred pages may be open. If each asked the database for announcements and answers, that would be hundreds of
questions for one announcement. So a process reads them once for each class, and again when something was said.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from lessons.classroom.changes import Changed, Changes, Kind
from lessons.classroom.messages.decisions import decisions, words_of
from lessons.classroom.models import HAND_UP, Announcement, Class, Hand

LONGEST_S = 60.0  # what is shown ends by itself, too
ANNOUNCEMENT_STANDS = timedelta(hours=24)  # what nobody has ended is not news for the next lesson
MAX_ANNOUNCEMENTS = 3
DECISION_STANDS = timedelta(hours=24)  # in My work it stays
MAX_DECISIONS = 3  # for one student
REPLY_STANDS = timedelta(minutes=30)  # on all pages; on the lesson's own page it stays


@dataclass(frozen=True, slots=True)
class Said:
    """Words from staff: to the class, to a student who had raised a hand, or about what was decided."""

    pk: int
    words: str
    lesson: str
    by: str
    at: datetime
    kind: Literal["announcement", "hand", "decision"] = "announcement"

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.pk}"


@dataclass(frozen=True, slots=True)
class Notifications:
    """`hands`: by member, the latest hand that is up or was until lately, and what became of it. `decisions`: by member,
    the newest first; by None those about the whole class."""

    announcements: tuple[Said, ...]
    answers: Mapping[int, Said]
    decisions: Mapping[int | None, Sequence[Said]]
    hands: Mapping[int, tuple[int, str]]

    def to(self, member_pk: int) -> tuple[Said, ...]:
        """What this member's pages say, the newest first."""
        decided = [*self.decisions.get(member_pk, ()), *self.decisions.get(None, ())]
        decided.sort(key=_at, reverse=True)
        answer = self.answers.get(member_pk)
        mine = (*self.announcements, *decided[:MAX_DECISIONS], *([answer] if answer else ()))
        return tuple(sorted(mine, key=_at, reverse=True))


def _at(said: Said) -> datetime:
    return said.at


def read(klass: Class) -> Notifications:
    """As it stands in the database."""
    now = timezone.now()
    standing = (
        klass.announcements.filter(ended_at=None, at__gt=now - ANNOUNCEMENT_STANDS).select_related("by").order_by("-at")
    )
    lately = Q(replied_at__gt=now - REPLY_STANDS) | Q(lowered_at__gt=now - REPLY_STANDS)
    hands = Hand.objects.filter(HAND_UP | lately, member__klass=klass)
    latest = {hand.member_id: hand for hand in hands.select_related("replied_by").order_by("pk")}
    return Notifications(
        announcements=tuple(_announcement(each) for each in standing[:MAX_ANNOUNCEMENTS]),
        answers={member: _answer(hand) for member, hand in latest.items() if hand.replied_at},
        hands={member: (hand.pk, hand.state) for member, hand in latest.items()},
        decisions=_decisions(klass, since=now - DECISION_STANDS),
    )


def _decisions(klass: Class, *, since: datetime) -> dict[int | None, list[Said]]:
    told: defaultdict[int | None, list[Said]] = defaultdict(list)
    for change in decisions(klass).filter(at__gt=since):
        told[change.seat_id].append(Said(change.pk, words_of(change), "", change.by.name, change.at, kind="decision"))
    return dict(told)


def _announcement(announcement: Announcement) -> Said:
    return Said(announcement.pk, announcement.words, announcement.lesson, announcement.by.name, announcement.at)


def _answer(hand: Hand) -> Said:
    by = hand.replied_by.name if hand.replied_by else ""
    return Said(hand.pk, hand.reply, hand.lesson, by, hand.replied_at or hand.raised_at, kind="hand")


class NotificationMemory:
    """Those of each class, read once until something is said; for any thread."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._lock = threading.Lock()
        self._known: dict[int, tuple[float, Notifications]] = {}

    def of(self, klass: Class) -> Notifications:
        now = time.monotonic()
        with self._lock:
            read_at, known = self._known.get(klass.pk, (0.0, None))
        if known is None or now - read_at > LONGEST_S or not self._changes.is_running:
            known = read(klass)
            with self._lock:
                self._known[klass.pk] = now, known
        return known

    def forget(self, changed: Changed) -> None:
        if changed.kind in (Kind.HAND, Kind.ANNOUNCEMENT, Kind.DECISION):
            with self._lock:
                self._known.pop(changed.class_pk, None)
