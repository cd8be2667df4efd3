"""The stage's part of a live page: what a snapshot says of the lesson's topic."""

from __future__ import annotations

from django.template.loader import render_to_string

from lessons.classroom.models import Member
from lessons.cluster.snapshot import Snapshot
from lessons.web.live.base import Draw, DrawnFrom
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
