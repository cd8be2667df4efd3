"""The class's live feed: in the room for staff, on a projector, and for students while it is shared.

Records of the feed hold no names; the page gets them beside the records, and only for staff. Where names are hidden, the
page does not have them at all and shows slugs.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_feed_reader, get_staff
from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Class, Member, Role
from lessons.classroom.people.seats import share_feed
from lessons.cluster import records
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.snapshot import Snapshot
from lessons.course.acts import ACTIONS
from lessons.course.loader import exercise_titles, lessons
from lessons.web.links import socket_url
from lessons.web.live.projector import shown_on_wall
from lessons.web.live.registry import live_url
from lessons.web.live.room import draw_parts
from lessons.web.page_context import page_context
from lessons.web.post_only import post_only
from lessons.web.view_models.cluster_diagram import draw_diagram
from lessons.web.view_models.notifications import notifications_of

HISTORY_RECORDS = 200
OFFSETS_TIMEOUT_S = 3.0  # the page is of use without them
NAMES_ON_WALL = "names-on-projector"  # of a session
OTHER_KINDS = {"verdict": _("Finished exercises"), "hand": _("Raised hands"), "announcement": _("Announcements")}


@require_safe
def class_feed(request: HttpRequest, class_slug: str) -> HttpResponse:
    """The feed alone, `?names=hidden` without names. `?projector=1` shows it in big type, beside parts of the room."""
    reader = get_feed_reader(request.user, class_slug)
    now = process.current().snapshots.latest()
    context = {**page_context(reader, "feed"), "diagram": draw_diagram(now, reader.namespace)}
    if request.GET.get("projector") == "1":
        return render(request, "room/feed.html", context | _on_wall(request, reader, now))
    context |= feed_context(reader, hide_names=request.GET.get("names") == "hidden")
    context |= {"notifications": notifications_of(reader), "live_url": live_url(reader.klass, "notifications")}
    return render(request, "room/feed.html", context)


def _on_wall(request: HttpRequest, reader: Member, now: Snapshot) -> dict[str, Any]:
    """Without names, unless this browser was told to show them. Students see the feed alone."""
    names_hidden = request.session.get(NAMES_ON_WALL) != "shown"
    context = feed_context(reader, hide_names=names_hidden) | {"projector": True}
    if reader.role == Role.STUDENT:
        return context | {"leave_url": reverse("class-feed", args=[reader.klass.slug])}
    names = "hidden" if names_hidden else "shown"
    return {
        **context,
        **draw_parts(reader, now, request, parts=shown_on_wall(names_hidden=names_hidden)),
        "leave_url": reverse("room", args=[reader.klass.slug]),
        "live_url": live_url(reader.klass, "projector", names=names),
    }


@post_only
def projector_names(request: HttpRequest, class_slug: str) -> HttpResponse:
    """Shows or hides names on the projector, and remembers it for this browser."""
    get_staff(request.user, class_slug)
    match request.POST.get("do"):
        case "show" | "hide" as wanted:
            request.session[NAMES_ON_WALL] = "shown" if wanted == "show" else "hidden"
        case _:
            raise Http404(NOT_YOURS)
    return redirect(reverse("class-feed", args=[class_slug]) + "?projector=1")


@require_safe
def names(request: HttpRequest, class_slug: str) -> JsonResponse:
    """The names again, for an open page when somebody has joined since."""
    return JsonResponse(names_of(get_staff(request.user, class_slug).klass))


@post_only
def share(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    match request.POST.get("do"):
        case "show" | "hide" as wanted:
            share_feed(staff.klass, staff, shared=wanted == "show")
        case _:
            raise Http404(NOT_YOURS)
    return redirect(reverse("room", args=[class_slug]) + "#feed-shared")


def feed_context(reader: Member, *, hide_names: bool = False) -> dict[str, Any]:
    """What `room/_feed.html` needs."""
    klass, hidden = reader.klass, hide_names or reader.role == Role.STUDENT
    who = _slugs_of(reader) if hidden else names_of(klass)
    known, begin, end = span(klass)
    return {
        "who": who,
        "students": [(seat, "" if hidden else who["names"][seat]) for seat in who["students"]],
        "names_url": "" if hidden else reverse("room-names", args=[klass.slug]),
        "seat_base": "" if hidden else f"{settings.PATH}c/{klass.slug}/seats/",
        "names_hidden": hidden,
        "titles": {
            "exercises": exercise_titles(),
            "lessons": {lesson.slug: gettext("lesson %(number)d") % {"number": lesson.number} for lesson in lessons()},
        },
        "lessons": klass.lessons,
        "acts": {**{kind: gettext(action.title) for kind, action in ACTIONS.items()}, **OTHER_KINDS},
        "begin_at": max(begin, end - HISTORY_RECORDS) if known else "beginning",
        "earliest": begin,
        "end": end,
        "feed_url": socket_url(klass, "feed/"),
    }


def names_of(klass: Class) -> dict[str, Any]:
    """{"names": {slug: name} of everybody who ever joined, "students": slugs of those who are in the class now}."""
    everybody = list(klass.members.order_by("name", "slug"))
    students = [each.slug for each in everybody if each.role == Role.STUDENT and each.removed_at is None]
    return {"names": {each.slug: each.name for each in everybody}, "students": students}


def _slugs_of(reader: Member) -> dict[str, Any]:
    """The same without names, in an order that does not give them away."""
    return {"names": {reader.slug: gettext("you")}, "students": sorted(names_of(reader.klass)["students"])}


def span(klass: Class) -> tuple[bool, int, int]:
    """Whether Kafka answered, and the feed's first offset and its end: 0 and 0 while there is no feed."""
    topic = ClassTopics(klass.slug).full(TOPIC)
    try:
        return True, *records.offsets(topic, timeout_s=OFFSETS_TIMEOUT_S)[0]
    except TopicMissing:
        return True, 0, 0
    except ClusterError:
        return False, 0, 0
