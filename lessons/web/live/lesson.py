"""A lesson, as its page is kept fresh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

from lessons.classroom import process
from lessons.classroom.access import get_lesson_for
from lessons.classroom.changes import Kind
from lessons.classroom.grading.standings import progress, standings_of
from lessons.classroom.models import Member, Role
from lessons.classroom.rights import Ground, has_lesson
from lessons.cluster.snapshot import Snapshot
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.web.live.base import Draw, LivePage, Parts
from lessons.web.live.cluster import DiagramParts
from lessons.web.live.notifications import notifications_part
from lessons.web.live.stage import StageParts
from lessons.web.view_models.hands import hand_card
from lessons.web.view_models.lesson import exercise_cards
from lessons.web.view_models.rail import rail
from lessons.web.view_models.turn import turn

VERDICTS = {Kind.ATTEMPT, Kind.DECISION}


class LessonPage(LivePage):
    """While it is open the seat's exercises are checked whenever a snapshot shows something else (`classroom.checks`)."""

    def __init__(self, member: Member, lesson: Lesson) -> None:
        super().__init__(member)
        self.lesson = lesson
        self.wants_groups = bool(lesson.topic)
        self._diagram = DiagramParts(member)
        self._stage = StageParts(member, lesson.topic)
        self._stop_checking: Callable[[], None] | None = None

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        return cls(member, get_lesson_for(member, address.get("lesson", "")))

    def opened(self) -> None:
        self._stop_checking = process.current().checks.open(self.member, self.lesson)

    def closed(self) -> None:
        if self._stop_checking is not None:
            self._stop_checking()

    def grounds(self) -> set[Ground]:
        """A student's lesson stands on being switched on, too; staff see all."""
        is_student = self.member.role == Role.STUDENT
        return super().grounds() | ({has_lesson(self.member.klass, self.lesson)} if is_student else set())

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        diagram = self._diagram.parts(snapshot)
        parts = self._exercises(snapshot, news, cluster_changed=bool(diagram)) | diagram | self._stage.parts(snapshot)
        if Kind.HAND in news and self.member.role == Role.STUDENT:
            parts["part-hand"] = self.template("parts/_hand.html", hand=hand_card(self.member, self.lesson))
        return parts | notifications_part(self.member, news)

    def _exercises(self, snapshot: Snapshot, news: set[Kind], *, cluster_changed: bool) -> dict[str, Draw]:
        """Those that may have another verdict, or other questions, than they had."""
        of: list[Exercise] = []
        if news & VERDICTS:
            of = list(self.lesson.exercises)
        elif cluster_changed or Kind.ACT in news:
            of = [exercise for exercise in self.lesson.exercises if exercise.asks]
        if not of:
            return {}
        standings = standings_of(self.member)
        parts = {"part-progress": self.template("parts/_progress.html", progress=progress(self.member, standings))}
        if news & VERDICTS:
            shown = rail(self.member, here=self.lesson, standings=standings)
            parts["part-rail"] = self.template("parts/_rail_lessons.html", rail=shown)
            parts["part-turn"] = self.template(
                "parts/_turn.html",
                turn=turn(self.member, self.lesson, standings),
                progress=progress(self.member, standings),
            )
        for card in exercise_cards(self.member, self.lesson, standings, of=of, snapshot=snapshot):
            parts[card.dom_id] = self.template("parts/_exercise.html", exercise=card)
        return parts
