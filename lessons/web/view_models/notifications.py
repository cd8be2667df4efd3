"""What open pages are told: announcements, and the answer to one's own raised hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from lessons.classroom.messages import notifications
from lessons.classroom.messages.notifications import Said
from lessons.classroom.models import Member
from lessons.course.loader import Lesson


@dataclass(frozen=True)
class Notification:
    said: Said
    lesson: str  # "lesson 5: Creating topics", or empty when there is no such lesson for this class
    url: str

    @property
    def heard(self) -> str:
        """The same for those who listen to the page."""
        to_lesson = f"Everybody to {self.lesson}." if self.lesson and not self.said.is_reply else ""
        told = "answered your hand" if self.said.is_reply else "says"
        return " ".join(part for part in (f"{self.said.by} {told}: {self.said.words}", to_lesson) if part)


def notifications_of(member: Member) -> list[Notification]:
    """For a page that is made now."""
    return notification_items(member, notifications.read(member.klass).to(member.pk))


def notification_items(member: Member, said: Iterable[Said]) -> list[Notification]:
    lessons = {lesson.slug: lesson for lesson in member.klass.lessons}
    return [_item(member, each, lessons.get(each.lesson)) for each in said]


def _item(member: Member, said: Said, lesson: Lesson | None) -> Notification:
    if lesson is None:
        return Notification(said, "", "")
    url = reverse("lesson", args=[member.klass.slug, lesson.slug])
    return Notification(said, f"lesson {lesson.number}: {lesson.title}", f"{url}#part-hand" if said.is_reply else url)
