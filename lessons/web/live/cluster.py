"""My cluster, as its page is kept fresh; and the diagram, wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from django.template.loader import render_to_string

from lessons.classroom.changes import Kind
from lessons.classroom.models import Member
from lessons.cluster.snapshot import Snapshot
from lessons.web.live.base import Draw, DrawnFrom, LivePage, Parts
from lessons.web.live.notifications import notifications_part
from lessons.web.view_models.cluster import cluster_context, groups_context


class DiagramParts:
    """The diagram, the tables of topics and the brokers' dots of one page."""

    def __init__(
        self, member: Member, drawn_from: DrawnFrom, *, with_brokers: bool = False, internal: bool = False
    ) -> None:
        self._member = member
        self._drawn_from = drawn_from
        self._with_brokers = with_brokers
        self._internal = internal

    def parts(self, snapshot: Snapshot) -> dict[str, Draw]:
        """None while they would be the same."""
        shown = (*snapshot.topics_of(self._member.namespace), *snapshot.internal_topics)
        ends = tuple(snapshot.ends.get((topic.name, p.id)) for topic in shown for p in topic.partitions)
        if not self._drawn_from.is_other("diagram", (snapshot.brokers, snapshot.problem, shown, ends)):
            return {}
        context = cluster_context(self._member, snapshot, internal=self._internal)
        context |= {"klass": self._member.klass, "member": self._member}

        def template(name: str) -> Draw:
            return lambda: render_to_string(f"parts/{name}", context)

        parts = {
            "part-diagram": template("_cluster_diagram.html"),
            "part-topics": template("_topics.html"),
            "part-brokers": template("_brokers.html"),
        }
        return parts | ({"part-broker-table": template("_broker_table.html")} if self._with_brokers else {})


class ClusterPage(LivePage):
    wants_groups: bool = True

    def __init__(self, member: Member, *, internal: bool = False) -> None:
        super().__init__(member)
        self._diagram = DiagramParts(member, self.drawn_from, with_brokers=True, internal=internal)

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        return cls(member, internal=address.get("internal") == "1")

    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        parts = self._diagram.parts(snapshot)
        groups = snapshot.groups_of(self.member.namespace)
        if self.drawn_from.is_other("groups", groups):
            parts["part-groups"] = self.template("parts/_groups.html", **groups_context(groups))
        return parts | notifications_part(self.member, news)
