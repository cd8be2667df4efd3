"""What is said to a class just now, and whose hands are up: for every open page, by one look a second.

Why it is so
------------
Three hundred open pages are drawn by a process once a second. If each asked the database for announcements and answers,
that would be six hundred questions a second for nothing new. So a process looks once a second for each class, and a
page draws only when what it shows has changed. Who changes something here looks again at once (`changed`); other
processes see it within the second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from lessons.classroom.models import HAND_UP, Announcement, Class, Hand, Member
from lessons.cluster import snapshots

FRESH_S = 0.9  # pages are drawn once a second: each time with a new look
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


_looks: dict[str, tuple[float, Notifications]] = {}  # by the class's slug
_lock = threading.Lock()


def latest(klass: Class) -> Notifications:
    """The same, at most a second old."""
    with _lock:
        looked_at, known = _looks.get(klass.slug, (0.0, None))
        if known is None or time.monotonic() - looked_at > FRESH_S:
            looked_at, known = time.monotonic(), read(klass)
            _looks[klass.slug] = looked_at, known
        return known


def changed(klass: Class, *, of: Member | None = None) -> None:
    """Something was said: open pages are drawn anew at once. What is `of` one member alone draws that member's at once,
    and others' within a second: no student sets the whole class in motion."""
    with _lock:
        _looks.pop(klass.slug, None)
    snapshots.service.poke(of.namespace if of else None)
