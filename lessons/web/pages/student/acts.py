"""Doing an act by its form, and the same act as code."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from lessons.classroom.access import NOT_YOURS, get_action, get_lesson_for, get_member
from lessons.classroom.checks.attempts import check_lesson
from lessons.classroom.limits import TooFast
from lessons.classroom.models import Member
from lessons.classroom.perform import perform_form
from lessons.course.acts.base import Action
from lessons.course.loader import Lesson
from lessons.web.errors import status_of, status_of_act
from lessons.web.forms.acts import described_form
from lessons.web.links import lesson_url
from lessons.web.pages import HtmxRequest, left_to_its_page
from lessons.web.pages.student.lessons import lesson_context
from lessons.web.post_only import post_only
from lessons.web.view_models.code import code_of
from lessons.web.view_models.lesson import act_card, answer_card, cell_id


@post_only
def do(request: HtmxRequest, class_slug: str, lesson_slug: str, index: int) -> HttpResponse:
    """Does the act. For htmx the answer takes its place in the card, whose form stays as it is; a form with errors comes
    back in a whole card. Otherwise a redirect to the lesson, which shows the answer."""
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    dom_id = f"act-{index}"
    form = described_form(_action_or_404(member, lesson, index), dom_id=dom_id, data=request.POST)
    if not form.is_valid():
        return _card(request, member, lesson, index, form=form, status=422)
    assert isinstance(form.made, Action)
    try:
        with left_to_its_page(request, member):
            act = perform_form(member, form.made, act_id=form.cleaned_data["act_id"], lesson=lesson.slug)
    except TooFast as refusal:
        form.add_error(None, str(refusal))
        return _card(request, member, lesson, index, form=form, status=status_of(type(refusal).__name__))
    if request.htmx:  # the exercises are checked meanwhile, and the page is told
        if "whole" in request.POST:
            return _card(request, member, lesson, index, act=act, status=status_of_act(act))
        context = {"answers": [answer_card(act)], "dom_id": dom_id, "act_id": uuid4()}
        answer = render(request, "parts/_answers.html", context, status=status_of_act(act))
        answer["HX-Retarget"] = f"#{dom_id}-answers"
        return answer
    check_lesson(member, lesson)
    return redirect(f"{lesson_url(member, lesson)}?block={index}&act={act.pk}#act-{index}")


def _card(request: HtmxRequest, member: Member, lesson: Lesson, index: int, *, status: int, **shown) -> HttpResponse:
    card = act_card(member, lesson, index, **shown)
    if request.htmx:
        return render(
            request,
            "parts/_act.html",
            {"card": card, "klass": member.klass, "member": member},
            status=status,
        )
    return render(request, "student/lesson.html", lesson_context(member, lesson, cards=[card]), status=status)


@post_only
def code(request: HtmxRequest, class_slug: str, lesson_slug: str, index: int) -> HttpResponse:
    """The act in the form, as code; 204 while the form is not a valid act. A POST, for a form may be longer than an address;
    it changes nothing."""
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    action = _action_or_404(member, lesson, index)
    form = described_form(action, dom_id=f"act-{index}", data=request.POST)
    if not form.is_valid():
        return HttpResponse(status=204)
    dom_id = "act" if lesson.blocks[index].kind == "act" else "stream"
    shown = code_of(action, form.made.model_dump(), member)
    return render(
        request,
        "parts/_code_panels.html",
        {"code": shown, "dom_id": f"{dom_id}-{index}", "cell": cell_id(lesson, index)},
    )


def _action_or_404(member: Member, lesson: Lesson, index: int) -> type[Action]:
    if index >= len(lesson.blocks) or lesson.blocks[index].kind not in ("act", "stream"):
        raise Http404(NOT_YOURS)
    block = lesson.blocks[index]
    return get_action(member, block.name)
