"""The button "Check now": checks at once whether an exercise is done."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_lesson_for, get_member
from lessons.classroom.checks.attempts import attempts_by_exercise, check
from lessons.classroom.perform import perform_form
from lessons.cluster.refusals import Refusal
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.web.links import lesson_url
from lessons.web.pages import HtmxRequest
from lessons.web.view_models.lesson import dom_id_of, exercise_card, question_form

NOTHING_TYPED = {"csrfmiddlewaretoken", "act_id"}


@require_POST
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
        card = exercise_card(member, lesson, exercise, attempts_by_exercise(member, lesson).get(exercise.id), form=form)
        return render(request, "parts/_exercise.html", {"exercise": card}, status=422)
    if form:
        answer = SubmitAnswers(exercise=exercise.id, answers=form.made.model_dump(mode="json"))
        perform_form(member, answer, act_id=form.cleaned_data["act_id"], lesson=lesson.slug)
    process.current().limits.count_act(member, asked=_("Check the exercise %(title)s") % {"title": exercise.title})
    latest = check(member, exercise)
    if not request.htmx:
        return redirect(f"{lesson_url(member, lesson)}#{dom_id_of(exercise)}")
    # Done is latched: the attempt that did it is shown, and not a later one.
    shown = attempts_by_exercise(member, lesson).get(exercise.id, latest)
    card = exercise_card(member, lesson, exercise, shown)
    return render(request, "parts/_exercise.html", {"exercise": card})
