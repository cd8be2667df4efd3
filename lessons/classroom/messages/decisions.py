"""What staff changed about a student's work or cluster, as that student is told."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lessons.classroom.history import ChangeKind, sentence_of
from lessons.classroom.models import Change, Class, Member
from lessons.course.loader import exercise_titles

OF_A_SEAT = (ChangeKind.OVERRIDE, ChangeKind.REGRADE, ChangeKind.RECHECK, ChangeKind.RESET)


def decisions(klass: Class) -> QuerySet[Change]:
    """What students are told, the newest first; a change without a seat is told to everybody."""
    told = Q(kind__in=OF_A_SEAT, seat__isnull=False) | Q(kind=ChangeKind.RESET)
    return klass.changes.filter(told).select_related("by").order_by("-pk")


def decisions_about(member: Member) -> QuerySet[Change]:
    of_class = Q(seat=None, at__gte=member.joined_at)
    return decisions(member.klass).filter(Q(seat=member) | of_class)


def words_of(change: Change) -> str:
    """To be read after the name of who did it: `set “done” with 2 points · Three topics`."""
    words = sentence_of(change)
    if change.seat_id is None:
        return _("%(words)s of the whole class") % {"words": words}
    data = change.data if isinstance(change.data, Mapping) else {}  # history outlives the code that wrote it
    if title := exercise_titles().get(data.get("exercise", "")):
        words = f"{words} · {title}"
    reason = data.get("reason")
    return _("%(words)s: “%(reason)s”") % {"words": words, "reason": reason} if reason else words
