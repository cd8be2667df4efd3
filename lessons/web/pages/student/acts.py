"""Doing an act by its form, and the same act as code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from lessons.classroom.access import NOT_YOURS, get_action, get_lesson_for, get_member
from lessons.classroom.checks.attempts import check_lesson
from lessons.classroom.limits import TooFast
from lessons.classroom.models import Act, Member
from lessons.classroom.perform import perform_form
from lessons.course.acts.base import Action
from lessons.course.loader import Lesson
from lessons.web.errors import status_of, status_of_act
from lessons.web.forms.acts import described_form
from lessons.web.links import lesson_url
from lessons.web.pages import HtmxRequest
from lessons.web.pages.student.lessons import lesson_context
from lessons.web.post_only import post_only
from lessons.web.view_models.code import code_of
from lessons.web.view_models.lesson import ActCard, act_card, answer_card, cell_id


class Place(Protocol):
    """A page on which acts are done: its cards, and where a browser without JavaScript goes after one."""

    @property
    def lesson(self) -> str: ...  # that is stored with the act
    @property
    def dom_id(self) -> str: ...

    def card(self, **shown: Any) -> ActCard: ...
    def page(self, card: ActCard, *, status: int) -> HttpResponse: ...
    def done(self, act: Act) -> HttpResponse: ...


@dataclass(frozen=True)
class LessonPlace:
    """A form of a lesson."""

    request: HtmxRequest
    member: Member
    of: Lesson
    index: int

    @property
    def lesson(self) -> str:
        return self.of.slug

    @property
    def dom_id(self) -> str:
        return f"act-{self.index}"

    def card(self, **shown: Any) -> ActCard:
        return act_card(self.member, self.of, self.index, **shown)

    def page(self, card: ActCard, *, status: int) -> HttpResponse:
        context = lesson_context(self.member, self.of, cards=[card])
        return render(self.request, "student/lesson.html", context, status=status)

    def done(self, act: Act) -> HttpResponse:
        check_lesson(self.member, self.of)
        address = lesson_url(self.member, self.of)
        return redirect(f"{address}?block={self.index}&act={act.pk}#{self.dom_id}")


@post_only
def do(request: HtmxRequest, class_slug: str, lesson_slug: str, index: int) -> HttpResponse:
    """Does the act."""
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    return do_at(LessonPlace(request, member, lesson, index), request, member, _action_or_404(member, lesson, index))


def do_at(place: Place, request: HtmxRequest, member: Member, action: type[Action]) -> HttpResponse:
    """Does an act by its form. For htmx the answer takes its place in the card, whose form stays as it is; a form with
    errors comes back in a whole card. Otherwise a redirect to the page, which shows the answer."""
    form = described_form(action, dom_id=place.dom_id, data=request.POST)
    if not form.is_valid():
        return _card(place, request, member, form=form, status=422)
    assert isinstance(form.made, Action)
    try:
        act = perform_form(member, form.made, act_id=form.cleaned_data["act_id"], lesson=place.lesson)
    except TooFast as refusal:
        form.add_error(None, str(refusal))
        return _card(place, request, member, form=form, status=status_of(type(refusal).__name__))
    if not request.htmx:
        return place.done(act)
    if "whole" in request.POST:  # the exercises are checked meanwhile, and the page is told
        return _card(place, request, member, act=act, status=status_of_act(act))
    context = {"answers": [answer_card(act)], "dom_id": place.dom_id, "act_id": uuid4()}
    answer = render(request, "parts/_answers.html", context, status=status_of_act(act))
    answer["HX-Retarget"] = f"#{place.dom_id}-answers"
    return answer


def _card(place: Place, request: HtmxRequest, member: Member, *, status: int, **shown: Any) -> HttpResponse:
    card = place.card(**shown)
    if not request.htmx:
        return place.page(card, status=status)
    context = {"card": card, "klass": member.klass, "member": member}
    return render(request, "parts/_act.html", context, status=status)


@post_only
def code(request: HtmxRequest, class_slug: str, lesson_slug: str, index: int) -> HttpResponse:
    """The act in the form, as code; 204 while the form is not a valid act. A POST, for a form may be longer than an address;
    it changes nothing."""
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    action = _action_or_404(member, lesson, index)
    dom_id = "act" if lesson.blocks[index].kind == "act" else "stream"
    return code_in(request, member, action, dom_id=f"{dom_id}-{index}", cell=cell_id(lesson, index))


def code_in(request: HtmxRequest, member: Member, action: type[Action], *, dom_id: str, cell: str) -> HttpResponse:
    """The code of what is typed into a form."""
    form = described_form(action, dom_id=dom_id, data=request.POST)
    if not form.is_valid():
        return HttpResponse(status=204)
    context = {"code": code_of(action, form.made.model_dump(), member), "dom_id": dom_id, "cell": cell}
    return render(request, "parts/_code_panels.html", context)


def _action_or_404(member: Member, lesson: Lesson, index: int) -> type[Action]:
    if index >= len(lesson.blocks) or lesson.blocks[index].kind not in ("act", "stream"):
        raise Http404(NOT_YOURS)
    block = lesson.blocks[index]
    return get_action(member, block.name)
