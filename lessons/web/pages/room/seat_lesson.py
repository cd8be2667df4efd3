"""A student's lesson page as staff see it: the same page, read-only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_lesson_for, get_present_seat, get_staff
from lessons.classroom.messages.hands import hand_up
from lessons.classroom.models import Member
from lessons.course.loader import Lesson
from lessons.web.links import seat_lesson_url, seat_url
from lessons.web.live.registry import live_url
from lessons.web.page_context import has_more_classes
from lessons.web.pages.student.lessons import lesson_context
from lessons.web.view_models.hands import waiting_hand
from lessons.web.view_models.lesson import watch_card
from lessons.web.view_models.read_only import latest_act_cards, read_only_card


@require_safe
def seat_lesson(request: HttpRequest, class_slug: str, seat_slug: str, lesson_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    seat = get_present_seat(staff, seat_slug)
    return render(request, "room/seat_lesson.html", _context(staff, seat, get_lesson_for(staff, lesson_slug)))


def _context(staff: Member, seat: Member, lesson: Lesson) -> dict[str, Any]:
    raised = hand_up(seat)
    return {
        **read_only_context(staff, seat, lesson, partial(seat_lesson_url, seat)),
        "seat": seat, "seat_url": seat_url(seat.klass, seat.slug),
        "raised": waiting_hand(staff, raised) if raised else None,
        "watch": watch_card(seat, lesson, for_staff=True),
        "live_url": live_url(seat.klass, "seat-lesson", seat=seat.slug, lesson=lesson.slug),
    }  # fmt: skip


def read_only_context(staff: Member, seat: Member, lesson: Lesson, url_of: Callable[[Lesson], str]) -> dict[str, Any]:
    """What the student's page shows; the bar is that of the member of staff, and `url_of` leads to other lessons."""
    shown = lesson_context(seat, lesson, cards=latest_act_cards(seat, lesson).values(), url_of=url_of)
    return {
        **shown,
        "member": staff, "has_more_classes": has_more_classes(staff), "room": "", "hand": None, "notifications": None,
        "original_url": "", "own_url": "", "anew_url": "", "cells_data": None,
        "blocks": [replace(block, card=read_only_card(block.card)) for block in shown["blocks"]],
    }  # fmt: skip
