"""Watching: a topic as it grows. Joins no group; one reader in the process serves all pages."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from lessons.classroom import process
from lessons.classroom.access import get_present_seat, get_staff
from lessons.classroom.models import Member, User
from lessons.classroom.rights import Ground, is_member
from lessons.cluster.errors import AppRefused
from lessons.cluster.live import Start, Viewer, frames
from lessons.cluster.namespace import Namespace
from lessons.web.sockets import event_loop
from lessons.web.sockets.base import PageSocket
from lessons.web.sockets.protocol import WATCH, Grant, Stop, Watch, offsets, parse
from lessons.words import _


class WatchSocket(PageSocket):
    """One topic at a time, of the member's own namespace; for staff with `?seat=` of that student's."""

    _viewer: Viewer | None = None
    _seat: Member | None = None

    def door(self, user: User | AnonymousUser, class_slug: str) -> Member:
        if "seat" not in self.parameters:
            return super().door(user, class_slug)
        staff = get_staff(user, class_slug)
        self._seat = get_present_seat(staff, self.parameters["seat"])
        return staff

    def grounds(self) -> set[Ground]:
        return super().grounds() | ({is_member(self._seat)} if self._seat else set())

    @property
    def namespace(self) -> Namespace:
        return (self._seat or self.member).namespace

    def topic(self, wanted: Watch) -> str:
        return wanted.topic

    async def hear(self, text: str | None) -> None:
        match parse(text, WATCH):
            case Watch() as wanted:
                await self.leave()
                self._watch(wanted)
            case Grant(records=records):
                if self._viewer is not None:
                    self._viewer.grant(records)
            case Stop():
                await self.leave()

    def _watch(self, wanted: Watch) -> None:
        at = offsets(wanted.at) if isinstance(wanted.at, dict) else wanted.at
        start = Start(at, topic_id=wanted.topic_id)
        try:
            process.current().limits.count_read(self.member, asked=_("Watch a topic"))
            self._viewer = event_loop.current().hub.watch(
                self.namespace, self.topic(wanted), start=start, send=self.outbox.put
            )
        except AppRefused as refusal:
            self.outbox.put(frames.problem(refusal))

    async def leave(self) -> None:
        if self._viewer is not None:
            self._viewer.close()
            self._viewer = None
