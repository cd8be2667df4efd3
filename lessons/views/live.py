"""What a page shows of the cluster now: drawn once for the page, and again for its live socket."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from django.template.loader import render_to_string

from lessons.checking import check_lesson, progress
from lessons.cluster import groups
from lessons.cluster.errors import ClusterError
from lessons.cluster.snapshot import Snapshot, service, with_ends
from lessons.course.loader import Lesson
from lessons.grading import standings_of
from lessons.models import Member
from lessons.perform import catch_up
from lessons.views.cards import exercise_cards
from lessons.views.picture import NARROW, WIDE, draw, list_topics

LOOK_AGAIN_S = 5.0  # for what no snapshot shows, such as offsets that a program of the learner's own commits


def look(member: Member) -> Snapshot:
    """The cluster as it is while a page is made, with the end offsets of this seat's topics."""
    picture = service.latest()
    return picture if picture.problem else with_ends(picture, member.namespace.owns)


def live_context(member: Member, snapshot: Snapshot, *, wide: bool = False, internal: bool = False) -> dict[str, Any]:
    """The picture, on a wide page in two sizes, and the same as tables."""
    context: dict[str, Any] = {
        "picture": draw(snapshot, member.namespace, show_internal=internal, layout=NARROW),
        "topics": list_topics(snapshot, member.namespace, show_internal=internal),
    }
    if wide:
        context["picture_wide"] = draw(snapshot, member.namespace, show_internal=internal, layout=WIDE)
    return context


def groups_of(member: Member) -> list[dict[str, Any]]:
    """This seat's groups for their table; none while the cluster is away, which the picture says."""
    try:
        return [_group_card(group) for group in groups.describe_groups(member.namespace)]
    except ClusterError:
        return []


def _group_card(group: groups.Group) -> dict[str, Any]:
    members = [
        {
            "client_id": m.client_id,
            "assigned": [f"{topic} [{partition}]" for topic, partition in m.assignment],
        }
        for m in group.members
    ]
    return {"group_id": group.group_id, "state": group.state, "members": members, "lags": group.lags}


class LivePage(ABC):
    """One open page: what has changed on it since it was told last. Sync; one thread at a time."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self._sent: dict[str, str] = {}

    def changes(self, snapshot: Snapshot) -> dict[str, str]:
        """{element id: its new HTML} for what is not as it was sent last."""
        fresh: dict[str, str] = {}
        for dom_id, render in self.parts(snapshot).items():
            html = render()
            if self._sent.get(dom_id) != html:
                fresh[dom_id] = self._sent[dom_id] = html
        return fresh

    @abstractmethod
    def parts(self, snapshot: Snapshot) -> Mapping[str, Callable[[], str]]:
        """{element id: what makes its HTML} of the parts that may have changed."""


class SeatPage(LivePage):
    """A lesson, or without one the member's cluster."""

    def __init__(self, member: Member, lesson: Lesson | None, *, internal: bool = False) -> None:
        super().__init__(member)
        self.lesson = lesson
        self.internal = internal
        self._drawn_from: object = None
        self._looked_at: tuple[object, ...] | None = None
        self._looked_s = 0.0

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        parts = self._pictures(snapshot)
        if self.lesson is None:
            parts["part-groups"] = self._template("_groups.html", groups=groups_of(self.member))
        elif self._something_to_look_at(snapshot):
            catch_up(self.member)
            check_lesson(self.member, self.lesson)
            standings = standings_of(self.member)
            for card in exercise_cards(self.member, self.lesson, standings):
                parts[card.dom_id] = self._template("_exercise.html", exercise=card)
            parts["part-progress"] = self._template("_progress.html", progress=progress(self.member, standings))
        return parts

    def _pictures(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        """None while they would be the same: of three hundred pages most see nothing new most seconds."""
        owns = self.member.namespace.owns
        seen = tuple(topic for topic in snapshot.topics if topic.internal or owns(topic.name))
        ends = tuple(snapshot.ends.get((topic.name, p.id)) for topic in seen for p in topic.partitions)
        drawn_from = (snapshot.brokers, snapshot.problem, seen, ends)
        if drawn_from == self._drawn_from:
            return {}
        self._drawn_from = drawn_from
        shown = live_context(self.member, snapshot, wide=self.lesson is None, internal=self.internal)
        parts = {
            "part-picture": self._template("_picture.html", **shown),
            "part-topics": self._template("_topics.html", **shown),
            "part-brokers": self._template("_brokers.html", **shown),
        }
        if self.lesson is None:
            parts["part-broker-table"] = self._template("_broker_table.html", **shown)
        return parts

    def _template(self, name: str, **context: object) -> Callable[[], str]:
        context |= {"klass": self.member.klass, "member": self.member}
        return lambda: render_to_string(f"lessons/{name}", context)

    def _something_to_look_at(self, snapshot: Snapshot) -> bool:
        """When this seat's slice of the cluster changed, an act was settled, or it is long ago."""
        if snapshot.problem:
            return False
        own = tuple(topic for topic in snapshot.topics if self.member.namespace.owns(topic.name))
        ends = tuple(snapshot.ends.get((topic.name, p.id)) for topic in own for p in topic.partitions)
        last_act = self.member.acts.order_by("-settled_at").values_list("settled_at", flat=True).first()
        seen, now = (own, ends, last_act), time.monotonic()
        if seen == self._looked_at and now - self._looked_s < LOOK_AGAIN_S:
            return False
        self._looked_at, self._looked_s = seen, now
        return True
