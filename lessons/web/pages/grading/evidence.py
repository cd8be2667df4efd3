"""The evidence for one cell of the table: what the check found, the acts that led to it, and who changed what."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lessons.classroom.access import NOT_YOURS, get_attempt, get_exercise, get_seat, get_staff
from lessons.classroom.grading.deciding import override, recheck_one, remove_override
from lessons.classroom.grading.standings import NOT_BEGUN_YET, Standing, standings_of, told
from lessons.classroom.models import Act, Attempt, Member
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.web.forms.staff import OverrideForm
from lessons.web.page_context import page_context
from lessons.web.pages.grading.history import entry_of
from lessons.web.post_only import post_only
from lessons.web.view_models.evidence_tree import tree
from lessons.web.view_models.lesson import AnswerCard, answer_card

MOST_ACTS = 60
MOST_ATTEMPTS = 100


@require_safe
def evidence(request: HttpRequest, class_slug: str, seat_slug: str, exercise_id: str) -> HttpResponse:
    """`?attempt=N` shows the evidence of that attempt, instead of the one that counts."""
    staff = get_staff(request.user, class_slug)
    seat = get_seat(staff, seat_slug)
    lesson, exercise = get_exercise(exercise_id)
    context = _context(staff, seat, lesson, exercise, wanted=request.GET.get("attempt", ""))
    return render(request, "grading/evidence.html", context)


@post_only
def decide(request: HttpRequest, class_slug: str, seat_slug: str, exercise_id: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    seat = get_seat(staff, seat_slug)
    lesson, exercise = get_exercise(exercise_id)
    match request.POST.get("do"):
        case "re-check":
            recheck_one(seat, staff, exercise)
        case "override":
            form = OverrideForm(exercise, request.POST)
            if not form.is_valid():
                context = _context(staff, seat, lesson, exercise, form=form)
                return render(request, "grading/evidence.html", context, status=422)
            override(seat, staff, exercise, **form.cleaned_data)
        case "remove-override":
            remove_override(seat, staff, exercise)
        case _:
            raise Http404(NOT_YOURS)
    return redirect("evidence", class_slug, seat.slug, exercise.id)


def _context(
    staff: Member,
    seat: Member,
    lesson: Lesson,
    exercise: Exercise,
    *,
    wanted: str = "",
    form: OverrideForm | None = None,
) -> dict[str, Any]:
    standing = standings_of(seat).get(exercise.id, NOT_BEGUN_YET)
    shown = _shown(seat, exercise, standing, wanted)
    of_exercise = seat.attempts.filter(exercise=exercise.id).select_related("asked_by")
    newest = of_exercise.select_related("replaced_by").order_by("-pk")[: MOST_ATTEMPTS + 1]
    changes = [
        change
        for change in seat.changes.select_related("by", "seat").order_by("-pk")
        if change.data.get("exercise") in (exercise.id, "")
    ]
    return {
        **page_context(staff, "grading"),
        "seat": seat,
        "lesson": lesson,
        "exercise": exercise,
        "standing": standing,
        "attempt": shown,
        "is_other": bool(wanted),
        **(_found(seat, lesson, exercise, shown) if shown else {}),
        "attempts": list(reversed(newest[:MOST_ATTEMPTS])),
        "more_attempts": len(newest) > MOST_ATTEMPTS,
        "changes": [entry_of(change) for change in changes],
        "form": form or _override_form(exercise, standing),
    }


def _shown(seat: Member, exercise: Exercise, standing: Standing, wanted: str) -> Attempt | None:
    """Raises: Http404."""
    number = wanted or str(standing.attempt_id or "")
    return get_attempt(seat, exercise.id, number) if number else None


def _override_form(exercise: Exercise, standing: Standing) -> OverrideForm:
    points = standing.points if standing.override else exercise.points
    state = standing.state if standing.override else "done"
    reason = standing.override.reason if standing.override else ""
    return OverrideForm(exercise, initial={"state": state, "points": told(points), "reason": reason})


def _found(seat: Member, lesson: Lesson, exercise: Exercise, attempt: Attempt) -> dict[str, Any]:
    observation = attempt.observation
    raw = json.dumps(observation.data, ensure_ascii=False, indent=2) if observation else ""
    return {
        "observation": observation,
        "tree": tree(observation.data) if observation else None,
        "raw": raw,
        "check_changed": attempt.check_hash != exercise.text_hash,
        **_acts(seat, lesson, attempt, raw),
    }


def _acts(seat: Member, lesson: Lesson, attempt: Attempt, raw: str) -> dict[str, Any]:
    """The lesson's acts until the check, newest last, and the deciding act even if it belongs to another lesson."""
    until = attempt.observation.observed_at if attempt.observation else attempt.decided_at
    until = max(until, attempt.deciding_act.settled_at or until) if attempt.deciding_act else until
    ours = Q(lesson=lesson.slug) | Q(pk=attempt.deciding_act_id)
    newest = seat.acts.filter(ours, settled_at__lte=until).defer("fields").order_by("-settled_at")[: MOST_ACTS + 1]
    acts = [_act(act, attempt, raw) for act in reversed(newest[:MOST_ACTS])]
    return {"acts": acts, "more_acts": len(newest) > MOST_ACTS}


def _act(act: Act, attempt: Attempt, raw: str) -> dict[str, Act | AnswerCard | bool]:
    return {
        "act": act, "answer": answer_card(act), "decided": act.pk == attempt.deciding_act_id,
        "read": str(act.pk) in raw,
    }  # fmt: skip
