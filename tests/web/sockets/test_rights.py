"""Rights are looked at again on a socket that stays open."""

from __future__ import annotations

from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from lessons.classroom.models import Class, Member, Role
from lessons.web.sockets import event_loop
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room


def new_session() -> SessionBase:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.create()
    return session


def sign_out(session: SessionBase) -> None:
    """As the request that signs out does it: by a session object of its own."""
    type(session)(session.session_key).flush()


@pytest.mark.parametrize("change", [{"removed_at": timezone.now()}, {"role": Role.GRADER}, {"code_generation": 2}])
async def test_the_stream_of_somebody_who_lost_the_right_to_it_stops_within_5_seconds_and_a_neighbours_goes_on(
    room: Room, classroom: Classroom, change: dict[str, object]
) -> None:
    removed, stays = await room.watch(), room.open("live/cluster", user=classroom.bob.user)
    await removed.until_kind("watching")
    await stays.until_kind("parts")
    await Member.objects.filter(pk=room.alice.pk).aupdate(**change)
    await removed.until(lambda: removed.code)
    frames = len(removed.frames)
    await room.send("unseen")
    assert (removed.code, len(removed.frames), stays.code) == (4404, frames, None)


async def test_the_stream_of_somebody_who_signed_out_stops_within_5_seconds(room: Room) -> None:
    session, other = await sync_to_async(new_session)(), await sync_to_async(new_session)()
    signed_out, stays = await room.watch(session=session), await room.watch(session=other)
    await signed_out.until_kind("watching")
    await sync_to_async(sign_out)(session)
    await signed_out.until(lambda: signed_out.code)
    assert (signed_out.code, stays.code) == (4404, None)


async def test_an_open_lesson_stops_when_it_is_switched_off_and_stays_for_who_teaches(
    room: Room, classroom: Classroom
) -> None:
    pages = [
        room.open("live/lesson?lesson=producing"),
        room.open("live/lesson?lesson=consuming"),
        room.open("live/lesson?lesson=producing", user=classroom.ines.user),
    ]
    for page in pages:
        await page.until_kind("parts")
    await Class.objects.filter(pk=classroom.klass.pk).aupdate(lessons_off=["producing"])
    await pages[0].until(lambda: pages[0].code)
    assert [page.code for page in pages] == [4404, None, None]


async def test_of_many_sockets_that_lose_their_right_at_once_none_stays_and_one_that_fails_keeps_no_other(
    room: Room, classroom, monkeypatch
) -> None:
    """The last one's end must not end the watch before it has come to the others."""

    async def fail() -> None:
        raise OSError("this one cannot be told")

    failing = room.open("live/notifications")
    await failing.until_kind("parts")
    [socket] = event_loop.current().rights._sockets
    monkeypatch.setattr(socket, "show_out", fail)
    tabs = [room.open("live/notifications") for _ in range(5)]
    for tab in tabs:
        await tab.until_kind("parts")
    await Member.objects.filter(pk=classroom.alice.pk).aupdate(removed_at=timezone.now())
    for tab in tabs:
        await tab.until(lambda tab=tab: tab.code)
    assert {tab.code for tab in tabs} == {4404}
    assert failing.code is None


async def test_nothing_is_asked_while_no_socket_is_open(room: Room) -> None:
    tab = await room.watch()
    await tab.until_kind("watching")
    await tab.close()
    assert event_loop.current().rights._task is None
