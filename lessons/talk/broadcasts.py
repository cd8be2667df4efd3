"""What an instructor says to the whole class."""

from __future__ import annotations

from django.utils import timezone

from lessons import feed
from lessons.feed_records import BROADCASTS
from lessons.models import Broadcast, Member
from lessons.talk import news


def say_to_class(by: Member, words: str = "", *, lesson: str = "") -> Broadcast:
    """With a lesson everybody is asked to go there, and whoever was sent elsewhere before is not any more."""
    if lesson:
        by.klass.broadcasts.exclude(lesson="").filter(ended_at=None).update(ended_at=timezone.now())
    said = Broadcast.objects.create(klass=by.klass, by=by, words=words, lesson=lesson)
    news.changed(by.klass)
    feed.publish(by.klass, BROADCASTS, said.pk)
    return said


def end(broadcast: Broadcast) -> None:
    """No page shows it any more; the row and the feed's record stay."""
    Broadcast.objects.filter(pk=broadcast.pk, ended_at=None).update(ended_at=timezone.now())
    news.changed(broadcast.klass)
