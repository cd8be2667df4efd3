"""A student raises or lowers a hand."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_lesson_for, get_student
from lessons.classroom.messages import hands
from lessons.web.forms.messages import HandForm
from lessons.web.pages import HtmxRequest
from lessons.web.pages.student.lessons import lesson_context
from lessons.web.post_only import post_only
from lessons.web.view_models.hands import hand_card


@post_only
def hand(request: HtmxRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    member = get_student(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    form = HandForm(lesson, request.POST)
    match request.POST.get("do"):
        case "lower":
            hands.lower(member)
        case "raise" if form.is_valid():
            process.current().limits.count_act(member, asked=_("Raise a hand"))
            hands.raise_hand(member, lesson, **form.cleaned_data)
        case "raise":
            card = hand_card(member, lesson, form=form)
            if request.htmx:
                return render(request, "parts/_hand.html", {"hand": card}, status=422)
            return render(request, "student/lesson.html", {**lesson_context(member, lesson), "hand": card}, status=422)
        case _:
            raise Http404(NOT_YOURS)
    if request.htmx:
        return render(request, "parts/_hand.html", {"hand": hand_card(member, lesson), "is_news": True})
    return redirect(reverse("lesson", args=[class_slug, lesson_slug]) + "#part-hand")
