"""Messages on open pages: announcements, the answer to a raised hand, and what staff changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from lessons.classroom.messages import notifications
from lessons.classroom.messages.notifications import Said
from lessons.classroom.models import Member
from lessons.course.loader import Lesson


@dataclass(frozen=True)
class Notification:
    said: Said
    place: str  # where it leads: "lesson 5: Creating topics"; empty: nowhere, or a lesson that the class does not have
    url: str

    @property
    def heard(self) -> str:
        """The same message for screen readers."""
        said = {"name": self.said.by, "message": self.said.words, "lesson": self.place}
        if self.said.kind == "decision":
            return _("%(name)s %(message)s") % said
        if self.said.kind == "hand":
            return _("%(name)s answered your hand: %(message)s") % said
        if not self.place:
            return _("%(name)s says: %(message)s") % said
        if not self.said.words:
            return _("%(name)s says: Go to %(lesson)s.") % said
        return _("%(name)s says: %(message)s Go to %(lesson)s.") % said


def notifications_of(member: Member) -> list[Notification]:
    """The messages of a page that is being rendered."""
    return notification_items(member, notifications.read(member.klass).to(member.pk))


def notification_items(member: Member, said: Iterable[Said]) -> list[Notification]:
    lessons = {lesson.slug: lesson for lesson in member.klass.lessons}
    return [_item(member, each, lessons.get(each.lesson)) for each in said]


def _item(member: Member, said: Said, lesson: Lesson | None) -> Notification:
    if said.kind == "decision":
        return Notification(said, _("My work"), reverse("my-work", args=[member.klass.slug]) + "#changes")
    if lesson is None:
        return Notification(said, "", "")
    url = reverse("lesson", args=[member.klass.slug, lesson.slug])
    name = _("lesson %(number)s: %(title)s") % {"number": lesson.number, "title": lesson.title}
    return Notification(said, name, f"{url}#part-hand" if said.kind == "hand" else url)
