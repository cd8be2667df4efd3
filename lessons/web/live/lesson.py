"""A lesson, as its page is kept fresh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from lessons.classroom.access import get_lesson_for
from lessons.classroom.changes import Changed, Kind
from lessons.classroom.checks.relevance import EVERYTHING, changed_between
from lessons.classroom.grading.standings import Standings, progress, standings_of
from lessons.classroom.models import Member, Role
from lessons.classroom.rights import Ground, has_lesson
from lessons.cluster.snapshot import Snapshot
from lessons.course.evidence import Part, Read, acts_like, touches
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.web.live.base import Draw, Parts
from lessons.web.live.checked import CheckedPage
from lessons.web.live.cluster import DiagramParts
from lessons.web.live.notifications import notifications_part
from lessons.web.live.stage import StageParts
from lessons.web.view_models.hands import hand_card
from lessons.web.view_models.lesson import ExerciseCard, exercise_cards
from lessons.web.view_models.rail import rail
from lessons.web.view_models.turn import turn

VERDICTS = {Kind.ATTEMPT, Kind.DECISION}


class LessonPage(CheckedPage):
    def __init__(self, member: Member, lesson: Lesson) -> None:
        super().__init__(member, lesson)
        self.lesson = lesson
        self.wants_groups = bool(lesson.topic)
        self.wants_readable = lesson.readable
        self._diagram = DiagramParts(member, self.drawn_from)
        self._stage = StageParts(member, self.drawn_from, lesson.topic)
        self._read: dict[str, frozenset[Read]] = {}  # what each exercise's card was drawn from, by its id
        self._acts: set[Read] = set()  # those that are new
        self._verdicts: set[str] = set()  # the exercises that have new ones
        self._seen: Snapshot | None = None

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        return cls(member, get_lesson_for(member, address.get("lesson", "")))

    def note(self, changed: Changed) -> bool:
        if changed.kind is Kind.ACT:
            self._acts |= acts_like(changed.what, changed.topic)
        elif changed.kind is Kind.ATTEMPT:
            self._verdicts.add(changed.what)
        return super().note(changed)

    def grounds(self) -> set[Ground]:
        """A student's lesson stands on being switched on, too; staff see all."""
        is_student = self.member.role == Role.STUDENT
        return super().grounds() | ({has_lesson(self.member.klass, self.lesson)} if is_student else set())

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        diagram = self._diagram.parts(snapshot)
        parts = self._exercises(snapshot, news) | diagram | self._stage.parts(snapshot)
        if Kind.HAND in news and self.member.role == Role.STUDENT:
            parts["part-hand"] = self.template("parts/_hand.html", hand=hand_card(self.member, self.lesson))
        return parts | notifications_part(self.member, news)

    def _exercises(self, snapshot: Snapshot, news: set[Kind]) -> dict[str, Draw]:
        """Those that may have another verdict, or other questions, than they had; and what all verdicts come to."""
        changed, decided = self._changed(snapshot), Kind.DECISION in news
        verdicts, self._verdicts = self._verdicts, set()
        of = [
            each for each in self.lesson.exercises if decided or each.id in verdicts or self._is_touched(each, changed)
        ]
        for each in of:
            self._read.pop(each.id, None)  # until it is drawn
        if not (of or news & VERDICTS):
            return {}
        standings = standings_of(self.member)
        parts: dict[str, Draw] = {}
        sums = {exercise: (standing.state, standing.points) for exercise, standing in standings.items()}
        if self.drawn_from.is_other("sums", sums) or decided:
            parts |= self._sums(standings)
        for card in exercise_cards(self.member, self.lesson, standings, of=of, snapshot=snapshot):
            parts[card.dom_id] = self._card(card)
        return parts

    def _sums(self, standings: Standings) -> dict[str, Draw]:
        """The list of lessons with what is done of each, and the end of the page."""
        done = progress(self.member, standings)
        shown = rail(self.member, here=self.lesson, standings=standings)
        goes_on = turn(self.member, self.lesson, standings)
        return {
            "part-progress": self.template("parts/_progress.html", progress=done),
            "part-rail": self.template("parts/_rail_lessons.html", rail=shown),
            "part-turn": self.template("parts/_turn.html", turn=goes_on, progress=done),
        }

    def _changed(self, snapshot: Snapshot) -> frozenset[Read]:
        """What is not as it was for the cards, since the last time."""
        before, self._seen = self._seen, snapshot
        acts, self._acts = self._acts, set()
        if before is None or (before.problem is None) != (snapshot.problem is None):
            return EVERYTHING
        changed = changed_between(before, snapshot, self.member.namespace) | acts
        return changed | {Read(Part.SEEN)} if changed else changed  # a check may have been here

    def _is_touched(self, exercise: Exercise, changed: frozenset[Read]) -> bool:
        read = self._read.get(exercise.id)
        return read is None or touches(changed, read)

    def _card(self, card: ExerciseCard) -> Draw:
        draw = self.template("parts/_exercise.html", exercise=card)

        def drawn() -> str:
            html = draw()
            self._read[card.id] = card.read
            return html

        return drawn
