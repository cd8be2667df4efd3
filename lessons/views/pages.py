"""The list of lessons, and a lesson's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lessons.access import get_lesson_for, get_member, get_own_act
from lessons.checking import progress
from lessons.cluster import snapshot
from lessons.course.loader import PARTS, Lesson
from lessons.grading.standings import DONE, standings_of
from lessons.models import Member
from lessons.people.due import due_of
from lessons.views.cards import ActCard, act_card, page_blocks, watch_card
from lessons.views.cluster_diagram import draw_diagram
from lessons.views.hand_cards import hand_card
from lessons.views.live import live_context, look
from lessons.views.news import news_of


@require_GET
def lesson_list(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    diagram = draw_diagram(
        snapshot.service.latest(member.namespace), member.namespace
    )  # for the brokers' dots in the bar
    context = {
        **room(member, "lessons"), "parts": rail(member), "diagram": diagram,
        "news": news_of(member), "live_url": f"/ws/c/{member.klass.slug}/news/",
    }  # fmt: skip
    return render(request, "lessons.html", context)


@require_GET
def lesson_page(request: HttpRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    context = lesson_context(member, lesson, cards=_answered(request, member, lesson))
    if request.GET.get("hand"):
        context["hand"] = hand_card(member, lesson, exercise=request.GET["hand"])
    return render(request, "lesson.html", context)


def _answered(request: HttpRequest, member: Member, lesson: Lesson) -> dict[int, ActCard]:
    """The card whose act was just done, named by the redirect that follows an act without JavaScript."""
    try:
        index, act_id = int(request.GET["block"]), UUID(request.GET["act"])
        block = dict(enumerate(lesson.blocks))[index]  # a list would take -1 for the last one
    except (KeyError, ValueError):
        return {}
    act = get_own_act(member, act_id)
    return {index: act_card(member, lesson, index, act=act)} if block.name == act.kind else {}


def lesson_context(member: Member, lesson: Lesson, *, cards: dict[int, ActCard] | None = None) -> dict[str, Any]:
    """What the page shows; `cards` holds those blocks that have something to say, by index."""
    before = [other for other in member.klass.lessons if other.number < lesson.number]
    after = [other for other in member.klass.lessons if other.number > lesson.number]
    return {
        **room(member, "lessons"),
        **live_context(member, look(member)),
        "lesson": lesson,
        "rail": rail(member, here=lesson),
        "blocks": page_blocks(member, lesson, cards or {}),
        "previous": _turn(member, before[-1] if before else None),
        "next": _turn(member, after[0] if after else None),
        "is_off": lesson not in member.klass.lessons,
        "news": news_of(member),
        "hand": hand_card(member, lesson),
        "watch": watch_card(member, lesson.topic) if lesson.topic else None,
        "live_url": f"/ws/c/{member.klass.slug}/live/{lesson.slug}/",
    }


def _turn(member: Member, lesson: Lesson | None) -> dict[str, str] | None:
    return {"title": lesson.title, "slug": lesson.slug, "url": lesson_url(member, lesson)} if lesson else None


def lesson_url(member: Member, lesson: Lesson) -> str:
    return reverse("lesson", args=[member.klass.slug, lesson.slug])


def room(member: Member, name: str) -> dict[str, Any]:
    """What every page inside a class has."""
    return {
        "klass": member.klass,
        "member": member,
        "room": name,
        "progress": progress(member),
        "due": due_of(member.klass),
        "has_more_classes": has_more_classes(member),
    }


def has_more_classes(member: Member) -> bool:
    return Member.objects.filter(user=member.user_id, removed_at=None).exclude(pk=member.pk).exists()


def rail(member: Member, *, here: Lesson | None = None) -> list[dict[str, Any]]:
    """The lessons of each part that has any, with how far this member is in each."""
    finished = {exercise for exercise, standing in standings_of(member).items() if standing.state == DONE}
    begun = set(member.acts.values_list("lesson", flat=True).distinct())
    rows = [_row(member, lesson, finished, begun, here) for lesson in member.klass.lessons]
    parts = [{"title": part, "lessons": [row for row in rows if row["part"] == part]} for part in PARTS]
    return [part for part in parts if part["lessons"]]


def _row(member: Member, lesson: Lesson, finished: set[str], begun: set[str], here: Lesson | None) -> dict[str, Any]:
    done = sum(exercise.id in finished for exercise in lesson.exercises)
    is_done = done == len(lesson.exercises)
    return {
        "part": lesson.part, "slug": lesson.slug, "number": lesson.number, "title": lesson.title, "summary": lesson.summary,
        "url": lesson_url(member, lesson), "here": lesson is here, "done": done, "total": len(lesson.exercises),
        "state": "done" if is_done else "begun" if done or lesson.slug in begun else "open",
    }  # fmt: skip
