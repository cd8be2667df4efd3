"""A notebook's page: the cluster beside it, and the lessons' progress, which cells can make as well as forms."""

from __future__ import annotations

from lessons.classroom.changes import Kind
from lessons.classroom.grading.standings import progress, standings_of
from lessons.classroom.models import Member
from lessons.cluster.snapshot import Snapshot
from lessons.web.live.base import Parts
from lessons.web.live.checked import CheckedPage
from lessons.web.live.cluster import DiagramParts
from lessons.web.live.lesson import VERDICTS
from lessons.web.live.notifications import notifications_part
from lessons.web.view_models.rail import rail


class NotebookPage(CheckedPage):
    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._diagram = DiagramParts(member, self.drawn_from)

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        parts = self._diagram.parts(snapshot)
        if news & VERDICTS:
            standings = standings_of(self.member)
            parts["part-progress"] = self.template("parts/_progress.html", progress=progress(self.member, standings))
            parts["part-rail"] = self.template("parts/_rail_lessons.html", rail=rail(self.member, standings=standings))
        return parts | notifications_part(self.member, news)
