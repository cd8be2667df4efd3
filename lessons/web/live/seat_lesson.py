"""A student's lesson, as it is kept fresh for staff."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Self

from lessons.classroom.access import get_lesson_for, get_present_seat
from lessons.classroom.changes import Kind
from lessons.classroom.grading.standings import progress, standings_of
from lessons.classroom.models import Member
from lessons.cluster.snapshot import Snapshot
from lessons.course.loader import Lesson
from lessons.web.links import seat_lesson_url
from lessons.web.live.base import Draw, LivePage, Parts
from lessons.web.live.cluster import DiagramParts
from lessons.web.live.stage import StageParts
from lessons.web.view_models.lesson import exercise_cards
from lessons.web.view_models.rail import rail
from lessons.web.view_models.read_only import latest_act_cards, read_only_card


class SeatLessonPage(LivePage):
    """It shows what is there. Nothing is checked because a colleague looks."""

    def __init__(self, seat: Member, lesson: Lesson) -> None:
        super().__init__(seat)
        self._lesson = lesson
        self.wants_groups = bool(lesson.topic)
        self._diagram = DiagramParts(seat, self.drawn_from)
        self._stage = StageParts(seat, self.drawn_from, lesson.topic)

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        seat = get_present_seat(member, address.get("seat", ""))
        return cls(seat, get_lesson_for(member, address.get("lesson", "")))

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        parts = self._diagram.parts(snapshot) | self._stage.parts(snapshot)
        return parts | (self._cards(snapshot) if news & {Kind.ACT, Kind.ATTEMPT, Kind.DECISION} else {})

    def _cards(self, snapshot: Snapshot) -> dict[str, Draw]:
        standings = standings_of(self.member)
        shown = rail(self.member, here=self._lesson, standings=standings, url_of=partial(seat_lesson_url, self.member))
        parts = {
            "part-progress": self.template("parts/_progress.html", progress=progress(self.member, standings)),
            "part-rail": self.template("parts/_rail_lessons.html", rail=shown),
        }
        for exercise in exercise_cards(self.member, self._lesson, standings, snapshot=snapshot):
            parts[exercise.dom_id] = self.template("parts/_exercise.html", exercise=read_only_card(exercise))
        for card in latest_act_cards(self.member, self._lesson).values():
            parts[card.dom_id] = self.template("parts/_act.html", card=read_only_card(card))
        return parts
