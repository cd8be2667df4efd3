"""Raised hands, as pages show them: a student's own hand, and the queue for staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lessons.classroom.messages import hands
from lessons.classroom.models import Hand, Member, Role
from lessons.course.loader import Lesson, exercise_titles, lessons
from lessons.web.forms.messages import HandForm, ReplyForm
from lessons.web.links import seat_url


@dataclass(frozen=True)
class HandCard:
    """`up`: the student's hand; `answered`: what was answered last about this lesson."""

    up: Hand | None
    answered: Hand | None
    about: str  # where the hand is up
    form: HandForm
    url: str
    is_open: bool = False


@dataclass(frozen=True)
class WaitingHand:
    hand: Hand
    about: str
    seen: str
    form: ReplyForm
    reply_url: str
    lesson_url: str
    seat_url: str


def hand_card(member: Member, lesson: Lesson, *, form: HandForm | None = None, exercise: str = "") -> HandCard | None:
    """The student's hand; None for staff, who answer hands."""
    if member.role != Role.STUDENT:
        return None
    up = hands.hand_up(member)
    return HandCard(
        up=up,
        answered=hands.last_reply(member, lesson),
        about=about(up) if up else "",
        form=form or HandForm(lesson, initial={"exercise": exercise}),
        url=reverse("hand", args=[member.klass.slug, lesson.slug]),
        is_open=form is not None or bool(exercise),
    )


def about(hand: Hand) -> str:
    """The lesson and the exercise, by their titles."""
    lesson = next((each for each in lessons() if each.slug == hand.lesson), None)
    exercise = exercise_titles().get(hand.exercise, "")
    where = f"{lesson.number}. {lesson.title}" if lesson else hand.lesson
    return f"{where}: {exercise}" if exercise else where


def queue_context(staff: Member, *, wrong: dict[int, ReplyForm] | None = None, said: str = "") -> dict[str, Any]:
    """The hands that are up. `wrong` has the forms with errors; `said`: what happened to an answer."""
    waiting = [waiting_hand(staff, hand, (wrong or {}).get(hand.pk)) for hand in hands.queue(staff.klass)]
    return {"hands": waiting, "said": said, "klass": staff.klass}


def waiting_hand(staff: Member, hand: Hand, form: ReplyForm | None = None) -> WaitingHand:
    klass = staff.klass.slug
    return WaitingHand(
        hand=hand,
        about=about(hand),
        seen=hand.attempt.verdict.get("seen", "") if hand.attempt else "",
        form=form or ReplyForm(hand.pk),
        reply_url=reverse("hand-reply", args=[klass, hand.pk]),
        lesson_url=reverse("seat-lesson", args=[klass, hand.member.slug, hand.lesson]),
        seat_url=seat_url(staff.klass, hand.member.slug),
    )
