"""The history of a class: who changed what, and each change as a sentence. Rows are added, never changed or deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lessons.classroom import changes
from lessons.classroom.models import Attempt, Change, Class, LateRule, Member, Role

Data = Mapping[str, Any]


class ChangeKind(StrEnum):
    """What staff can change, and a seat of its own. The comment names the keys of `data`; `before` and `after` have one shape."""

    OVERRIDE = "override"  # exercise, state, points, reason, before; state "": an override was removed
    REGRADE = "re-grade"  # exercise, before, after, attempts (pairs: the old one, the new one), check_hash
    RECHECK = "re-check"  # exercise ("": all), checks (how many); of one exercise of one seat also state
    RENAME = "rename"  # before, after
    DOOR = "door"  # open
    CLASS_CODE = "class-code"
    PERSONAL_CODE = "personal-code"
    INVITE = "invite"  # role
    SIGN_IN_LINK = "sign-in-link"
    REMOVE = "remove"
    RESTORE = "restore"
    EXTERNAL_ID = "external-id"  # before, after
    CLASS = "class"  # name, slug
    SETTINGS = "settings"  # setting, before, after
    MERGE = "merge"  # from (a slug), acts, attempts, done, hands, decisions
    RESET = "reset"  # topics, groups (how many), left, left_in_all
    LESSON_ANEW = "lesson-anew"  # by a seat itself: lesson, made (what was created again), and what RESET has
    FEED = "feed"  # shared


def record_change(
    klass: Class, by: Member, kind: ChangeKind, *, seat: Member | None = None, data: Data | None = None
) -> Change:
    """Add a row to the class's history, and return it. `data` never holds a code."""
    change = Change.objects.create(klass=klass, by=by, kind=kind, seat=seat, data=data or {})
    changes.tell(changes.of_decision(change), change)
    return change


def sentence_of(change: Change) -> str:
    """What was done, to be read after the name of who did it: `renamed “Alice” to “Ada”`.

    A kind that is not known, or data in another shape, is told plainly: history outlives the code that wrote it.
    """
    data = change.data if isinstance(change.data, Mapping) else {}
    try:
        return SENTENCES[ChangeKind(change.kind)](data)
    except (KeyError, TypeError, ValueError):
        return _plainly(change.kind, data)


def _plainly(kind: str, data: Data) -> str:
    """The kind's name, and what it was and became when those are single values."""
    before, after = data.get("before"), data.get("after")
    name = kind.replace("-", " ")
    single = (str, int, float, bool)
    return f"{name}: {before} → {after}" if isinstance(before, single) and isinstance(after, single) else name


def _override(data: Data) -> str:
    if not data["state"]:
        return _("removed an override")
    points = f"{data['points']:g}"
    words = {"state": _state(data["state"]), "points": points}
    if points == "1":
        return _("set “%(state)s” with 1 point") % words
    return _("set “%(state)s” with %(points)s points") % words


def _regrade(data: Data) -> str:
    number = len(data["attempts"])
    before, after = (_state(data[name]["state"]) for name in ("before", "after"))
    words = {"number": number, "before": before, "after": after}
    if before == after:
        told = ngettext(
            "re-graded %(number)d attempt: still “%(after)s”",
            "re-graded %(number)d attempts: still “%(after)s”",
            number,
        )
    else:
        told = ngettext(
            "re-graded %(number)d attempt: “%(before)s” became “%(after)s”",
            "re-graded %(number)d attempts: “%(before)s” became “%(after)s”",
            number,
        )
    return told % words


def _state(state: str) -> str:
    """Raises: ValueError."""
    return str(Attempt.State(state).label).lower() if state else _("not started")


def _recheck(data: Data) -> str:
    if "state" in data:
        return _("re-checked: “%(state)s”") % {"state": _state(data["state"])}
    number = data["checks"]
    return ngettext("re-checked %(number)d exercise", "re-checked %(number)d exercises", number) % {"number": number}


def _settings(data: Data) -> str:
    setting = data["setting"]
    before, after = (_value(data[name], setting) for name in ("before", "after"))
    words = {"setting": SETTINGS.get(setting, setting), "before": before, "after": after}
    return _("changed %(setting)s from %(before)s to %(after)s") % words


def _value(value: Any, setting: str = "") -> str:
    if setting == "due_at" and value:
        return f"{format_date(datetime.fromisoformat(value).astimezone(UTC), 'j F Y, H:i')} UTC"
    if setting == "late_rule" and value in LateRule:
        return f"“{LateRule(value).label}”"
    if isinstance(value, list):  # of lessons that are switched off
        return ", ".join(map(str, value)) or _("none")
    return _("nothing") if value in (None, "") else str(value)


def _external_id(data: Data) -> str:
    words = {"before": _value(data["before"]), "after": _value(data["after"])}
    return _("changed the school id from %(before)s to %(after)s") % words


def _merge(data: Data) -> str:
    words = {"slug": data["from"], "number": data["attempts"]}
    return (
        ngettext(
            "merged the seat %(slug)s into this one: %(number)d attempt moved",
            "merged the seat %(slug)s into this one: %(number)d attempts moved",
            data["attempts"],
        )
        % words
    )


def _reset(data: Data) -> str:
    topics = ngettext("%(number)d topic", "%(number)d topics", data["topics"]) % {"number": data["topics"]}
    groups = ngettext("%(number)d group", "%(number)d groups", data["groups"]) % {"number": data["groups"]}
    return _("deleted %(topics)s and %(groups)s") % {"topics": topics, "groups": groups}


def _lesson_anew(data: Data) -> str:
    return _("began the lesson “%(lesson)s” anew, and %(deleted)s") % {
        "lesson": data["lesson"].replace("-", " "), "deleted": _reset(data),
    }  # fmt: skip


SETTINGS = {
    "name": gettext_lazy("the name"), "lessons_off": gettext_lazy("the lessons that are switched off"),
    "due_at": gettext_lazy("the due date"), "time_zone": gettext_lazy("the time zone"),
    "late_rule": gettext_lazy("the rule for late work"),
}  # fmt: skip
SENTENCES: dict[ChangeKind, Callable[[Data], str]] = {
    ChangeKind.OVERRIDE: _override,
    ChangeKind.REGRADE: _regrade,
    ChangeKind.RECHECK: _recheck,
    ChangeKind.RENAME: lambda data: _("renamed “%(before)s” to “%(after)s”") % data,
    ChangeKind.DOOR: lambda data: (
        _("opened the class to new students") if data["open"] else _("closed the class to new students")
    ),
    ChangeKind.CLASS_CODE: lambda data: _("changed the class code"),
    ChangeKind.PERSONAL_CODE: lambda data: _("gave a new personal code"),
    ChangeKind.INVITE: lambda data: (
        _("invited this person as %(role)s") % {"role": str(Role(data["role"]).label).lower()}
    ),
    ChangeKind.SIGN_IN_LINK: lambda data: _("made a new sign-in link for this person"),
    ChangeKind.REMOVE: lambda data: _("removed this person from the class"),
    ChangeKind.RESTORE: lambda data: _("restored this person"),
    ChangeKind.EXTERNAL_ID: _external_id,
    ChangeKind.CLASS: lambda data: _("created the class “%(name)s”") % data,
    ChangeKind.SETTINGS: _settings,
    ChangeKind.MERGE: _merge,
    ChangeKind.RESET: _reset,
    ChangeKind.LESSON_ANEW: _lesson_anew,
    ChangeKind.FEED: lambda data: (
        _("showed the live feed to students") if data["shared"] else _("hid the live feed from students")
    ),
}
