"""What an open socket stands on, and whether it still does."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from django.contrib.sessions.models import Session
from django.utils import timezone

from lessons.classroom.models import Class, Member
from lessons.course.loader import Lesson

Ground = tuple[str, int, str]  # what a socket stands on: what kind of thing it is, its key, and more about it


def is_member(member: Member) -> Ground:
    """It is in its class, in this role, and its personal code is still the one."""
    return "member", member.pk, f"{member.role} {member.code_generation}"


def has_lesson(klass: Class, lesson: Lesson) -> Ground:
    """The lesson is switched on in the class."""
    return "lesson", klass.pk, lesson.slug


def sees_its_feed(klass: Class) -> Ground:
    """The class may see its feed."""
    return "shared feed", klass.pk, ""


def still_there(grounds: AbstractSet[Ground], sessions: AbstractSet[str]) -> tuple[set[Ground], set[str]]:
    """Which of these still hold (others may come with them), and which sessions are still good."""
    keys = {kind: [key for each, key, _ in grounds if each == kind] for kind, *_ in grounds}
    members = Member.objects.filter(pk__in=keys.get("member", ()), removed_at=None)
    firm = {is_member(member) for member in members.only("role", "code_generation")}
    if classes := keys.get("lesson"):
        firm |= {
            has_lesson(klass, lesson) for klass in Class.objects.filter(pk__in=classes) for lesson in klass.lessons
        }
    if classes := keys.get("shared feed"):
        shared = Class.objects.filter(pk__in=classes, feed_is_shared=True)
        firm |= {sees_its_feed(klass) for klass in shared.only("pk")}
    good = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
    return firm, set(good.values_list("session_key", flat=True))
