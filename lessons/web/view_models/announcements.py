"""The announcements that are showing, for the class's room."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lessons.classroom.messages import notifications
from lessons.classroom.models import Member, Role
from lessons.web.forms.messages import AnnouncementForm
from lessons.web.view_models.notifications import Notification, notification_items


def announcement_context(staff: Member, *, form: AnnouncementForm | None = None) -> dict[str, Any]:
    """What stands now; for instructors with the form."""
    speaks = staff.role == Role.INSTRUCTOR
    return {
        "klass": staff.klass,
        "announcement_form": (form or AnnouncementForm(staff.klass)) if speaks else None,
        "announcements": _standing(staff),
    }


def _standing(staff: Member) -> list[tuple[Notification, str]]:
    """With the address that ends each; none for whoever may not."""
    items = notification_items(staff, notifications.read(staff.klass).announcements)
    if staff.role != Role.INSTRUCTOR:
        return [(item, "") for item in items]
    return [(item, reverse("announcement-end", args=[staff.klass.slug, item.said.pk])) for item in items]
