"""One student, for staff: the standing of each exercise, and the latest acts and changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_seat, get_staff
from lessons.classroom.grading.standings import NOT_BEGUN_YET, STATE_WORDS, progress, standings_of
from lessons.classroom.models import Member
from lessons.course.loader import lessons
from lessons.web.page_context import page_context
from lessons.web.pages.grading.history import entry_of
from lessons.web.view_models.lesson import answer_card

LATEST_ACTS = 30
LATEST_CHANGES = 10


@require_safe
def seat_page(request: HttpRequest, class_slug: str, seat_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    seat = get_seat(staff, seat_slug)
    acts = seat.acts.defer("fields").order_by("-started_at")[:LATEST_ACTS]
    changes = seat.changes.select_related("by", "seat").order_by("-pk")[:LATEST_CHANGES]
    context = {
        **page_context(staff, "grading"),
        "seat": seat,
        "progress": progress(seat),
        "lessons": _lessons(seat),
        "acts": [{"act": act, "answer": answer_card(act)} for act in acts],
        "changes": [entry_of(change) for change in changes],
    }
    return render(request, "grading/seat.html", context)


def _lessons(seat: Member) -> list[dict[str, Any]]:
    """The lessons that are switched on, and those that are off but have attempts."""
    standings = standings_of(seat)
    on = seat.klass.lessons
    return [
        {
            "lesson": lesson,
            "is_on": lesson in on,
            "exercises": [
                {"exercise": each, "standing": standing, "words": STATE_WORDS[standing.state]}
                for each in lesson.exercises
                for standing in [standings.get(each.id, NOT_BEGUN_YET)]
            ],
        }
        for lesson in lessons()
        if lesson in on or any(each.id in standings for each in lesson.exercises)
    ]
