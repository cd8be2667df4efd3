"""What other web processes do, for the pages of this one: heard in the class's feed.

Why it is so: a student's page and the form that the student sends reach whichever web process is free. The one that does
the act draws its own pages at once; the page in another process would wait for its look at the rows, up to a second, and
for the next picture. The feed tells every process in the moment in which it tells the room. What the feed never had is
still found in the rows.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from django.utils import timezone

from lessons.classroom import pulse
from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Class, Member
from lessons.cluster import snapshots
from lessons.cluster.live import MAX_CREDIT, Start, Viewer, hub

_PULSES = {"act": pulse.acts, "verdict": pulse.attempts}


class Echo:
    """Of one class, in one event loop; follows the feed while a page of the class is open."""

    def __init__(self, klass: Class) -> None:
        self._pages: Counter[Member] = Counter()
        self._seats: dict[str, Member] = {}
        self._viewer: Viewer = hub().watch(ClassTopics(klass.slug), TOPIC, start=Start("now"), send=self._take)
        self._viewer.grant(MAX_CREDIT)

    @property
    def is_followed(self) -> bool:
        return bool(self._pages)

    def follow(self, member: Member) -> None:
        self._pages[member] += 1
        self._seats[member.slug] = member

    def leave(self, member: Member) -> None:
        self._pages[member] -= 1
        if not self._pages[member]:
            del self._pages[member], self._seats[member.slug]
        if not self._pages:
            self._viewer.close()

    def _take(self, frame: str) -> None:
        """One frame of the hub's."""
        told = json.loads(frame)
        records = told["records"] if told["type"] == "records" else []
        for record in records:
            with suppress(ValueError, KeyError, TypeError):  # not one of ours: whoever has the cluster can write there
                self._hear(json.loads(record["value"]["text"]))
        if records:  # not within this call: the viewer is just counting them
            asyncio.get_running_loop().call_soon(self._viewer.grant, len(records))

    def _hear(self, body: Mapping[str, Any]) -> None:
        member, news = self._seats.get(body["seat"]), _PULSES.get(body["kind"])
        # A time that is yet to come would make all until then old news.
        if member and news and news.hear(member.pk, min(datetime.fromisoformat(body["at"]), timezone.now())):
            snapshots.service.poke(member.namespace)


_echoes: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, Echo]] = WeakKeyDictionary()


def follow(member: Member) -> Callable[[], None]:
    """While a page of this member's is open in this event loop. Returns the way out."""
    echoes = _echoes.setdefault(asyncio.get_running_loop(), {})
    if member.klass_id not in echoes:
        echoes[member.klass_id] = Echo(member.klass)
    echo = echoes[member.klass_id]
    echo.follow(member)

    def leave() -> None:
        echo.leave(member)
        if not echo.is_followed:
            echoes.pop(member.klass_id, None)

    return leave
