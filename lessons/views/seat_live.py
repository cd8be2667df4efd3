"""A student's lesson page as it is kept fresh for those who teach or grade."""

from __future__ import annotations

from collections.abc import Callable

from lessons.checking import attempts_by_exercise, progress
from lessons.cluster.snapshot import Snapshot
from lessons.course.loader import Lesson
from lessons.models import Member
from lessons.views.cards import dom_id_of, exercise_card
from lessons.views.live import SeatPage
from lessons.views.seen import latest_act_cards, seen_card


class SeenPage(SeatPage):
    """It draws what is there. That something is looked at again, or settled, is for the student's own page."""

    lesson: Lesson

    def __init__(self, seat: Member, lesson: Lesson) -> None:
        super().__init__(seat, lesson)
        self._last: object = None

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        last = self._last_doings()
        parts = self._pictures(snapshot)
        if last != self._last:
            parts |= self._cards()
            self._last = last
        return parts

    def _last_doings(self) -> tuple[object, ...]:
        act = self.member.acts.order_by("-settled_at").values_list("pk", "settled_at").first()
        return act, self.member.attempts.order_by("-pk").values_list("pk", flat=True).first()

    def _cards(self) -> dict[str, Callable[[], str]]:
        parts = {"part-progress": self._template("_progress.html", progress=progress(self.member))}
        attempts = attempts_by_exercise(self.member, self.lesson)
        for exercise in self.lesson.exercises:
            shown = seen_card(exercise_card(self.member, self.lesson, exercise, attempts.get(exercise.id)))
            parts[dom_id_of(exercise)] = self._template("_exercise.html", exercise=shown)
        for card in latest_act_cards(self.member, self.lesson).values():
            parts[card.dom_id] = self._template("_act.html", card=seen_card(card))
        return parts
