"""The button "Check now": checks at once whether an exercise is done."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_lesson_for, get_member
from lessons.classroom.checks.attempts import check
from lessons.classroom.models import Member
from lessons.classroom.perform import perform_form
from lessons.cluster.refusals import Refusal
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.loader import Lesson
from lessons.web.links import lesson_url
from lessons.web.pages import HtmxRequest
from lessons.web.pages.student.lessons import lesson_context
from lessons.web.post_only import post_only
from lessons.web.view_models.lesson import ExerciseCard, dom_id_of, exercise_card, question_form

NOTHING_TYPED = {"csrfmiddlewaretoken", "act_id"}


@post_only
def check_now(request: HtmxRequest, class_slug: str, lesson_slug: str, exercise_id: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    try:
        exercise = lesson.exercise(exercise_id)
    except KeyError:
        raise Http404(NOT_YOURS) from None
    form = question_form(member, exercise, request.POST)
    if exercise.asks and form is None and request.POST.keys() - NOTHING_TYPED:
        raise Refusal.OTHER_QUESTIONS.error(asked=_("Check the exercise %(title)s") % {"title": exercise.title})
    if form and not form.is_valid():
        return _refused(request, member, lesson, exercise_card(member, lesson, exercise, form=form))
    if form:
        answer = SubmitAnswers(exercise=exercise.id, answers=form.made.model_dump(mode="json"))
        perform_form(member, answer, act_id=form.cleaned_data["act_id"], lesson=lesson.slug)
    process.current().limits.count_act(member, asked=_("Check the exercise %(title)s") % {"title": exercise.title})
    check(member, exercise)
    if not request.htmx:
        return redirect(f"{lesson_url(member, lesson)}#{dom_id_of(exercise)}")
    return render(request, "parts/_exercise.html", {"exercise": exercise_card(member, lesson, exercise)})


def _refused(request: HtmxRequest, member: Member, lesson: Lesson, card: ExerciseCard) -> HttpResponse:
    if request.htmx:
        return render(request, "parts/_exercise.html", {"exercise": card}, status=422)
    return render(request, "student/lesson.html", lesson_context(member, lesson, cards=[card]), status=422)
