"""Announcements: messages from an instructor to the whole class."""

from __future__ import annotations

from django.utils import timezone

from lessons.classroom.feed import outbox
from lessons.classroom.feed.records import ANNOUNCEMENTS
from lessons.classroom.messages import notifications
from lessons.classroom.models import Announcement, Member


def announce(by: Member, words: str = "", *, lesson: str = "") -> Announcement:
    """Send an announcement. With a lesson it asks everybody to go there, and replaces the one that named another lesson."""
    if lesson:
        by.klass.announcements.exclude(lesson="").filter(ended_at=None).update(ended_at=timezone.now())
    said = Announcement.objects.create(klass=by.klass, by=by, words=words, lesson=lesson)
    notifications.changed(by.klass)
    outbox.publish(by.klass, ANNOUNCEMENTS, said.pk)
    return said


def remove(announcement: Announcement) -> None:
    """Take it off all pages; the row and the feed's record stay."""
    Announcement.objects.filter(pk=announcement.pk, ended_at=None).update(ended_at=timezone.now())
    notifications.changed(announcement.klass)
