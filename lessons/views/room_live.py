"""The parts of the class's room that are drawn anew as the class goes on, beside its feed.

A part is a line in `MIDDLE` or `ASIDE`: an element id, a template whose one element has that id, and a function that
makes its context. It is drawn with the page, and again when it shows something else, at most once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lessons.cluster.snapshot import Snapshot
from lessons.glance import Glance, SeatRow, glance_of
from lessons.models import Member
from lessons.views.broadcasts import broadcast_context
from lessons.views.brokers import brokers_context
from lessons.views.cluster_diagram import draw_diagram
from lessons.views.hand_cards import queue_context
from lessons.views.live import LivePage
from lessons.views.progress_table import (
    draw_row,
    first_columns,
    progress_table_context,
    row_id,
    seat_url,
    summary_context,
)

MOST_STUCK = 12  # in the list: nobody can go to more at once, and the table above marks them all
AT_MOST_EVERY_S = 0.9  # acts of three hundred poke the cluster's picture ten times a second


@dataclass(frozen=True)
class Look:
    """What a part is drawn from."""

    member: Member
    snapshot: Snapshot
    glance: Glance


@dataclass(frozen=True)
class Part:
    dom_id: str
    template: str
    context: Callable[[Look], dict[str, Any]]

    def draw(self, look: Look, request: HttpRequest | None = None) -> SafeString:
        shown = {"klass": look.member.klass, "member": look.member, **self.context(look)}
        return render_to_string(self.template, shown, request=request)


def _progress_table(look: Look) -> dict[str, Any]:
    return progress_table_context(look.member.klass, look.glance)


def _stuck(look: Look) -> dict[str, Any]:
    klass = look.member.klass
    shown = [{"seat": each, "url": seat_url(klass, each.slug)} for each in look.glance.stuck[:MOST_STUCK]]
    return {"stuck": shown, "more": len(look.glance.stuck) - len(shown)}


PROGRESS_TABLE = Part("part-progress-table", "room/_progress_table.html", _progress_table)
# From top to bottom; below who is where, and in the aside.
MIDDLE: list[Part] = [
    Part("part-progress-summary", "room/_progress_summary.html", lambda look: summary_context(look.glance)),
    PROGRESS_TABLE,
    Part(
        "part-misconceptions",
        "room/_misconceptions.html",
        lambda look: {"misconceptions": look.glance.misconceptions},
    ),
    Part("part-predictions", "room/_predictions.html", lambda look: {"predictions": look.glance.predictions}),
]
ASIDE: list[Part] = [
    Part("part-hands", "room/_hands.html", lambda look: queue_context(look.member)),
    Part("part-stuck", "room/_stuck.html", _stuck),
    Part("part-broadcast", "room/_broadcast.html", lambda look: broadcast_context(look.member)),
    Part("part-broker-panel", "room/_broker_panel.html", lambda look: brokers_context(look.member, look.snapshot)),
]


def draw_parts(member: Member, snapshot: Snapshot, request: HttpRequest) -> dict[str, list[SafeString]]:
    """For the page itself."""
    look = Look(member, snapshot, glance_of(member.klass).look())
    return {
        name: [part.draw(look, request) for part in parts] for name, parts in (("middle", MIDDLE), ("aside", ASIDE))
    }


class RoomPage(LivePage):
    """The room, for one member of staff."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._glance = glance_of(member.klass)
        self._rows: dict[str, SeatRow] = {}  # as the page has them, in their order
        self._columns: object = None
        self._drawn_s = float("-inf")

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        if time.monotonic() - self._drawn_s < AT_MOST_EVERY_S:
            return {}
        look = Look(self.member, snapshot, self._glance.look())
        bar = {"klass": self.member.klass, "diagram": draw_diagram(snapshot, self.member.namespace)}
        parts: dict[str, Callable[[], str]] = {"part-brokers": partial(render_to_string, "lessons/_brokers.html", bar)}
        parts |= {part.dom_id: partial(part.draw, look) for part in (*MIDDLE, *ASIDE) if part is not PROGRESS_TABLE}
        parts |= self._table(look)
        self._drawn_s = time.monotonic()
        return parts

    def _table(self, look: Look) -> dict[str, Callable[[], str]]:
        """The rows that changed; the whole of it when there are others, in another order, or other columns."""
        rows, columns = {row.slug: row for row in look.glance.rows}, look.glance.lessons
        before, self._rows = self._rows, rows
        if list(before) != list(rows) or columns != self._columns:
            self._columns = columns
            return {PROGRESS_TABLE.dom_id: partial(PROGRESS_TABLE.draw, look)}
        changed = (row for row in rows.values() if row is not before[row.slug] and row != before[row.slug])
        first = first_columns(look.glance.lessons)
        return {row_id(row.slug): partial(draw_row, self.member.klass, row, first) for row in changed}
