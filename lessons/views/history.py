"""Who decided what, and when: the class's changes in words, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lessons.access import get_staff
from lessons.course.loader import all_exercises
from lessons.grading import STATE_WORDS
from lessons.models import Change
from lessons.views.completion_table import number
from lessons.views.pages import room

AT_ONCE = 50


@dataclass(frozen=True)
class Entry:
    """One change, told. `exercise` is its id when there is one; `seat` of the change is in `change`."""

    change: Change
    words: str
    exercise: str
    title: str
    reason: str


@never_cache
@require_GET
def history(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    changes = staff.klass.changes.select_related("by", "seat").order_by("-pk")
    page = Paginator(changes, AT_ONCE).get_page(request.GET.get("page"))
    context = {**room(staff, "grading"), "page": page, "entries": [entry_of(change) for change in page]}
    return render(request, "grading/history.html", context)


def entry_of(change: Change) -> Entry:
    data = change.data if isinstance(change.data, Mapping) else {}
    exercise = str(data.get("exercise", ""))
    titles = {each.id: each.title for each in all_exercises()}
    tell = WORDS.get(change.kind, _any)
    return Entry(
        change=change,
        words=tell(data) if tell is not _any else _any(data, change.kind),
        exercise=exercise if exercise in titles else "",
        title=titles.get(exercise, exercise),
        reason=str(data.get("reason", "")),
    )


def _override(data: Mapping[str, Any]) -> str:
    if not data.get("state"):
        return "took an override back"
    return f"decided “{STATE_WORDS[data['state']]}” with {number(data['points'])} points"


def _regrade(data: Mapping[str, Any]) -> str:
    before, after = (STATE_WORDS.get(data[name]["state"], "") for name in ("before", "after"))
    number_of = len(data["attempts"])
    looks = f"{number_of} look{'' if number_of == 1 else 's'} judged again"
    return f"{looks}: {before} before, {after} now" if before != after else f"{looks}: still {after}"


def _recheck(data: Mapping[str, Any]) -> str:
    looks = data.get("looks", 1)
    return "had the cluster looked at again" + (f", {looks} times in all" if looks != 1 else "")


def _rename(data: Mapping[str, Any]) -> str:
    return f"renamed “{data['before']}” to “{data['after']}”"


WORDS: dict[str, Callable[..., str]] = {
    "override": _override,
    "re-grade": _regrade,
    "re-check": _recheck,
    "rename": _rename,
    "door": lambda data: f"{'opened' if data['open'] else 'closed'} the door",
    "class-code": lambda data: "changed the class code",
    "personal-code": lambda data: "gave a new personal code",
    "remove": lambda data: "removed from the class",
    "let-in": lambda data: "let in again",
}


def _any(data: Mapping[str, Any], kind: str = "") -> str:
    """A kind that has no words of its own yet: its name, and what it was and became when that is plain."""
    before, after = data.get("before"), data.get("after")
    told = kind.replace("-", " ")
    plain = (str, int, float, bool)
    return f"{told}: {before} → {after}" if isinstance(before, plain) and isinstance(after, plain) else told
