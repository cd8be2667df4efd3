"""A scene: its steps in words, and playing them, one by one or all of them."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lessons.classroom.access import NOT_YOURS, get_member, get_scene
from lessons.classroom.limits import TooFast
from lessons.classroom.models import Act, Member, Role, Scene
from lessons.classroom.perform import perform
from lessons.classroom.scenes import playing
from lessons.classroom.scenes.before import Before, groups_of, look
from lessons.classroom.scenes.playing import Play
from lessons.classroom.scenes.steps import topics_of
from lessons.cluster.errors import ClusterError
from lessons.cluster.groups import list_groups
from lessons.cluster.topics import list_own
from lessons.course.acts.delete_topic import DeleteTopic
from lessons.web.errors import status_of
from lessons.web.links import scene_url, site_for_others
from lessons.web.live.registry import live_url
from lessons.web.page_context import page_context
from lessons.web.pages import HtmxRequest
from lessons.web.post_only import post_only
from lessons.web.view_models.cluster import cluster_context, latest_snapshot
from lessons.web.view_models.notifications import notifications_of
from lessons.web.view_models.playground import stages_card, stages_facts
from lessons.web.view_models.scene import scene_context

ALL_WITHIN_S = 10.0  # of one request, where there is no JavaScript: then one presses again
LOOK_TIMEOUT_S = 2.0
NEXT_AFTER_MS = 350  # a seat may do 40 acts in 10 s
AGAIN_AFTER_MS = 4000  # when that was too fast


@require_safe
def scene_page(request: HttpRequest, class_slug: str, link: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    play = playing.play_of(get_scene(member, link), member)
    return render(request, "student/scene.html", _context(request, play))


@post_only
def play(request: HtmxRequest, class_slug: str, link: str) -> HttpResponse:
    """`do` is next, all, leave-out, anew, stop or delete-topic. For htmx the scene itself comes back; with `all` it plays
    one step and asks for the next one, so that each can be watched."""
    member = get_member(request.user, class_slug)
    scene = get_scene(member, link)
    now, said, go_on_ms, status = playing.play_of(scene, member), "", 0, 409
    is_all = request.POST.get("do") == "all"
    try:
        now, said = _do(request, now)
        if is_all and now.next is not None and now.next.state == "to-come":
            go_on_ms = NEXT_AFTER_MS
    except TooFast as refusal:
        now, said, status = playing.play_of(scene, member), str(refusal), status_of(type(refusal).__name__)
        go_on_ms = AGAIN_AFTER_MS if is_all else 0
    if request.htmx:
        before = Before() if go_on_ms else _before(now)
        context = {"klass": member.klass, "member": member, **scene_context(now, before, said=said, go_on_ms=go_on_ms)}
        return render(request, "student/_scene.html", context)
    if said:
        return render(request, "student/scene.html", _context(request, now, said=said), status=status)
    return redirect(f"{scene_url(scene)}#scene")


def _do(request: HtmxRequest, now: Play) -> tuple[Play, str]:
    """How far the play is then, and what is to be said. Raises: Http404, TooFast, AnswerNotStored."""
    step = request.POST.get("step", "")
    step_id = int(step) if step.isdecimal() and len(step) < 9 else 0
    match request.POST.get("do"):
        case "next":
            return playing.play_step(now, step_id), ""
        case "all":
            return _play_all(now, is_watched=bool(request.htmx)), ""
        case "leave-out":
            return playing.leave_out(now, step_id), ""
        case "anew":
            return playing.begin_anew(now), ""
        case "delete-topic":
            return now, _delete_topic(now, request.POST.get("name", ""))
        case "stop":
            return now, ""
    raise Http404(NOT_YOURS)


def _play_all(now: Play, *, is_watched: bool) -> Play:
    until = time.monotonic() + ALL_WITHIN_S
    for after in playing.play_all(now):
        now = after
        if is_watched or time.monotonic() > until:
            break
    return now


def _delete_topic(now: Play, name: str) -> str:
    """One of the seat's own that the scene is going to create. Empty when it was done, else Kafka's answer."""
    if name not in _before(now).there:
        return ""
    act = perform(now.member, DeleteTopic(name=name), act_id=uuid4())
    return "" if act.state == Act.State.DONE else f"{act.answer.get('words', '')} {act.answer.get('why', '')}".strip()


def _before(now: Play) -> Before:
    """What the scene would meet, until it is begun. Nothing while no broker answers: the steps will say so."""
    if now.is_begun:
        return Before()
    steps, seat = [each.step for each in now.left], now.member.namespace
    try:
        topics = list_own(seat, timeout_s=LOOK_TIMEOUT_S)
        groups = list_groups(seat, timeout_s=LOOK_TIMEOUT_S) if groups_of(steps) else ()
    except ClusterError:
        return Before()
    return look(steps, topics, [group.group_id for group in groups])


def _context(request: HttpRequest, now: Play, *, said: str = "") -> dict[str, Any]:
    member, scene, topics = now.member, now.scene, topics_of(now.scene)
    snapshot = latest_snapshot(member)
    return {
        **page_context(member, "playground"),
        **cluster_context(member, snapshot),
        **scene_context(now, _before(now), said=said),
        **_to_hand_out(request, member, scene),
        "stages": stages_card(member, stages_facts(snapshot, member, used=topics, only=topics)),
        "notifications": notifications_of(member),
        "live_url": live_url(member.klass, "playground", scene=scene.link),
    }


def _to_hand_out(request: HttpRequest, member: Member, scene: Scene) -> dict[str, Any]:
    """For instructors, the address that they give to students."""
    is_maker = member.role == Role.INSTRUCTOR
    return {"address": f"{site_for_others(request)}{scene_url(scene)}"} if is_maker else {}
