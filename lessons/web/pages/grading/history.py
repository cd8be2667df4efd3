"""Who decided what, and when: the class's changes in words, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lessons.classroom.access import get_staff
from lessons.classroom.grading.standings import STATE_WORDS, told
from lessons.classroom.models import Change, LateRule
from lessons.course.loader import all_exercises
from lessons.web.page_context import page_context

AT_ONCE = 50


@dataclass(frozen=True)
class Entry:
    """One change, told. `exercise` is its id when there is one; `seat` of the change is in `change`."""

    change: Change
    words: str
    exercise: str
    title: str
    reason: str


@require_GET
def history(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug)
    changes = staff.klass.changes.select_related("by", "seat").order_by("-pk")
    page = Paginator(changes, AT_ONCE).get_page(request.GET.get("page"))
    context = {**page_context(staff, "grading"), "page": page, "entries": [entry_of(change) for change in page]}
    return render(request, "grading/history.html", context)


def entry_of(change: Change) -> Entry:
    data = change.data if isinstance(change.data, Mapping) else {}
    exercise = str(data.get("exercise", ""))
    titles = {each.id: each.title for each in all_exercises()}
    return Entry(
        change=change,
        words=_words(change.kind, data),
        exercise=exercise if exercise in titles else "",
        title=titles.get(exercise, exercise),
        reason=str(data.get("reason", "")),
    )


def _words(kind: str, data: Mapping[str, Any]) -> str:
    try:
        return WORDS[kind](data)
    except (KeyError, TypeError):  # of a kind, or in a shape, that nobody has found words for yet
        return _plainly(kind, data)


def _plainly(kind: str, data: Mapping[str, Any]) -> str:
    """Its name, and what it was and became when that is plain."""
    before, after = data.get("before"), data.get("after")
    name = kind.replace("-", " ")
    plain = (str, int, float, bool)
    return f"{name}: {before} → {after}" if isinstance(before, plain) and isinstance(after, plain) else name


def counted(number: int, noun: str) -> str:
    """`1 topic`, `2 topics`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _override(data: Mapping[str, Any]) -> str:
    if not data.get("state"):
        return "took an override back"
    points = told(data["points"])
    return f"decided “{STATE_WORDS[data['state']]}” with {points} point{'' if points == '1' else 's'}"


def _regrade(data: Mapping[str, Any]) -> str:
    before, after = (STATE_WORDS.get(data[name]["state"], "") for name in ("before", "after"))
    looks = f"had {counted(len(data['attempts']), 'look')} judged again"
    return f"{looks}: {before} before, {after} now" if before != after else f"{looks}: still {after}"


def _recheck(data: Mapping[str, Any]) -> str:
    looks = data.get("looks", 1)
    return "had the cluster looked at again" + (f", {looks} times in all" if looks != 1 else "")


def _rename(data: Mapping[str, Any]) -> str:
    return f"renamed “{data['before']}” to “{data['after']}”"


def _settings(data: Mapping[str, Any]) -> str:
    """A list is of lessons that are switched off."""
    setting = data["setting"]
    before, after = (_value(data[name], setting) for name in ("before", "after"))
    return f"changed {SETTINGS.get(setting, setting)} from {before} to {after}"


def _value(value: Any, setting: str = "") -> str:
    if setting == "due_at" and value:
        return f"{datetime.fromisoformat(value).astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    if setting == "late_rule" and value in LateRule:
        return f"“{LateRule(value).label}”"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value in (None, "") else str(value)


SETTINGS = {
    "name": "the name", "lessons_off": "the lessons that are off", "due_at": "the due date",
    "time_zone": "the time zone", "late_rule": "the late rule",
}  # fmt: skip
WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "override": _override,
    "re-grade": _regrade,
    "re-check": _recheck,
    "rename": _rename,
    "door": lambda data: f"{'opened' if data['open'] else 'closed'} the door",
    "class-code": lambda data: "changed the class code",
    "personal-code": lambda data: "gave a new personal code",
    "remove": lambda data: "removed from the class",
    "let-in": lambda data: "let in again",
    "external-id": lambda data: f"changed the id elsewhere from {_value(data['before'])} to {_value(data['after'])}",
    "class": lambda data: f"made the class “{data['name']}”",
    "settings": _settings,
    "merge": lambda data: f"merged the seat {data['from']} into this one: {counted(data['attempts'], 'look')} moved",
    "reset": lambda data: f"deleted {counted(data['topics'], 'topic')} and {counted(data['groups'], 'group')}",
    "feed": lambda data: f"{'showed the feed to' if data['shared'] else 'hid the feed from'} the students",
}
