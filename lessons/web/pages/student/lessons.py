"""The list of lessons, and a lesson's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lessons.classroom import process
from lessons.classroom.access import get_lesson_for, get_member, get_own_act
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Member, Role
from lessons.course.loader import Lesson
from lessons.course.notebook import original
from lessons.web.links import lesson_url, preview_url
from lessons.web.live.registry import live_url
from lessons.web.page_context import page_context
from lessons.web.view_models.cluster import cluster_context, latest_snapshot
from lessons.web.view_models.cluster_diagram import draw_diagram
from lessons.web.view_models.glossary import term_cards
from lessons.web.view_models.hands import hand_card
from lessons.web.view_models.lesson import ActCard, Card, act_card, page_blocks, watch_card
from lessons.web.view_models.notebook import lesson_cells_data, notebook_urls
from lessons.web.view_models.notifications import notifications_of
from lessons.web.view_models.rail import go_on, rail
from lessons.web.view_models.stage import stage_facts
from lessons.web.view_models.turn import turn


@require_safe
def lesson_list(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    diagram = draw_diagram(
        process.current().snapshots.latest(member.namespace), member.namespace
    )  # for the brokers' dots in the bar
    standings = standings_of(member)
    parts = rail(member, standings=standings)
    context = {
        **page_context(member, "lessons", standings=standings), **notebook_urls(member), "parts": parts, "diagram": diagram,
        "original": original(), "go_on": go_on(parts),
        "notifications": notifications_of(member), "live_url": live_url(member.klass, "notifications"),
    }  # fmt: skip
    return render(request, "student/lessons.html", context)


@require_safe
def lesson_page(request: HttpRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    context = lesson_context(member, lesson, cards=_answered(request, member, lesson))
    if request.GET.get("hand"):
        context["hand"] = hand_card(member, lesson, exercise=request.GET["hand"])
    if member.role != Role.STUDENT:
        context["preview_url"] = preview_url(member.klass, lesson)
    return render(request, "student/lesson.html", context)


def _answered(request: HttpRequest, member: Member, lesson: Lesson) -> list[ActCard]:
    """The card whose act was just done, named by the redirect that follows an act without JavaScript."""
    try:
        index, act_id = int(request.GET["block"]), UUID(request.GET["act"])
        block = dict(enumerate(lesson.blocks))[index]  # a list would take -1 for the last one
    except (KeyError, ValueError):
        return []
    act = get_own_act(member, act_id)
    return [act_card(member, lesson, index, act=act)] if block.name == act.kind else []


def lesson_context(
    member: Member, lesson: Lesson, *, cards: Iterable[Card] = (), url_of: Callable[[Lesson], str] | None = None
) -> dict[str, Any]:
    """The context of a lesson's page; `cards` are shown in place of the same ones with nothing to say. `url_of`: where
    other lessons lead, by default to the member's own pages."""
    url_of = url_of or partial(lesson_url, member)
    snapshot, standings = latest_snapshot(member), standings_of(member)
    return {
        **page_context(member, "lessons", standings=standings),
        **cluster_context(member, snapshot),
        **notebook_urls(member),
        "lesson": lesson,
        "cells_data": lesson_cells_data(member, lesson),
        "rail": rail(member, here=lesson, standings=standings, url_of=url_of),
        "blocks": page_blocks(member, lesson, cards, standings=standings, snapshot=snapshot),
        "terms": term_cards(lesson, url_of),
        "turn": turn(member, lesson, standings, url_of=url_of),
        "is_off": lesson not in member.klass.lessons,
        "notifications": notifications_of(member),
        "hand": hand_card(member, lesson),
        "watch": watch_card(member, lesson),
        "stage": stage_facts(snapshot, member.namespace, lesson.topic),
        "live_url": live_url(member.klass, "lesson", lesson=lesson.slug),
        "anew_url": reverse("lesson-anew", args=[member.klass.slug, lesson.slug]),
    }
