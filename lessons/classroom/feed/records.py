"""What the class's feed says of a row: one record each, with ids and seats but no names, and no words meant for one person.

A row whose record is no longer true (an act that was settled late, a hand that was answered) loses its `feed_offset`
and is sent again: an act under the same id, which replaces what was said; a hand under the id of what became of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.fields.json import KT

from lessons.classroom.changes import Kind
from lessons.classroom.models import Act, Announcement, Attempt, Class, Hand
from lessons.cluster.namespace import MAX_FULL_NAME_LENGTH

VERSION = 1
LONGEST_ANSWER = 500  # characters
NO_NEWS = -1  # stands in the place of an offset


@dataclass(frozen=True)
class Table:
    """One table that the feed repeats. `record`: None where a row is no news. `at`: when it came about, and the order.
    `told`: while these fields are as they were read, the record is true."""

    unsent: Callable[[Class], QuerySet[Any]]
    record: Callable[[Any], dict[str, Any] | None]
    at: str
    told: tuple[str, ...] = ()

    def mark_sent(self, row: Model, offset: int) -> None:
        as_read = {name: getattr(row, name) for name in self.told}
        type(row).objects.filter(pk=row.pk, **as_read).update(feed_offset=offset)  # type: ignore[attr-defined]


def _acts(klass: Class) -> QuerySet[Act]:
    return (
        Act.objects.filter(member__klass=klass, feed_offset=None)
        .exclude(state=Act.State.RUNNING)
        .select_related("member")
        .defer("fields")  # a megabyte each, if a student likes
        .annotate(topic=KT("fields__topic"))
    )


def _verdicts(klass: Class) -> QuerySet[Attempt]:
    done = Attempt.objects.filter(member__klass=klass, feed_offset=None, state=Attempt.State.DONE)
    return done.select_related("member")


def _hands(klass: Class) -> QuerySet[Hand]:
    return Hand.objects.filter(member__klass=klass, feed_offset=None).select_related("member")


def _announcements(klass: Class) -> QuerySet[Announcement]:
    return klass.announcements.filter(feed_offset=None).select_related("by")


def _act_record(act: Any) -> dict[str, Any]:
    return {
        "v": VERSION, "kind": "act", "id": str(act.pk), "seat": act.member.slug, "lesson": act.lesson,
        "act": act.kind, "topic": (act.topic or "")[:MAX_FULL_NAME_LENGTH], "line": act.told, "state": act.state, "speaker": act.answer.get("speaker", ""),
        "answer": str(act.answer.get("words", ""))[:LONGEST_ANSWER], "at": _iso(act.settled_at),
    }  # fmt: skip


def _verdict_record(attempt: Attempt) -> dict[str, Any] | None:
    """Done again is no news: a grader may have asked for a look at what everybody had done long ago."""
    before = Attempt.objects.counted().filter(member=attempt.member_id, exercise=attempt.exercise, pk__lt=attempt.pk)
    if before.filter(state=Attempt.State.DONE).exists():
        return None
    return {
        "v": VERSION, "kind": "verdict", "id": f"attempt-{attempt.pk}", "seat": attempt.member.slug,
        "exercise": attempt.exercise, "state": attempt.state, "at": _iso(attempt.decided_at),
    }  # fmt: skip


def _hand_record(hand: Hand) -> dict[str, Any]:
    """Without the words: they were for those who teach, and a class may see its feed."""
    at = hand.replied_at or hand.lowered_at or hand.raised_at
    return {
        "v": VERSION, "kind": "hand", "id": f"hand-{hand.pk}-{hand.state}", "seat": hand.member.slug,
        "lesson": hand.lesson, "exercise": hand.exercise, "state": hand.state, "at": _iso(at),
    }  # fmt: skip


def _announcement_record(announcement: Announcement) -> dict[str, Any]:
    return {
        "v": VERSION, "kind": "announcement", "id": f"announcement-{announcement.pk}", "seat": announcement.by.slug,
        "lesson": announcement.lesson, "line": announcement.words, "at": _iso(announcement.at),
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


ACTS = Table(_acts, _act_record, at="settled_at", told=("state",))
VERDICTS = Table(_verdicts, _verdict_record, at="decided_at")
HANDS = Table(_hands, _hand_record, at="raised_at", told=("replied_at", "lowered_at"))
ANNOUNCEMENTS = Table(_announcements, _announcement_record, at="at")
# In the order in which they are sent: an act before the verdict that it led to.
KINDS = {Kind.ACT: ACTS, Kind.ATTEMPT: VERDICTS, Kind.HAND: HANDS, Kind.ANNOUNCEMENT: ANNOUNCEMENTS}
