"""The audit log of a class: rows are added, and never changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping

from lessons.classroom import changes
from lessons.classroom.models import Change, Class, Member


def record_change(
    klass: Class, by: Member, kind: str, *, seat: Member | None = None, data: Mapping[str, object] | None = None
) -> Change:
    """Adds to the class's history. `data` never holds a code."""
    change = Change.objects.create(klass=klass, by=by, kind=kind, seat=seat, data=data or {})
    changes.tell(changes.of_decision(change), change)
    return change
