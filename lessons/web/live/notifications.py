"""A page on which nothing is live but the notifications and the brokers' dots, such as the list of lessons."""

from __future__ import annotations

from django.template.loader import render_to_string

from lessons.classroom import process
from lessons.classroom.changes import Kind
from lessons.classroom.models import Member
from lessons.cluster.snapshot import Snapshot
from lessons.web.live.base import Draw, LivePage, Parts
from lessons.web.view_models.cluster_diagram import draw_diagram
from lessons.web.view_models.notifications import notification_items


class NotificationsPage(LivePage):
    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        dots = self.template("parts/_brokers.html", diagram=draw_diagram(snapshot, self.member.namespace))
        return {"part-brokers": dots, **notifications_part(self.member, news)}


def notifications_part(member: Member, news: set[Kind]) -> dict[str, Draw]:
    """What is said to this member now, when that may have changed."""
    if not news & {Kind.ANNOUNCEMENT, Kind.HAND, Kind.DECISION}:
        return {}
    said = process.current().notifications.of(member.klass).to(member.pk)
    shown = {"notifications": notification_items(member, said)}
    return {"part-notifications": lambda: render_to_string("parts/_notifications.html", shown)}
