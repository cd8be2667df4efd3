"""What is said to a class just now, and whose hands are up: for every open page, by one look a second.

Why it is so
------------
Three hundred open pages are drawn by a process once a second. If each asked the database for broadcasts and answers,
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

from lessons.cluster import snapshot
from lessons.models import HAND_UP, Broadcast, Class, Hand, Member

FRESH_S = 0.9  # pages are drawn once a second: each time with a new look
BROADCAST_STANDS = timedelta(hours=24)  # what nobody has ended is not news for the next lesson
MAX_BROADCASTS = 3
ANSWER_STANDS = timedelta(minutes=30)  # on all pages; on the lesson's own page it stays


@dataclass(frozen=True, slots=True)
class Said:
    """Words from those who teach: to the class (`is_answer` False) or to whoever had raised a hand."""

    pk: int
    words: str
    lesson: str
    by: str
    at: datetime
    is_answer: bool = False

    @property
    def key(self) -> str:
        return f"{'hand' if self.is_answer else 'broadcast'}-{self.pk}"


@dataclass(frozen=True, slots=True)
class News:
    """`hands`: by member, the latest hand that is up or was until lately, and what became of it."""

    broadcasts: tuple[Said, ...]
    answers: Mapping[int, Said]
    hands: Mapping[int, tuple[int, str]]

    def to(self, member_pk: int) -> tuple[Said, ...]:
        """What this member's pages say, the newest first."""
        answer = self.answers.get(member_pk)
        mine = (*self.broadcasts, answer) if answer else self.broadcasts
        return tuple(sorted(mine, key=lambda said: said.at, reverse=True))


def read(klass: Class) -> News:
    """As it stands in the database."""
    now = timezone.now()
    standing = (
        klass.broadcasts.filter(ended_at=None, at__gt=now - BROADCAST_STANDS).select_related("by").order_by("-at")
    )
    lately = Q(answered_at__gt=now - ANSWER_STANDS) | Q(lowered_at__gt=now - ANSWER_STANDS)
    hands = Hand.objects.filter(HAND_UP | lately, member__klass=klass)
    latest = {hand.member_id: hand for hand in hands.select_related("answered_by").order_by("pk")}
    return News(
        broadcasts=tuple(_broadcast(each) for each in standing[:MAX_BROADCASTS]),
        answers={member: _answer(hand) for member, hand in latest.items() if hand.answered_at},
        hands={member: (hand.pk, hand.state) for member, hand in latest.items()},
    )


def _broadcast(broadcast: Broadcast) -> Said:
    return Said(broadcast.pk, broadcast.words, broadcast.lesson, broadcast.by.name, broadcast.at)


def _answer(hand: Hand) -> Said:
    by = hand.answered_by.name if hand.answered_by else ""
    return Said(hand.pk, hand.answer, hand.lesson, by, hand.answered_at or hand.raised_at, is_answer=True)


_looks: dict[str, tuple[float, News]] = {}  # by the class's slug
_lock = threading.Lock()


def latest(klass: Class) -> News:
    """The same, at most a second old."""
    with _lock:
        looked_at, news = _looks.get(klass.slug, (0.0, None))
        if news is None or time.monotonic() - looked_at > FRESH_S:
            looked_at, news = time.monotonic(), read(klass)
            _looks[klass.slug] = looked_at, news
        return news


def changed(klass: Class, *, of: Member | None = None) -> None:
    """Something was said: open pages are drawn anew at once. What is `of` one member alone draws that member's at once,
    and others' within a second: no student sets the whole class in motion."""
    with _lock:
        _looks.pop(klass.slug, None)
    snapshot.service.poke(of.namespace if of else None)
