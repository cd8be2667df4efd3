"""The class as those see it who teach it or grade it: every act as it happens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lessons import feed
from lessons.access import get_staff
from lessons.cluster import records, snapshot
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.course.loader import all_exercises
from lessons.models import Class
from lessons.views.pages import room
from lessons.views.picture import draw
from lessons.views.room_live import draw_parts

HISTORY_RECORDS = 200
OFFSETS_TIMEOUT_S = 3.0  # the page is of use without them


@never_cache
@require_GET
def class_room(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_staff(request.user, class_slug)
    now = snapshot.service.latest()
    context = {
        **room(member, "room"),
        "picture": draw(now, member.namespace),  # for the brokers' dots in the bar
        **draw_parts(member, now, request),
        "names": names_of(member.klass),
        "exercises": {exercise.id: exercise.title for exercise in all_exercises()},
        "lessons": member.klass.lessons,
        "live_url": f"/ws/c/{member.klass.slug}/room/",
        "begin_at": begin_at(member.klass),
        "feed_url": f"/ws/c/{member.klass.slug}/feed/",
    }
    return render(request, "room.html", context)


@never_cache
@require_GET
def names(request: HttpRequest, class_slug: str) -> JsonResponse:
    """{seat's slug: name}: an open page asks when somebody has joined since."""
    return JsonResponse(names_of(get_staff(request.user, class_slug).klass))


def names_of(klass: Class) -> dict[str, str]:
    return dict(klass.members.order_by("name", "slug").values_list("slug", "name"))


def begin_at(klass: Class) -> int | str:
    """The offset of the feed's last 200 records; "" while there is no feed, "beginning" while Kafka does not say."""
    topic = feed.ClassTopics(klass.slug).full(feed.TOPIC)
    try:
        earliest, end = records.offsets(topic, timeout_s=OFFSETS_TIMEOUT_S)[0]
    except TopicMissing:
        return ""
    except ClusterError:
        return "beginning"
    return max(earliest, end - HISTORY_RECORDS)
