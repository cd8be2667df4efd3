"""A student's lesson page, as that student sees it, for those who teach or grade: to read, and not to act."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lessons.access import get_present_seat, get_staff
from lessons.views.pages import lesson_context, lesson_or_404


@never_cache
@require_GET
def seat_lesson(request: HttpRequest, class_slug: str, seat_slug: str, lesson_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    seat = get_present_seat(staff, seat_slug)
    lesson = lesson_or_404(lesson_slug)
    return render(request, "lesson.html", lesson_context(seat, lesson))
