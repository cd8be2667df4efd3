"""Raising a hand, lowering it, answering it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from lessons.access import NOT_YOURS, get_hand, get_lesson_for, get_staff, get_student
from lessons.forms.talk import AnswerForm, HandForm
from lessons.talk import hands
from lessons.views import HtmxRequest
from lessons.views.hand_cards import hand_card, queue_context
from lessons.views.pages import lesson_context


@require_POST
def hand(request: HtmxRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    member = get_student(request.user, class_slug)
    lesson = get_lesson_for(member, lesson_slug)
    form = HandForm(lesson, request.POST)
    match request.POST.get("do"):
        case "lower":
            hands.lower(member)
        case "raise" if form.is_valid():
            hands.raise_hand(member, lesson, **form.cleaned_data)
        case "raise":
            card = hand_card(member, lesson, form=form)
            if request.htmx:
                return render(request, "lessons/_hand.html", {"hand": card}, status=422)
            return render(request, "lesson.html", {**lesson_context(member, lesson), "hand": card}, status=422)
        case _:
            raise Http404(NOT_YOURS)
    if request.htmx:
        return render(request, "lessons/_hand.html", {"hand": hand_card(member, lesson), "is_news": True})
    return redirect(reverse("lesson", args=[class_slug, lesson_slug]) + "#part-hand")


@require_POST
def answer_hand(request: HtmxRequest, class_slug: str, hand_id: int) -> HttpResponse:
    """The queue again for htmx; for anybody else a redirect to the room, or the queue alone with what was wrong."""
    staff = get_staff(request.user, class_slug)
    asked = get_hand(staff, hand_id)
    form = AnswerForm(asked.pk, request.POST)
    if not form.is_valid():
        panel = "room/_hands.html"
        context = {**queue_context(staff, wrong={asked.pk: form}), "member": staff, "panel": panel}
        return render(request, panel if request.htmx else "panel.html", context, status=422)
    answered = hands.answer(asked, staff, form.cleaned_data["words"])
    if not request.htmx:
        return redirect(reverse("room", args=[class_slug]) + "#part-hands")
    name = asked.member.name
    said = f"{name} sees your answer now." if answered else f"The hand of {name} was not up any more: nothing was sent."
    return render(request, "room/_hands.html", queue_context(staff, said=said))
