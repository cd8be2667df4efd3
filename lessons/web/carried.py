"""An uploaded file that is not stored: the forms of the page that shows it carry it along, signed."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest

from lessons.classroom.models import Member

MAX_AGE_S = 24 * 60 * 60


def carry(staff: Member, name: str, content: Any) -> str:
    """`content`, which JSON can hold, as the value of the form's field `name`; of use to this member of staff alone."""
    return signing.dumps(content, salt=_salt(staff, name), compress=True)


def carried(request: HttpRequest, staff: Member, name: str) -> Any:
    """What came along in that field; None: nothing, or too old, or not as it was signed."""
    try:
        return signing.loads(request.POST.get(name, ""), salt=_salt(staff, name), max_age=MAX_AGE_S)
    except signing.BadSignature:
        return None


def _salt(staff: Member, name: str) -> str:
    return f"{name}:{staff.pk}"
