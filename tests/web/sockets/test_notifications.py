"""Hands, answers and words to the class reach open pages by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async

from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.messages.announcements import announce, remove
from lessons.classroom.messages.hands import lower, raise_hand, reply
from lessons.classroom.messages.notifications import Notifications
from lessons.classroom.process import Process
from lessons.course.loader import get_lesson
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.test_live_page import parts, until_part


async def do(act: Callable[..., Any], *args: Any, **named: Any) -> Any:
    return await database_sync_to_async(act, thread_sensitive=False)(*args, **named)


@pytest.mark.parametrize("path", ["live/notifications", "live/cluster", "live/lesson?lesson=producing"])
async def test_what_is_said_comes_to_every_open_page_and_goes_when_it_is_ended(
    room: Room, classroom: Classroom, path: str
) -> None:
    tab = room.open(path)
    await tab.until(lambda: "part-notifications" in parts(tab))
    said = await do(announce, classroom.ines, "Five more minutes", lesson="producing")
    await until_part(tab, "part-notifications", "Five more minutes")
    await do(remove, said)
    await tab.until(lambda: "Five more minutes" not in parts(tab)["part-notifications"])
    await do(record_change, classroom.klass, classroom.ines, ChangeKind.RESET, data={"topics": 2, "groups": 0})
    await until_part(tab, "part-notifications", "deleted 2 topics and 0 groups of the whole class")


async def test_a_hand_comes_to_the_queue_and_its_answer_to_the_lesson_of_its_owner_alone(
    room: Room, classroom: Classroom
) -> None:
    queue = room.open("live/room", user=classroom.ines.user)
    alice, bob = (
        room.open("live/lesson?lesson=producing"),
        room.open("live/lesson?lesson=producing", user=classroom.bob.user),
    )
    for tab, part in ((queue, "part-hands"), (alice, "part-hand"), (bob, "part-hand")):
        await tab.until(lambda tab=tab, part=part: part in parts(tab))
    hand = await do(raise_hand, room.alice, get_lesson("producing"), words="Which partition?")
    await until_part(queue, "part-hands", "Which partition?")
    await until_part(alice, "part-hand", "Your hand is up")
    await do(reply, hand, classroom.ines, "By the hash of the key.")
    await until_part(alice, "part-hand", "By the hash of the key.")
    await until_part(alice, "part-notifications", "By the hash of the key.")
    await until_part(queue, "part-hands", "No raised hands.")
    assert "hash of the key" not in str(bob.frames)


async def test_a_lowered_hand_leaves_the_queue(room: Room, classroom: Classroom) -> None:
    await do(raise_hand, room.alice, get_lesson("producing"))
    queue = room.open("live/room", user=classroom.greta.user)
    await until_part(queue, "part-hands", "Alice")
    await do(lower, room.alice)
    await until_part(queue, "part-hands", "No raised hands.")


async def test_a_hundred_open_pages_ask_the_database_once_until_something_is_said(
    room: Room, classroom: Classroom, own_process: Process
) -> None:
    tab = room.open("live/notifications")
    await tab.until(lambda: "part-notifications" in parts(tab))

    def read() -> Notifications:
        return own_process.notifications.of(classroom.klass)

    known = await do(read)
    assert all([await do(read) is known for _ in range(100)])
    await do(announce, classroom.ines, "Five more minutes")
    assert [said.words for said in (await do(read)).announcements] == ["Five more minutes"]
