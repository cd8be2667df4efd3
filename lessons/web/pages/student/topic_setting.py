"""What a setting of a topic means and how it is now, beside the form that changes it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_member
from lessons.cluster import topics
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.limits import SETTINGS
from lessons.course.acts.describe_config import shown_source, shown_value
from lessons.course.topic_settings import MEANS
from lessons.web.pages import HtmxRequest


@require_safe
def topic_setting(request: HtmxRequest, class_slug: str) -> HttpResponse:
    """By ?topic= and ?setting=."""
    member = get_member(request.user, class_slug)
    topic, name = request.GET.get("topic", ""), request.GET.get("setting", "")
    context = {
        "dom_id": request.htmx.target or "",
        "name": name,
        "offered": sorted(SETTINGS),
        "means": _(MEANS[name]) if name in MEANS else "",
    }
    if name in SETTINGS:
        try:
            found = {each.name: each for each in topics.describe_config(member.namespace, topic)}[name]
        except TopicMissing:
            context["problem"] = _("There is no topic %(topic)s yet.") % {"topic": topic}
        except ClusterError as error:
            context["problem"] = error.said
        else:
            context |= {
                "now": shown_value(found), "source": shown_source(found),
                "otherwise": shown_value(replace(found, value=found.otherwise)) if found.otherwise is not None else "",
            }  # fmt: skip
    return render(request, "parts/_setting.html", context)
