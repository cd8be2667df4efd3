"""A student's lesson page as it is kept fresh for those who teach or grade."""

from __future__ import annotations

from collections.abc import Callable

from lessons import pulse
from lessons.checking import progress
from lessons.cluster.snapshot import Snapshot
from lessons.course.loader import Lesson
from lessons.grading.standings import standings_of
from lessons.models import Member
from lessons.views.cards import exercise_cards
from lessons.views.live import SeatPage
from lessons.views.seen import latest_act_cards, seen_card


class SeenPage(SeatPage):
    """It draws what is there. That something is looked at again, or settled, is for the student's own page."""

    lesson: Lesson

    def __init__(self, seat: Member, lesson: Lesson) -> None:
        super().__init__(seat, lesson)
        self._last: object = ()

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        last = self._last_doings()
        parts = self._cluster_parts(snapshot)
        if last != self._last:
            parts |= self._cards()
            self._last = last
        return parts

    def _last_doings(self) -> tuple[object, ...]:
        """When the student did something last, was checked, or was decided about."""
        return tuple(each.latest(self.member.pk) for each in (pulse.acts, pulse.attempts, pulse.decisions))

    def _cards(self) -> dict[str, Callable[[], str]]:
        standings = standings_of(self.member)
        parts = {"part-progress": self._template("_progress.html", progress=progress(self.member, standings))}
        for exercise in exercise_cards(self.member, self.lesson, standings):
            parts[exercise.dom_id] = self._template("_exercise.html", exercise=seen_card(exercise))
        for card in latest_act_cards(self.member, self.lesson).values():
            parts[card.dom_id] = self._template("_act.html", card=seen_card(card))
        return parts
