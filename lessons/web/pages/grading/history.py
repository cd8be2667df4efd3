"""The history of the class, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_staff
from lessons.classroom.history import sentence_of
from lessons.classroom.models import Change
from lessons.course.loader import exercise_titles
from lessons.web.page_context import page_context

AT_ONCE = 50


@dataclass(frozen=True)
class Entry:
    """One change as pages show it. `exercise`: its id, or empty if the course has no such exercise."""

    change: Change
    sentence: str
    exercise: str
    title: str
    reason: str


@require_safe
def history(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    changes = staff.klass.changes.select_related("by", "seat").order_by("-pk")
    page = Paginator(changes, AT_ONCE).get_page(request.GET.get("page"))
    context = {**page_context(staff, "grading"), "page": page, "entries": [entry_of(change) for change in page]}
    return render(request, "grading/history.html", context)


def entry_of(change: Change) -> Entry:
    data = change.data if isinstance(change.data, Mapping) else {}
    exercise = str(data.get("exercise", ""))
    titles = exercise_titles()
    return Entry(
        change=change,
        sentence=sentence_of(change),
        exercise=exercise if exercise in titles else "",
        title=titles.get(exercise, exercise),
        reason=str(data.get("reason", "")),
    )
