"""The context that every page of a class shares."""

from __future__ import annotations

from typing import Any

from lessons.classroom.grading.standings import Standings, progress
from lessons.classroom.laptops.users import are_offered
from lessons.classroom.models import Member
from lessons.classroom.people.due import due_of


def page_context(member: Member, room: str, *, standings: Standings | None = None) -> dict[str, Any]:
    """For the bar, the due date and the progress; `room` is the bar's current entry."""
    return {
        "klass": member.klass,
        "member": member,
        "room": room,
        "progress": progress(member, standings),
        "due": due_of(member.klass),
        "has_more_classes": has_more_classes(member),
        "has_laptops": are_offered(),
    }


def has_more_classes(member: Member) -> bool:
    return Member.objects.filter(user=member.user_id, removed_at=None).exclude(pk=member.pk).exists()
