"""Looks again whether those who have a socket open may still have it.

Why it is so: a socket is let in once and then lives for hours. Somebody who was removed, became something else in the
class, or signed out, must not go on reading. One query for all sockets of the process costs the same for one page as for
three hundred, where a question for each socket would not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Set as AbstractSet
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.db import Error
from django.utils import timezone

from lessons.classroom.models import Class, Member
from lessons.course.loader import Lesson

LOOK_AGAIN_S = 3.0  # with the look itself, a stream stops within 5 s

_log = logging.getLogger(__name__)

Ground = tuple[str, int, str]  # what a socket stands on: what kind of thing it is, its key, and more about it


def is_member(member: Member) -> Ground:
    """It is in its class, in this role, and its personal code is still the one."""
    return "member", member.pk, f"{member.role} {member.code_generation}"


def has_lesson(klass: Class, lesson: Lesson) -> Ground:
    """The lesson is switched on in the class."""
    return "lesson", klass.pk, lesson.slug


def sees_its_feed(klass: Class) -> Ground:
    """The class may see its feed."""
    return "shared feed", klass.pk, ""


class GuardedSocket(Protocol):
    """A socket that lasts for as long as its grounds do."""

    scope: dict[str, Any]

    def grounds(self) -> set[Ground]: ...
    async def show_out(self) -> None: ...


class RightsWatch:
    """Belongs to one event loop; runs while there is a socket to look after."""

    def __init__(self) -> None:
        self._sockets: set[GuardedSocket] = set()
        self._task: asyncio.Task[None] | None = None

    def look_after(self, socket: GuardedSocket) -> None:
        self._sockets.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="rights")

    def forget(self, socket: GuardedSocket) -> None:
        self._sockets.discard(socket)
        if not self._sockets and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            try:
                await self._look()
            except Error:
                _log.warning("the database was busy; rights are looked at again in %g s", LOOK_AGAIN_S)

    async def _look(self) -> None:
        known = [(socket, socket.grounds(), _session_of(socket)) for socket in self._sockets]
        ask = database_sync_to_async(_still_there, thread_sensitive=False)
        asked = {ground for _, grounds, _ in known for ground in grounds}
        firm, sessions = await ask(asked, {key for *_, key in known if key})
        for socket, grounds, session in known:
            if not grounds <= firm or (session and session not in sessions):
                self._sockets.discard(socket)
                await socket.show_out()


def _session_of(socket: GuardedSocket) -> str | None:
    """The key of the session by which this socket came in; None where there are no sessions."""
    session: Any = socket.scope.get("session")
    return session.session_key if session is not None else None


def _still_there(grounds: AbstractSet[Ground], sessions: AbstractSet[str]) -> tuple[set[Ground], set[str]]:
    """Which of these still hold (others may come with them), and which sessions are still good."""
    keys = {kind: [key for each, key, _ in grounds if each == kind] for kind, *_ in grounds}
    members = Member.objects.filter(pk__in=keys.get("member", ()), removed_at=None)
    firm = {is_member(member) for member in members.only("role", "code_generation")}
    if classes := keys.get("lesson"):
        firm |= {
            has_lesson(klass, lesson) for klass in Class.objects.filter(pk__in=classes) for lesson in klass.lessons
        }
    if classes := keys.get("shared feed"):
        shared = Class.objects.filter(pk__in=classes, feed_is_shared=True)
        firm |= {sees_its_feed(klass) for klass in shared.only("pk")}
    good = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
    return firm, set(good.values_list("session_key", flat=True))


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, RightsWatch] = WeakKeyDictionary()


def watch() -> RightsWatch:
    """The one of the running event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), RightsWatch())
