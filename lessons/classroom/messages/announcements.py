"""What an instructor says to the whole class."""

from __future__ import annotations

from django.utils import timezone

from lessons.classroom import changes
from lessons.classroom.models import Announcement, Member


def say_to_class(by: Member, words: str = "", *, lesson: str = "") -> Announcement:
    """With a lesson everybody is asked to go there, and whoever was sent elsewhere before is not any more."""
    if lesson:
        for earlier in by.klass.announcements.exclude(lesson="").filter(ended_at=None):
            end(earlier)
    said = Announcement.objects.create(klass=by.klass, by=by, words=words, lesson=lesson)
    changes.tell(changes.of_announcement(said), said)
    return said


def end(announcement: Announcement) -> None:
    """No page shows it any more; the row and the feed's record stay."""
    if Announcement.objects.filter(pk=announcement.pk, ended_at=None).update(ended_at=timezone.now()):
        announcement.refresh_from_db(fields=["ended_at"])
        changes.tell(changes.of_announcement(announcement), announcement)
