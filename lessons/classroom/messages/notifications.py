"""What is said to a class just now, and whose hands are up, for every open page.

Why it is so
------------
Three hundred pages may be open. If each asked the database for announcements and answers, that would be hundreds of
questions for one announcement. So a process reads them once for each class, and again when something was said.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from lessons.classroom.changes import Changed, Changes, Kind
from lessons.classroom.models import HAND_UP, Announcement, Class, Hand

LONGEST_S = 60.0  # what is shown ends by itself, too
ANNOUNCEMENT_STANDS = timedelta(hours=24)  # what nobody has ended is not news for the next lesson
MAX_ANNOUNCEMENTS = 3
REPLY_STANDS = timedelta(minutes=30)  # on all pages; on the lesson's own page it stays


@dataclass(frozen=True, slots=True)
class Said:
    """Words from those who teach: to the class (`is_reply` False) or to whoever had raised a hand."""

    pk: int
    words: str
    lesson: str
    by: str
    at: datetime
    is_reply: bool = False

    @property
    def key(self) -> str:
        return f"{'hand' if self.is_reply else 'announcement'}-{self.pk}"


@dataclass(frozen=True, slots=True)
class Notifications:
    """`hands`: by member, the latest hand that is up or was until lately, and what became of it."""

    announcements: tuple[Said, ...]
    answers: Mapping[int, Said]
    hands: Mapping[int, tuple[int, str]]

    def to(self, member_pk: int) -> tuple[Said, ...]:
        """What this member's pages say, the newest first."""
        answer = self.answers.get(member_pk)
        mine = (*self.announcements, answer) if answer else self.announcements
        return tuple(sorted(mine, key=lambda said: said.at, reverse=True))


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
    )


def _announcement(announcement: Announcement) -> Said:
    return Said(announcement.pk, announcement.words, announcement.lesson, announcement.by.name, announcement.at)


def _answer(hand: Hand) -> Said:
    by = hand.replied_by.name if hand.replied_by else ""
    return Said(hand.pk, hand.reply, hand.lesson, by, hand.replied_at or hand.raised_at, is_reply=True)


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
        if changed.kind in (Kind.HAND, Kind.ANNOUNCEMENT):
            with self._lock:
                self._known.pop(changed.class_pk, None)
