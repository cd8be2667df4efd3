"""Announcements: messages from an instructor to the whole class."""

from __future__ import annotations

from django.utils import timezone

from lessons.classroom import changes
from lessons.classroom.models import Announcement, Member


def announce(by: Member, words: str = "", *, lesson: str = "") -> Announcement:
    """Send an announcement. With a lesson it asks everybody to go there, and replaces the one that named another lesson."""
    if lesson:
        for earlier in by.klass.announcements.exclude(lesson="").filter(ended_at=None):
            remove(earlier)
    said = Announcement.objects.create(klass=by.klass, by=by, words=words, lesson=lesson)
    changes.tell(changes.of_announcement(said), said)
    return said


def remove(announcement: Announcement) -> None:
    """Take it off all pages; the row and the feed's record stay."""
    if Announcement.objects.filter(pk=announcement.pk, ended_at=None).update(ended_at=timezone.now()):
        announcement.refresh_from_db(fields=["ended_at"])
        changes.tell(changes.of_announcement(announcement), announcement)
