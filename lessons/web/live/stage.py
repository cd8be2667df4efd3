"""The stage's part of a live page: what a snapshot says of the lesson's topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from django.template.loader import render_to_string

from lessons.classroom.access import get_lesson_for, get_present_seat
from lessons.classroom.changes import Kind
from lessons.classroom.models import Member
from lessons.cluster.snapshot import Snapshot
from lessons.course.loader import Lesson
from lessons.web.live.base import Draw, DrawnFrom, LivePage, Parts
from lessons.web.view_models.stage import stage_facts


class StageParts:
    def __init__(self, member: Member, drawn_from: DrawnFrom, topic: str) -> None:
        self._namespace = member.namespace
        self._drawn_from = drawn_from
        self._topic = topic

    def parts(self, snapshot: Snapshot) -> dict[str, Draw]:
        """Nothing while it would be the same. After a failed look nothing either: the last good one stays."""
        facts = None if snapshot.problem else stage_facts(snapshot, self._namespace, self._topic)
        if facts is None or not self._drawn_from.is_other("stage", facts):
            return {}
        return {"part-stage": lambda: render_to_string("parts/_stage_facts.html", {"stage": facts})}


class StagePage(LivePage):
    """A lesson's stage on the wall, and nothing else."""

    wants_groups = True

    def __init__(self, seat: Member, lesson: Lesson) -> None:
        super().__init__(seat)
        self._stage = StageParts(seat, self.drawn_from, lesson.topic)

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        seat = get_present_seat(member, address["seat"]) if "seat" in address else member
        return cls(seat, get_lesson_for(member, address.get("lesson", "")))

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        return self._stage.parts(snapshot)
