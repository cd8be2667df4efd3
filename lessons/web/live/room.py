"""The parts of the class's room that are drawn anew as the class goes on, beside its feed.

A part is a line in `FIRST`, `MIDDLE` or `ASIDE`: an element id, a template whose one element has that id, and a function that
makes its context. It is drawn with the page, and again when it shows something else, at most once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lessons.classroom import process
from lessons.classroom.changes import Kind
from lessons.classroom.models import Member
from lessons.classroom.overview import ClassOverview, Overview, SeatRow
from lessons.cluster.snapshots import Snapshot
from lessons.web.links import seat_url
from lessons.web.live.base import LivePage, Parts
from lessons.web.view_models.announcements import announcement_context
from lessons.web.view_models.brokers import brokers_context
from lessons.web.view_models.cluster_diagram import draw_diagram
from lessons.web.view_models.hands import queue_context
from lessons.web.view_models.progress_table import (
    draw_row,
    first_columns,
    progress_table_context,
    row_id,
    summary_context,
)

MOST_STUCK = 12  # in the list: nobody can go to more at once, and the table above marks them all
# Though nothing is told:
BROKERS_DRAWN_EVERY_S = 2.0  # what becomes of one that was stopped
DRAWN_EVERY_S = 6.0  # what rests on time


@dataclass(frozen=True)
class Shown:
    """What a part is drawn from."""

    member: Member
    snapshot: Snapshot
    overview: Overview


@dataclass(frozen=True)
class Part:
    dom_id: str
    template: str
    context: Callable[[Shown], dict[str, Any]]
    rests_on_brokers: bool = False

    def draw(self, shown: Shown, request: HttpRequest | None = None) -> SafeString:
        context = {"klass": shown.member.klass, "member": shown.member, **self.context(shown)}
        return render_to_string(self.template, context, request=request)


def _progress_table(shown: Shown) -> dict[str, Any]:
    return progress_table_context(shown.member.klass, shown.overview)


def _stuck(shown: Shown) -> dict[str, Any]:
    klass = shown.member.klass
    stuck = [{"seat": each, "url": seat_url(klass, each.slug)} for each in shown.overview.stuck[:MOST_STUCK]]
    return {"stuck": stuck, "more": len(shown.overview.stuck) - len(stuck)}


SUMMARY = Part("part-progress-summary", "room/_progress_summary.html", lambda shown: summary_context(shown.overview))
PROGRESS_TABLE = Part("part-progress-table", "room/_progress_table.html", _progress_table)
# From top to bottom: what comes first where the page is one column, who is where, and the aside.
FIRST: list[Part] = [Part("part-hands", "room/_hands.html", lambda shown: queue_context(shown.member))]
MIDDLE: list[Part] = [
    SUMMARY,
    PROGRESS_TABLE,
    Part("part-predictions", "room/_predictions.html", lambda shown: {"predictions": shown.overview.predictions}),
    Part("part-stuck", "room/_stuck.html", _stuck),
    Part(
        "part-misconceptions",
        "room/_misconceptions.html",
        lambda shown: {"misconceptions": shown.overview.misconceptions},
    ),
]
ASIDE: list[Part] = [
    Part("part-announcement", "room/_announcement.html", lambda shown: announcement_context(shown.member)),
    Part(
        "part-broker-panel",
        "room/_broker_panel.html",
        lambda shown: brokers_context(shown.member, shown.snapshot),
        rests_on_brokers=True,
    ),
]


def draw_parts(
    member: Member, snapshot: Snapshot, request: HttpRequest, **columns: Sequence[Part]
) -> dict[str, list[SafeString]]:
    """For the page itself: each column by its name."""
    shown = Shown(member, snapshot, process.current().overviews.of(member.klass))
    return {name: [part.draw(shown, request) for part in parts] for name, parts in columns.items()}


class RoomPage(LivePage):
    """The room, for one member of staff."""

    of_seat: ClassVar[bool] = False
    min_gap_s: ClassVar[float] = 0.9  # fifteen acts a second change it as often

    def __init__(self, member: Member, shows: Sequence[Part] = (*FIRST, *MIDDLE, *ASIDE)) -> None:
        super().__init__(member)
        self._shows = shows
        self._drawn_of: tuple[object, ...] = ()
        self._drawn_at = self._brokers_drawn_at = float("-inf")
        self._rows: dict[str, SeatRow] = {}  # as the page has them, in their order
        self._columns: object = None
        self._overview: ClassOverview | None = None
        self._let_go: Callable[[], None] | None = None

    def opened(self) -> None:
        self._overview, self._let_go = process.current().overviews.keep(self.member.klass)

    def closed(self) -> None:
        if self._let_go is not None:
            self._let_go()

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        if self._overview is None:
            return {}
        shown = Shown(self.member, snapshot, self._overview.current())
        of, now = (shown.overview, snapshot.brokers, snapshot.topics, snapshot.problem), time.monotonic()
        if not news and of == self._drawn_of and now - self._drawn_at < DRAWN_EVERY_S:
            return self._brokers(shown, now)
        self._drawn_of, self._drawn_at, self._brokers_drawn_at = of, now, now
        dots = self.template("parts/_brokers.html", diagram=draw_diagram(snapshot, self.member.namespace))
        others = {part.dom_id: partial(part.draw, shown) for part in self._shows if part is not PROGRESS_TABLE}
        return {"part-brokers": dots, **others, **(self._table(shown) if PROGRESS_TABLE in self._shows else {})}

    def _brokers(self, shown: Shown, now: float) -> Parts:
        if now - self._brokers_drawn_at < BROKERS_DRAWN_EVERY_S:
            return {}
        self._brokers_drawn_at = now
        return {part.dom_id: partial(part.draw, shown) for part in self._shows if part.rests_on_brokers}

    def _table(self, shown: Shown) -> dict[str, Callable[[], str]]:
        """The rows that changed; the whole of it when there are others, in another order, or other columns."""
        rows, columns = {row.slug: row for row in shown.overview.rows}, shown.overview.lessons
        before, self._rows = self._rows, rows
        if list(before) != list(rows) or columns != self._columns:
            self._columns = columns
            return {PROGRESS_TABLE.dom_id: partial(PROGRESS_TABLE.draw, shown)}
        changed = (row for row in rows.values() if row is not before[row.slug] and row != before[row.slug])
        first = first_columns(shown.overview.lessons)
        return {row_id(row.slug): partial(draw_row, self.member.klass, row, first) for row in changed}
