"""The playground and the pages of scenes, as they are kept fresh: the stage, the cluster, the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from django.template.loader import render_to_string

from lessons.classroom.access import get_scene
from lessons.classroom.changes import Kind
from lessons.classroom.grading.standings import progress, standings_of
from lessons.classroom.models import Member
from lessons.classroom.playground import recent_topics
from lessons.classroom.scenes.steps import topics_of
from lessons.cluster.snapshot import Snapshot
from lessons.web.live.base import Draw, Parts
from lessons.web.live.checked import CheckedPage
from lessons.web.live.cluster import DiagramParts
from lessons.web.live.lesson import VERDICTS
from lessons.web.live.notifications import notifications_part
from lessons.web.view_models.playground import session_context, stages_facts


class PlaygroundPage(CheckedPage):
    """With a scene, the stage has the topics of that scene alone."""

    wants_groups: bool = True
    wants_readable: bool = True

    def __init__(self, member: Member, *, only: tuple[str, ...] | None = None) -> None:
        super().__init__(member)
        self._only = only
        self._diagram = DiagramParts(member, self.drawn_from)
        self._used: list[str] = []  # the topics, the one used last first

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        link = address.get("scene", "")
        return cls(member, only=topics_of(get_scene(member, link)) if link else None)

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        if Kind.ACT in news:
            self._used = recent_topics(self.member)
        parts = self._diagram.parts(snapshot) | self._stage(snapshot)
        if Kind.ACT in news and self._only is None:
            parts["part-session"] = self.template("parts/_session.html", **session_context(self.member))
        if news & VERDICTS:
            of_seat = progress(self.member, standings_of(self.member))
            parts["part-progress"] = self.template("parts/_progress.html", progress=of_seat)
        return parts | notifications_part(self.member, news)

    def _stage(self, snapshot: Snapshot) -> dict[str, Draw]:
        """After a failed look nothing: the last good one stays."""
        if snapshot.problem:
            return {}
        facts = stages_facts(snapshot, self.member, used=self._used, only=self._only)
        if not self.drawn_from.is_other("stage", facts):
            return {}
        return {"part-stage": lambda: render_to_string("parts/_stage_facts.html", {"stage": facts})}
