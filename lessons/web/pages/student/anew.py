"""Beginning a lesson anew: what of the seat's own will be deleted, and then what was."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_change, get_lesson_for, get_member
from lessons.classroom.history import ChangeKind
from lessons.classroom.lesson_reset import also_in, begin_anew, begins_with, things_of_lesson
from lessons.classroom.models import Change, Member
from lessons.classroom.people.reset import Things
from lessons.course.loader import Lesson
from lessons.web.page_context import page_context


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_anew(request: HttpRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    """A POST has the names of the preview that are still ticked. `?did=` names the change whose result the page shows."""
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    context: dict[str, Any] = {**page_context(member, "lessons"), "lesson": lesson}
    if request.method == "POST":
        process.current().limits.count_act(member, asked=_("Begin this lesson anew"))
        change = begin_anew(member, lesson, _ticked(request, member), with_start="start" in request.POST)
        return redirect(f"{request.path}?did={change.pk}")
    if "did" in request.GET:
        return render(request, "student/anew.html", {**context, "did": _done(member, lesson, request.GET["did"]).data})
    with process.current().limits.running_read(member, asked=_("Begin this lesson anew")):
        things = things_of_lesson(member, lesson)
    return render(request, "student/anew.html", {**context, **_preview(lesson, things)})


def _ticked(request: HttpRequest, member: Member) -> Things:
    """By their names in the class, which begin with this seat's own."""
    topics, groups = ([f"{member.slug}.{name}" for name in request.POST.getlist(kind)] for kind in ("topic", "group"))
    return Things(tuple(topics), tuple(groups))


def _done(member: Member, lesson: Lesson, number: str) -> Change:
    change = get_change(member, ChangeKind.LESSON_ANEW, number)
    if change.by_id != member.pk or change.data.get("lesson") != lesson.slug:
        raise Http404(NOT_YOURS)
    return change


def _preview(lesson: Lesson, things: Things) -> dict[str, Any]:
    """The names as they were typed, which other lessons use a topic, and what this one begins with."""
    topics = [name.partition(".")[2] for name in things.topics]
    return {
        "topics": [{"name": name, "also_in": also_in(lesson, name)} for name in topics],
        "groups": [name.partition(".")[2] for name in things.groups],
        "start": [action.feed_line() for action in begins_with(lesson)],
    }
