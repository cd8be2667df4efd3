"""The live pages: a row for each. Its name is in the socket's address, `/ws/c/<class>/live/<name>/?…`.

To add one: a page class beside the others here, and its row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser

from lessons.classroom.access import get_member, get_staff
from lessons.classroom.models import Class, Member, User
from lessons.web.links import socket_url
from lessons.web.live.base import LivePage
from lessons.web.live.cluster import ClusterPage
from lessons.web.live.lesson import LessonPage
from lessons.web.live.notebook import NotebookPage
from lessons.web.live.notifications import NotificationsPage
from lessons.web.live.playground import PlaygroundPage
from lessons.web.live.projector import ProjectorPage
from lessons.web.live.room import RoomPage
from lessons.web.live.seat_lesson import SeatLessonPage
from lessons.web.live.stage import StagePage


@dataclass(frozen=True)
class LiveRow:
    name: str
    door: Callable[[User | AnonymousUser, str], Member]  # of `classroom.access`: who may come in
    page: type[LivePage]


ROWS = (
    LiveRow("lesson", get_member, LessonPage),  # ?lesson=
    LiveRow("notebook", get_member, NotebookPage),
    LiveRow("cluster", get_member, ClusterPage),  # ?internal=1
    LiveRow("playground", get_member, PlaygroundPage),  # ?scene=
    LiveRow("notifications", get_member, NotificationsPage),
    LiveRow("room", get_staff, RoomPage),
    LiveRow("projector", get_staff, ProjectorPage),  # ?names=shown
    LiveRow("stage", get_staff, StagePage),  # ?lesson=&seat=
    LiveRow("seat-lesson", get_staff, SeatLessonPage),  # ?seat=&lesson=
)
LIVE_PAGES = {row.name: row for row in ROWS}


def live_url(klass: Class, name: str, **parameters: str) -> str:
    """The address of the socket that keeps a page fresh."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return socket_url(klass, f"live/{LIVE_PAGES[name].name}/{query}")
