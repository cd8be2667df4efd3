"""What other web processes stored, for the pages of this one: heard in the class's feed.

Why it is so: a student's page and the form that the student sends reach whichever web process is free. The one that does
the act tells its own pages at once; a page in another process would wait for the next look at the tables, up to a second.
The feed tells every process in the moment in which it tells the room. What the feed never had is still found in the
tables.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lessons.classroom.changes import Changed, Changes, Kind
from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Class, Member
from lessons.cluster.live import MAX_CREDIT, Hub, Start, Viewer


class FeedFollower:
    """Of one class, in one event loop; follows the feed while a page of the class is open."""

    def __init__(self, klass: Class, hub: Hub, changes: Changes) -> None:
        self._klass_pk = klass.pk
        self._changes = changes
        self._members: dict[str, Member] = {}
        self._pages = 0
        self._viewer: Viewer = hub.watch(ClassTopics(klass.slug), TOPIC, start=Start("now"), send=self._take)
        self._viewer.grant(MAX_CREDIT)

    @property
    def is_needed(self) -> bool:
        return self._pages > 0

    def join(self, member: Member) -> None:
        self._pages += 1
        self._members[member.slug] = member

    def leave(self) -> None:
        self._pages -= 1
        if not self._pages:
            self._viewer.close()

    def _take(self, frame: str) -> None:
        """One frame of the hub's."""
        told = json.loads(frame)
        records = told["records"] if told["type"] == "records" else []
        for record in records:
            with suppress(ValueError, KeyError, TypeError, RecursionError):  # not one of ours: others can write there
                self._hear(json.loads(record["value"]["text"]))
        if records:  # not within this call: the viewer is just counting them
            asyncio.get_running_loop().call_soon(self._viewer.grant, len(records))

    def _hear(self, body: Mapping[str, Any]) -> None:
        changed = _changed(body, self._klass_pk, self._members.get(str(body["seat"])))
        if changed is not None:
            self._changes.tell(changed)


def _changed(body: Mapping[str, Any], klass_pk: int, member: Member | None) -> Changed | None:
    """What a record of the feed says, under the keys of `lessons.classroom.changes`. Of a seat that has no page here only
    the room wants to know, and looks at the tables. Raises: ValueError, KeyError, TypeError."""
    match body["kind"]:
        case "act" if member is not None:
            key: object = UUID(body["id"]), datetime.fromisoformat(body["at"])
            topic, seat = str(body.get("topic", "")), member.namespace
            return Changed(Kind.ACT, key, klass_pk, member.pk, str(body["act"]), namespace=seat, topic=topic)
        case "verdict" if member is not None:
            key = int(body["id"].removeprefix("attempt-"))
            return Changed(Kind.ATTEMPT, key, klass_pk, member.pk, str(body["exercise"]))
        case "hand" if member is not None:
            _, pk, state = body["id"].split("-")
            return Changed(Kind.HAND, (int(pk), state), klass_pk, member.pk)
        case "announcement":
            return Changed(Kind.ANNOUNCEMENT, (int(body["id"].removeprefix("announcement-")), False), klass_pk)
    return None


@dataclass
class FeedFollowers:
    """Those of one event loop."""

    hub: Hub
    changes: Changes

    def __post_init__(self) -> None:
        self._of_classes: dict[int, FeedFollower] = {}

    def follow(self, member: Member) -> Callable[[], None]:
        """While a page of this member's is open. Returns the way out."""
        if member.klass_id not in self._of_classes:
            self._of_classes[member.klass_id] = FeedFollower(member.klass, self.hub, self.changes)
        follower = self._of_classes[member.klass_id]
        follower.join(member)

        def leave() -> None:
            follower.leave()
            if not follower.is_needed:
                self._of_classes.pop(member.klass_id, None)

        return leave
