"""The playground: all acts on one page, the stage with the seat's topics, and what was done as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_action, get_member, get_own_act
from lessons.classroom.exports.notebook import as_ipynb, session_cells, session_script
from lessons.classroom.models import Act, Member
from lessons.classroom.notebooks.storing import notebook_of
from lessons.classroom.playground import PLAYGROUND, begin_anew, offered, recent_topics, session_of
from lessons.classroom.scenes.playing import plays_of
from lessons.classroom.scenes.steps import file_of, steps_of_acts
from lessons.course.acts.base import Action
from lessons.course.acts.consume import Consume
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.loader import Lesson
from lessons.web.attachment import attachment
from lessons.web.live.registry import live_url
from lessons.web.page_context import page_context
from lessons.web.pages import HtmxRequest
from lessons.web.pages.student.acts import code_in, do_at
from lessons.web.post_only import post_only
from lessons.web.view_models.cluster import cluster_context, latest_snapshot
from lessons.web.view_models.code import where
from lessons.web.view_models.lesson import ActCard
from lessons.web.view_models.notebook import cells_data
from lessons.web.view_models.notifications import notifications_of
from lessons.web.view_models.playground import (
    choices,
    dom_id_of,
    playground_card,
    playground_stream,
    session_context,
    stages_card,
    stages_facts,
)


@require_safe
def playground(request: HttpRequest, class_slug: str) -> HttpResponse:
    """`?act=` names the act whose form is shown, and `&did=` one that was just done there."""
    member = get_member(request.user, class_slug)
    return _page(request, member, _picked(member, request.GET))


def _page(request: HttpRequest, member: Member, action: type[Action]) -> HttpResponse:
    done = _done(member, action, request.GET)
    card = None if action is Consume else playground_card(member, action, act=done)
    return render(request, "student/playground.html", _context(member, action, card))


def _picked(member: Member, query: Mapping[str, str]) -> type[Action]:
    if "act" in query:
        return _offered(member, query["act"])
    last = session_of(member).last()
    kinds = {action.kind: action for action in offered(member)}
    return kinds.get(last.kind, CreateTopic) if last else CreateTopic


def _done(member: Member, action: type[Action], query: Mapping[str, str]) -> Act | None:
    try:
        act = get_own_act(member, UUID(query["did"]))
    except (KeyError, ValueError):
        return None
    return act if act.kind == action.kind else None


def _context(member: Member, action: type[Action], card: ActCard | None) -> dict[str, Any]:
    """`card`: None for the consumers, which are no form's act."""
    snapshot = latest_snapshot(member)
    return {
        **page_context(member, "playground"),
        **cluster_context(member, snapshot),
        **session_context(member),
        "headings": choices(member, action),
        "card": card,
        "stream": playground_stream(member) if card is None else None,
        "stages": stages_card(member, stages_facts(snapshot, member, used=recent_topics(member))),
        "plays": plays_of(member),
        "begun": _begun(member),
        "cells_data": cells_data(member, notebook_of(member, PLAYGROUND)),
        "notifications": notifications_of(member),
        "live_url": live_url(member.klass, "playground"),
    }


def _begun(member: Member) -> list[Lesson]:
    """The lessons in which this member has done something."""
    begun = set(member.acts.values_list("lesson", flat=True).distinct())
    return [lesson for lesson in member.klass.lessons if lesson.slug in begun]


@dataclass(frozen=True)
class PlaygroundPlace:
    """A form of the playground."""

    request: HtmxRequest
    member: Member
    action: type[Action]

    @property
    def lesson(self) -> str:
        return PLAYGROUND

    @property
    def dom_id(self) -> str:
        return dom_id_of(self.action)

    def card(self, **shown: Any) -> ActCard:
        return playground_card(self.member, self.action, **shown)

    def page(self, card: ActCard, *, status: int) -> HttpResponse:
        return render(self.request, "student/playground.html", _context(self.member, self.action, card), status=status)

    def done(self, act: Act) -> HttpResponse:
        address = reverse("playground", args=[self.member.klass.slug])
        return redirect(f"{address}?act={self.action.kind}&did={act.pk}#{self.dom_id}")


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HtmxRequest, class_slug: str, kind: str) -> HttpResponse:
    """A POST does the act. The card of an act, for htmx, which puts it into its place; anybody else gets the page."""
    member = get_member(request.user, class_slug)
    action = _offered(member, kind)
    if request.method == "POST":
        return do_at(PlaygroundPlace(request, member, action), request, member, action)
    if not request.htmx:
        return _page(request, member, action)
    if action is Consume:
        return render(request, "parts/_stream.html", {"stream": playground_stream(member)})
    return render(request, "parts/_act.html", {"card": playground_card(member, action)})


def _offered(member: Member, kind: str) -> type[Action]:
    """Raises: Http404."""
    action = get_action(member, kind)
    if not action.about:
        raise Http404(NOT_YOURS)
    return action


@post_only
def code(request: HtmxRequest, class_slug: str, kind: str) -> HttpResponse:
    """The act in the form, as code; 204 while the form is not a valid act."""
    member = get_member(request.user, class_slug)
    action = _offered(member, kind)
    return code_in(request, member, action, dom_id=dom_id_of(action), cell=action.kind)


@post_only
def anew(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    process.current().limits.count_act(member, asked=_("Begin the session anew"))
    begin_anew(member)
    return redirect(f"{reverse('playground', args=[class_slug])}#part-session")


@require_safe
def session_file(request: HttpRequest, class_slug: str, ending: str) -> HttpResponse:
    """The session as a notebook, as a shell script, or as a scene of the acts that one can have."""
    member = get_member(request.user, class_slug)
    acts = session_of(member).exclude(state=Act.State.RUNNING)
    name = f"playground-{member.klass.slug}-{member.slug}.{ending}"
    match ending:
        case "ipynb":
            return attachment(name, "application/x-ipynb+json", as_ipynb(session_cells(acts, where(member))))
        case "sh":
            return attachment(name, "text/x-shellscript; charset=utf-8", session_script(acts, where(member)))
        case _:
            steps = [step for _act, step in steps_of_acts(acts)]
            return attachment(name, "application/json", file_of(_("My session"), steps))
