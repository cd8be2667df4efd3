"""The parts of the class's room that are drawn anew as the class goes on, beside its feed."""

from __future__ import annotations

from collections.abc import Callable

from django.template.loader import render_to_string

from lessons.cluster.snapshot import Snapshot
from lessons.views.broadcasts import broadcast_parts
from lessons.views.hand_cards import queue_parts
from lessons.views.live import LivePage
from lessons.views.picture import draw


class RoomPage(LivePage):
    """The room, for one member of staff."""

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        context = {"klass": self.member.klass, "picture": draw(snapshot, self.member.namespace)}
        brokers = {"part-brokers": lambda: render_to_string("lessons/_brokers.html", context)}
        return {**brokers, **queue_parts(self.member), **broadcast_parts(self.member)}
