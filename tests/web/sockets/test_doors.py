"""The table of sockets: every address with who may come in and what may be said there. A door without a row fails."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, get_args
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from lessons.classroom.access import get_member, get_staff
from lessons.classroom.models import Member, User
from lessons.web.live.registry import ROWS
from lessons.web.routing import websocket_urlpatterns
from lessons.web.sockets import NowhereSocket
from lessons.web.sockets.base import PING
from lessons.web.sockets.program_protocol import ProgramFrame
from lessons.web.sockets.protocol import ConsumeFrame, WatchFrame
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.tab import Tab

MEMBERS = frozenset({"student", "neighbour", "instructor", "grader"})
STAFF = frozenset({"instructor", "grader"})
# Topics that the app refuses itself: whoever gets that answer was understood, and Kafka need not be waited for. The last
# word is the frame's type: a program's grant names its client.
SAID: dict[str, dict[str, Any]] = {
    "watch": {"topic": "."},
    "grant": {"records": 1},
    "start": {"act_id": str(uuid4()), "topic": ".", "group_id": "g"},
    "ack": {"positions": {"0": 1}},
    "commit": {},
    "stop": {},
    "kill": {},
    "open": {"id": 1, "client": 1, "kind": "admin", "config": {}},
    "call": {"id": 1, "client": 9, "name": "list_topics"},
    "close": {"id": 1, "client": 9},
    "produce": {"client": 9, "records": [{"n": 1, "topic": "."}]},
    "flush": {"client": 9},
    "program grant": {"client": 9, "records": 1},
    "consumed": {"client": 9, "positions": []},
    "handled": {"client": 9},
}
WATCH = frozenset({"watch", "grant", "stop"})
CONSUME = frozenset({"start", "grant", "ack", "commit", "stop", "kill"})
PROGRAM = frozenset({"open", "call", "close", "produce", "flush", "program grant", "consumed", "handled"})
NOTHING: frozenset[str] = frozenset()


LETS_IN = {get_member: MEMBERS, get_staff: STAFF}


@dataclass(frozen=True)
class Door:
    address: str  # below ws/c/<class>/
    let_in: frozenset[str]
    heard: frozenset[str]

    def path(self, class_slug: str, seat_slug: str) -> str:
        return f"ws/c/{class_slug}/{self.address.replace('SEAT', seat_slug)}"


DOORS = [
    *(Door(f"live/{row.name}/?lesson=producing&seat=SEAT", LETS_IN[row.door], NOTHING) for row in ROWS),
    Door("watch/", MEMBERS, WATCH),
    Door("watch/?seat=SEAT", STAFF, WATCH),
    Door("feed/", STAFF, WATCH),  # and students, while it is shared: see test_feed.py
    Door("consume/", MEMBERS, CONSUME),
    Door("program/", MEMBERS, PROGRAM),
]


def test_every_address_and_every_frame_has_a_row() -> None:
    routes = {str(each.pattern) for each in websocket_urlpatterns if each.callback.consumer_class is not NowhereSocket}
    known = {
        f"ws/c/<slug:class_slug>/{door.address.partition('?')[0]}" for door in DOORS if "live/" not in door.address
    }
    assert known | {"ws/c/<slug:class_slug>/live/<slug:page>/"} == routes
    frames = {*get_args(WatchFrame), *get_args(ConsumeFrame), *get_args(ProgramFrame)}
    assert {kind.split()[-1] for kind in SAID} == {get_args(f.model_fields["type"].annotation)[0] for f in frames}


async def everybody(classroom: Classroom) -> dict[str, User | AnonymousUser]:
    def make() -> tuple[User, User]:
        removed = classroom.klass.members.create(user=classroom.charlie.user, name="Remi", removed_at=timezone.now())
        otto = User.objects.create_user(username="otto")
        Member.objects.create(user=otto, klass=classroom.charlie.klass, name="Otto")
        return removed.user, otto

    removed, of_another_class = await database_sync_to_async(make, thread_sensitive=False)()
    return {
        "student": classroom.alice.user, "neighbour": classroom.bob.user, "instructor": classroom.ines.user,
        "grader": classroom.greta.user, "of another class": of_another_class, "removed": removed,
        "signed out": AnonymousUser(),
    }  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.address)
async def test_a_socket_hears_what_it_should_from_whom_it_should_and_is_closed_alike_for_anybody_else(
    door: Door, room: Room, classroom: Classroom
) -> None:
    for who, user in (await everybody(classroom)).items():
        nowhere = door.path("no-such-class", classroom.alice.slug)
        here = door.path(classroom.klass.slug, classroom.alice.slug)
        assert (who, await what_came(room, Tab(nowhere, user), *SAID)) == (who, (4404, []))
        if who not in door.let_in:
            assert (who, await what_came(room, Tab(here, user), *SAID)) == (who, (4404, []))
            continue
        for kind in SAID:
            code, frames = await what_came(room, Tab(here, user), kind)
            forged = any(frame.get("code") == "FORGED_FRAME" for frame in frames)
            assert (who, kind, code, not forged) == (who, kind, None, kind in door.heard)


async def what_came(room: Room, tab: Tab, *kinds: str) -> tuple[int | None, list[dict[str, Any]]]:
    """The code with which the socket was closed, if it was, and the frames, when all that was said has been heard."""
    room.tabs.append(tab)
    for kind in kinds:
        tab.say_text(json.dumps({"type": kind.split()[-1], **SAID[kind]}))
    tab.say_text(PING)
    await tab.until(lambda: tab.code or "pong" in tab.kinds)
    code, frames = tab.code, list(tab.frames)
    await tab.close()
    return code, frames
