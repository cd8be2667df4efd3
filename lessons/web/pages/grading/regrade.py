"""One exercise, for staff: re-check everybody on the cluster, or re-grade from stored evidence."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lessons.classroom.access import get_exercise, get_staff
from lessons.classroom.grading.completion import completion
from lessons.classroom.grading.regrading import ListChanged, accept, regrading
from lessons.classroom.models import Member
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.web.page_context import page_context
from lessons.web.pages.grading.completion import count_of


@require_http_methods(["GET", "HEAD", "POST"])
def regrade(request: HttpRequest, class_slug: str, exercise_id: str) -> HttpResponse:
    """A GET shows whose verdict would change; a POST with the digest of that list accepts it."""
    staff = get_staff(request.user, class_slug)
    lesson, exercise = get_exercise(exercise_id)
    if request.method == "GET":
        context = _context(staff, lesson, exercise, accepted=count_of(request.GET, "accepted"))
        return render(request, "grading/regrade.html", context)
    try:
        done = accept(staff.klass, staff, exercise, digest=request.POST.get("digest", ""))
    except ListChanged:
        context = _context(staff, lesson, exercise, has_changed=True)
        return render(request, "grading/regrade.html", context, status=409)
    return redirect(f"{reverse('re-grade', args=[class_slug, exercise.id])}?accepted={len(done.seats)}")


def _context(staff: Member, lesson: Lesson, exercise: Exercise, **more: Any) -> dict[str, Any]:
    table = completion(staff.klass)
    where = [each.id for each in table.exercises]
    states = [row.cells[where.index(exercise.id)].state for row in table.rows] if exercise.id in where else []
    return {
        **page_context(staff, "grading"),
        "lesson": lesson,
        "exercise": exercise,
        "counts": {state or "not_begun": states.count(state) for state in ("done", "not_yet", "could_not_check", "")},
        "regrading": regrading(staff.klass, exercise),
        **more,
    }
