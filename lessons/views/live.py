"""What a page shows of the cluster now: drawn once for the page, and again for its live socket."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from django.template.loader import render_to_string

from lessons import pulse
from lessons.checking import check_lesson, progress, was_checked_since
from lessons.cluster import groups
from lessons.cluster.errors import ClusterError
from lessons.cluster.snapshot import Snapshot, service, with_ends
from lessons.course.loader import Lesson
from lessons.grading.standings import standings_of
from lessons.models import Member, Role
from lessons.perform import catch_up
from lessons.views.cards import exercise_cards
from lessons.views.cluster_diagram import draw_diagram, list_topics
from lessons.views.hand_cards import HandPart
from lessons.views.news import NewsPart

LOOK_AGAIN_S = 5.0  # for what no snapshot shows, such as offsets that a program of the learner's own commits
SOON_S = 1.25
PATIENCE = 4  # times as long is the next pause, while nothing else happens
CATCH_UP_EVERY_S = 30.0


def look(member: Member) -> Snapshot:
    """The cluster as it is while a page is made, with the end offsets of this seat's topics."""
    picture = service.latest(member.namespace)
    return picture if picture.problem else with_ends(picture, member.namespace)


def live_context(member: Member, snapshot: Snapshot, *, internal: bool = False) -> dict[str, Any]:
    """The diagram of the cluster, and the same as tables."""
    return {
        "diagram": draw_diagram(snapshot, member.namespace, show_internal=internal),
        "topics": list_topics(snapshot, member.namespace, show_internal=internal),
    }


def groups_of(member: Member) -> list[dict[str, Any]]:
    """This seat's groups for their table; none while the cluster is away, which the diagram says."""
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
        self._news = NewsPart(member)
        self._hand = HandPart(member, lesson) if lesson and member.role == Role.STUDENT else None
        self._drawn_from: object = None
        self._looked_at: tuple[object, ...] | None = None
        self._decided: object = ()
        self._look_again_s = 0.0
        self._pause_s = LOOK_AGAIN_S
        self._catch_up_s = 0.0

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        parts: dict[str, Callable[[], str]] = {}
        if self.lesson is None:
            parts["part-groups"] = self._template("_groups.html", groups=groups_of(self.member))
        elif snapshot.problem:
            self._catch_up_s = 0.0  # at once when the cluster is back
        else:
            parts |= self._exercises(self.lesson, snapshot)
        # Last, because these remember what they told: a busy database above must not make it be forgotten.
        return {
            **parts,
            **(self._hand.parts() if self._hand else {}),
            **self._news.parts(),
            **self._cluster_parts(snapshot),
        }

    def _exercises(self, lesson: Lesson, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        """Those that may have another verdict, or other questions, than they had."""
        shown = [exercise for exercise in lesson.exercises if exercise.asks] if self._check(lesson, snapshot) else []
        decided = tuple(each.latest(self.member.pk) for each in (pulse.attempts, pulse.decisions))
        if decided == self._decided and not shown:
            return {}
        if decided != self._decided:
            self._decided, shown = decided, list(lesson.exercises)
        standings = standings_of(self.member)
        parts = {"part-progress": self._template("_progress.html", progress=progress(self.member, standings))}
        for card in exercise_cards(self.member, lesson, standings, of=shown):
            parts[card.dom_id] = self._template("_exercise.html", exercise=card)
        return parts

    def _check(self, lesson: Lesson, snapshot: Snapshot) -> bool:
        """Whether something has changed, or has not been looked at for long; then the exercises are checked."""
        own = snapshot.topics_of(self.member.namespace)
        ends = tuple(snapshot.ends.get((topic.name, p.id)) for topic in own for p in topic.partitions)
        acted_at, now = pulse.acts.latest(self.member.pk), time.monotonic()
        seen, before = (own, ends, acted_at), self._looked_at
        if seen == before and now < self._look_again_s:
            return False
        by_the_view = bool(before and acted_at != before[2]) and (
            was_checked_since(self.member, lesson, acted_at) or pulse.acts.is_of_another_process(self.member.pk)
        )
        if seen == before:
            self._pause_s *= PATIENCE
        else:  # the view that did the act checks: what shows later is seen soon
            self._pause_s = SOON_S if by_the_view else LOOK_AGAIN_S
        self._looked_at, self._look_again_s = seen, now + self._pause_s
        if by_the_view:
            return True
        if now >= self._catch_up_s:
            self._catch_up_s = now + CATCH_UP_EVERY_S
            catch_up(self.member)
        check_lesson(self.member, lesson)
        return True

    def _cluster_parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        """None while they would be the same: of three hundred pages most see nothing new most seconds."""
        seen = (*snapshot.topics_of(self.member.namespace), *snapshot.internal_topics)
        ends = tuple(snapshot.ends.get((topic.name, p.id)) for topic in seen for p in topic.partitions)
        drawn_from = (snapshot.brokers, snapshot.problem, seen, ends)
        if drawn_from == self._drawn_from:
            return {}
        self._drawn_from = drawn_from
        shown = live_context(self.member, snapshot, internal=self.internal)
        parts = {
            "part-diagram": self._template("_cluster_diagram.html", **shown),
            "part-topics": self._template("_topics.html", **shown),
            "part-brokers": self._template("_brokers.html", **shown),
        }
        if self.lesson is None:
            parts["part-broker-table"] = self._template("_broker_table.html", **shown)
        return parts

    def _template(self, name: str, **context: object) -> Callable[[], str]:
        context |= {"klass": self.member.klass, "member": self.member}
        return lambda: render_to_string(f"lessons/{name}", context)


class NewsPage(LivePage):
    """A page on which nothing is live but the news and the brokers' dots, such as the list of lessons."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._news = NewsPart(member)

    def parts(self, snapshot: Snapshot) -> dict[str, Callable[[], str]]:
        context = {"diagram": draw_diagram(snapshot, self.member.namespace)}
        return {"part-brokers": lambda: render_to_string("lessons/_brokers.html", context), **self._news.parts()}
