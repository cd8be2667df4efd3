"""A lesson as a student sees it, for staff: read-only, and one press away from their own page of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_lesson_for, get_staff
from lessons.classroom.models import Class, Member, Role
from lessons.course.loader import Lesson
from lessons.web.links import lesson_url, preview_url
from lessons.web.pages.room.seat_lesson import read_only_context
from lessons.web.view_models.hands import hand_card
from lessons.web.view_models.lesson import watch_card
from lessons.web.view_models.read_only import read_only_card

NOBODYS_SLUG = "0000"  # seats have no zeros in theirs


@require_safe
def preview(request: HttpRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    return render(request, "room/preview.html", _context(staff, get_lesson_for(staff, lesson_slug)))


def _context(staff: Member, lesson: Lesson) -> dict[str, Any]:
    seat = _newcomer(staff.klass)
    return {
        **read_only_context(staff, seat, lesson, partial(preview_url, staff.klass)),
        "hand": read_only_card(hand_card(seat, lesson)),
        "watch": watch_card(staff, lesson),
        "live_url": "",
        "own_url": lesson_url(staff, lesson),
    }


def _newcomer(klass: Class) -> Member:
    """A student who has just joined, and is in no table."""
    return Member(pk=0, klass=klass, role=Role.STUDENT, name=_("a student"), slug=NOBODYS_SLUG)
