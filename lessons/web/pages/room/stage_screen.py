"""A lesson's stage, for the wall: a student's, or that of whoever teaches; without anybody's name."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom.access import NOT_YOURS, get_lesson_for, get_present_seat, get_staff
from lessons.web.links import lesson_url, seat_lesson_url
from lessons.web.live.registry import live_url
from lessons.web.view_models.cluster import latest_snapshot
from lessons.web.view_models.lesson import watch_card
from lessons.web.view_models.stage import stage_facts


@require_safe
def stage_screen(request: HttpRequest, class_slug: str, lesson_slug: str, seat_slug: str = "") -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    seat = get_present_seat(staff, seat_slug) if seat_slug else staff
    lesson = get_lesson_for(staff, lesson_slug)
    if not lesson.topic:
        raise Http404(NOT_YOURS)
    whose = {"seat": seat.slug} if seat_slug else {}
    return render(request, "room/stage_screen.html", {
        "klass": staff.klass, "lesson": lesson,
        "watch": watch_card(seat, lesson, for_staff=bool(seat_slug)),
        "stage": stage_facts(latest_snapshot(seat), seat.namespace, lesson.topic),
        "live_url": live_url(staff.klass, "stage", lesson=lesson.slug, **whose),
        "leave_url": seat_lesson_url(seat, lesson) if seat_slug else lesson_url(staff, lesson),
    })  # fmt: skip
