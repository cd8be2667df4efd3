"""The announcements that are showing, as the class's room lists them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lessons.classroom.messages import notifications
from lessons.classroom.models import Member, Role
from lessons.web.forms.messages import AnnouncementForm
from lessons.web.view_models.notifications import Notification, notification_items


def announcement_context(staff: Member, *, form: AnnouncementForm | None = None) -> dict[str, Any]:
    """The announcements that are showing; for instructors also the form."""
    may_send = staff.role == Role.INSTRUCTOR
    return {
        "klass": staff.klass,
        "announcement_form": (form or AnnouncementForm(staff.klass)) if may_send else None,
        "announcements": _showing(staff),
    }


def _showing(staff: Member) -> list[tuple[Notification, str]]:
    """Each with the URL that removes it; an empty one for graders, who may not."""
    items = notification_items(staff, notifications.read(staff.klass).announcements)
    if staff.role != Role.INSTRUCTOR:
        return [(item, "") for item in items]
    return [(item, reverse("announcement-remove", args=[staff.klass.slug, item.said.pk])) for item in items]
