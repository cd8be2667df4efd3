"""The parts of the class's room that are drawn anew as the class goes on, beside its feed.

A part of the aside is a line in `PANELS`: an element id, a template whose one element has that id, and a function that
makes its context. It is drawn with the page, and again whenever what it shows has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lessons.cluster.snapshot import Snapshot
from lessons.models import Member
from lessons.views.live import LivePage
from lessons.views.picture import draw


@dataclass(frozen=True)
class Panel:
    dom_id: str
    template: str
    context: Callable[[Member, Snapshot], dict[str, Any]]

    def draw(self, member: Member, snapshot: Snapshot, request: HttpRequest | None = None) -> SafeString:
        shown = {"klass": member.klass, "member": member, **self.context(member, snapshot)}
        return render_to_string(self.template, shown, request=request)


PANELS: list[Panel] = []  # of the aside, from top to bottom


def draw_panels(member: Member, snapshot: Snapshot, request: HttpRequest) -> list[SafeString]:
    """For the page itself."""
    return [panel.draw(member, snapshot, request) for panel in PANELS]


class RoomPage(LivePage):
    """The room, for one member of staff."""

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        context = {"klass": self.member.klass, "picture": draw(snapshot, self.member.namespace)}
        parts: dict[str, Callable[[], str]] = {
            "part-brokers": lambda: render_to_string("lessons/_brokers.html", context)
        }
        for panel in PANELS:
            parts[panel.dom_id] = lambda panel=panel: panel.draw(self.member, snapshot)
        return parts
