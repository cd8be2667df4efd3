"""Answering a raised hand."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lessons.classroom.access import get_hand, get_staff
from lessons.classroom.messages import hands
from lessons.web.forms.messages import ReplyForm
from lessons.web.pages import HtmxRequest
from lessons.web.post_only import post_only
from lessons.web.view_models.hands import queue_context


@post_only
def reply_to_hand(request: HtmxRequest, class_slug: str, hand_id: int) -> HttpResponse:
    """For htmx the queue again; otherwise a redirect to the room, or the queue alone if the form has errors."""
    staff = get_staff(request.user, class_slug)
    asked = get_hand(staff, hand_id)
    form = ReplyForm(asked.pk, request.POST)
    if not form.is_valid():
        panel = "room/_hands.html"
        context = {**queue_context(staff, wrong={asked.pk: form}), "member": staff, "panel": panel}
        return render(request, panel if request.htmx else "room/panel.html", context, status=422)
    answered = hands.reply(asked, staff, form.cleaned_data["words"])
    if not request.htmx:
        return redirect(reverse("room", args=[class_slug]) + "#part-hands")
    name = asked.member.name
    if answered:
        said = _("%(name)s can see your answer now.")
    else:
        said = _("%(name)s’s hand is no longer raised, so nothing was sent.")
    return render(request, "room/_hands.html", queue_context(staff, said=said % {"name": name}))
