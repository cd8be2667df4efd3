"""Raised hands: a student raises and lowers one, staff answer it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons.classroom import changes
from lessons.classroom.models import HAND_UP, Attempt, Class, Hand, Member
from lessons.course.loader import Lesson


def hand_up(member: Member) -> Hand | None:
    return member.hands.filter(HAND_UP).first()


def last_reply(member: Member, lesson: Lesson) -> Hand | None:
    """The latest answer about this lesson."""
    answered = member.hands.filter(lesson=lesson.slug).exclude(replied_at=None)
    return answered.select_related("replied_by").order_by("-replied_at").first()


def queue(klass: Class) -> QuerySet[Hand]:
    """The raised hands of students who are still in the class, the one that has waited longest first."""
    waiting = Hand.objects.filter(HAND_UP, member__klass=klass, member__removed_at=None)
    return waiting.select_related("member", "attempt").order_by("raised_at", "pk")


def raise_hand(member: Member, lesson: Lesson, *, exercise: str = "", words: str = "") -> Hand:
    """Raise a hand, with the latest failing attempt at the exercise. A student has one raised hand at a time: that one
    comes back when there is one already."""
    try:
        with transaction.atomic():
            hand = Hand.objects.create(
                member=member, lesson=lesson.slug, exercise=exercise, words=words,
                attempt=_failing(member, exercise),
            )  # fmt: skip
    except IntegrityError:
        return member.hands.get(HAND_UP)
    _tell(hand)
    return hand


def _failing(member: Member, exercise: str) -> Attempt | None:
    attempts = member.attempts.counted().filter(exercise=exercise).order_by("-decided_at", "-pk")
    last = attempts.first() if exercise else None
    return last if last is not None and last.state != Attempt.State.DONE else None


def lower(member: Member) -> None:
    """Lower the raised hand, if there is one."""
    hand = hand_up(member)
    if hand and Hand.objects.filter(HAND_UP, pk=hand.pk).update(lowered_at=timezone.now(), feed_offset=None):
        _tell(hand)


def reply(hand: Hand, by: Member, words: str) -> bool:
    """Answer a hand. False if it was no longer raised: somebody else answered first, or the student lowered it."""
    up = Hand.objects.filter(HAND_UP, pk=hand.pk)
    answered = up.update(replied_at=timezone.now(), replied_by=by, reply=words, feed_offset=None)
    if answered:
        _tell(hand)
    return bool(answered)


def _tell(hand: Hand) -> None:
    hand.refresh_from_db(fields=["replied_at", "lowered_at"])
    changes.tell(changes.of_hand(hand), hand)
