"""Addresses of pages that several other pages link to."""

from __future__ import annotations

from django.urls import reverse

from lessons.classroom.models import Class, Member
from lessons.course.loader import Lesson


def lesson_url(member: Member, lesson: Lesson) -> str:
    return reverse("lesson", args=[member.klass.slug, lesson.slug])


def seat_url(klass: Class, seat_slug: str) -> str:
    """The page of one student, for staff."""
    return reverse("seat", args=[klass.slug, seat_slug])
