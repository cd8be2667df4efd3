from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from lessons.classroom.limits import LimitSettings
from lessons.web.sockets import event_loop
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room


async def test_a_page_that_watches_gets_what_is_there_and_what_comes(room: Room) -> None:
    await room.send("1", "2")
    tab = await room.watch()
    await tab.until_rows(2)
    await room.send("3")
    await tab.until_rows(3)
    assert tab.kinds[0] == "watching"
    assert [record["value"] for record in tab.records] == [{"kind": "text", "text": each} for each in "123"]
    assert {record["topic"] for record in tab.records} == {"test1p"}


async def test_a_member_of_another_class_and_a_stranger_are_closed_with_a_code_that_a_browser_can_read(
    room: Room, classroom: Classroom
) -> None:
    for user in (classroom.charlie.user, AnonymousUser()):
        tab = room.open("watch", user=user)
        tab.say("watch", topic="test1p")
        await tab.until(lambda tab=tab: tab.code is not None)
        assert (tab.accepted, tab.code, tab.frames) == (True, 4404, [])


async def test_bob_does_not_see_the_records_of_alices_topic(room: Room, classroom: Classroom) -> None:
    await room.send("hers")
    tab = await room.watch(user=classroom.bob.user)
    waiting = await tab.until_kind("waiting")
    assert "no topic test1p" in waiting["words"]
    assert tab.rows == []


async def test_a_page_that_comes_back_goes_on_where_it_was(room: Room) -> None:
    await room.send("1", "2")
    tab = await room.watch()
    await tab.until_rows(2)
    watching = tab.last("watching")
    await tab.close()
    await room.send("3")
    again = room.open("watch")
    again.say("watch", topic="test1p", topic_id=watching["topic_id"], **{"from": {"0": 2}})
    again.say("grant", records=100)
    await again.until_rows(1)
    assert again.rows == [(0, 2)]


async def test_another_watch_replaces_the_first_and_stop_ends_it(room: Room) -> None:
    await room.send("1", "2")
    tab = await room.watch()
    await tab.until_rows(2)
    tab.say("watch", topic="test1p", **{"from": 1})
    tab.say("grant", records=10)
    await tab.until_rows(3)
    assert tab.rows == [(0, 0), (0, 1), (0, 1)]
    tab.say("stop")
    await tab.close()
    assert event_loop.current().hub.watched == frozenset()


async def test_a_page_without_credit_gets_none_and_is_not_in_anybodys_way(room: Room) -> None:
    slow, quick = await room.watch(credit=1), await room.watch()
    await slow.until_kind("watching")
    await room.send(*map(str, range(20)))
    await quick.until_rows(20)
    assert len(slow.rows) == 1
    slow.say("grant", records=500)
    await slow.until_rows(20)
    assert slow.rows == quick.rows


async def test_a_reader_that_takes_nothing_any_more_is_in_nobodys_way_and_holds_at_most_its_credit(room: Room) -> None:
    takes_frames = asyncio.Event()
    stuck = room.open("watch", takes_frames=takes_frames)
    stuck.say("watch", topic="test1p", **{"from": "beginning"})
    stuck.say("grant", records=5)
    quick = await room.watch()
    await quick.until_kind("watching")
    await room.send(*map(str, range(20)))
    await quick.until_rows(20)
    takes_frames.set()
    await stuck.until_rows(5)
    assert len(stuck.rows) == 5


@pytest.mark.parametrize("end", ["close", "crash", "kill"])
async def test_however_a_socket_ends_its_topic_is_let_go(room: Room, end: str) -> None:
    tab = await room.watch()
    await tab.until_kind("watching")
    assert event_loop.current().hub.watched == {room.namespace.full("test1p")}
    await getattr(tab, end)()
    assert event_loop.current().hub.watched == frozenset()


@pytest.mark.parametrize("name", ["", ".", "..", "t" * 250, "a\0b"])
async def test_a_name_that_the_app_refuses_is_answered_in_words(room: Room, name: str) -> None:
    tab = room.open("watch")
    tab.say("watch", topic=name)
    problem = await tab.until_kind("problem")
    assert "This app answered" in problem["words"]
    tab.say("watch", topic="test1p")
    await tab.until_kind("watching")


FORGED: list[Any] = [
    "not JSON",
    "[]",
    "null",
    '{"type": "watch"}',
    '{"type": "watch", "topic": 5}',
    '{"type": "watch", "topic": "test1p", "from": "yesterday"}',
    '{"type": "watch", "topic": "test1p", "from": {"0": -1}}',
    '{"type": "watch", "topic": "test1p", "from": {"zero": 1}}',
    '{"type": "watch", "topic": "test1p", "from": 99999999999999999999999999}',
    '{"type": "watch", "topic": "test1p", "from": 1.5}',
    '{"type": "grant", "records": 0}',
    '{"type": "grant", "records": true}',
    '{"type": "grant", "records": 1e400}',
    '{"type": "grant", "records": 10, "and": "more"}',
    '{"type": "make coffee"}',
    "[" * 20_000,
    b"\xff\xfe",
]


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: repr(forged[:40]))
async def test_a_forged_frame_is_answered_and_the_socket_stays_usable(room: Room, forged: str | bytes) -> None:
    tab = room.open("watch")
    tab.say_text(forged) if isinstance(forged, str) else tab.say_bytes(forged)
    problem = await tab.until_kind("problem")
    assert problem["code"] == "FORGED_FRAME"
    tab.say("watch", topic="test1p")
    await tab.until_kind("watching")


async def test_five_forged_frames_close_the_socket(room: Room) -> None:
    tab = await room.watch()
    await tab.until_kind("watching")
    for _ in range(5):
        tab.say_text("{")
    await tab.until(lambda: tab.code is not None)
    assert tab.code == 4400
    assert tab.kinds.count("problem") >= 4
    assert event_loop.current().hub.watched == frozenset()


async def test_a_frame_of_more_than_64_kib_closes_the_socket(room: Room) -> None:
    tab = room.open("watch")
    tab.say_text(json.dumps({"type": "watch", "topic": "t" * 70_000}))
    await tab.until(lambda: tab.code is not None)
    assert tab.code == 4413


async def test_who_watches_another_topic_again_and_again_is_told_to_wait(room: Room) -> None:
    tab = room.open("watch")
    for _ in range(LimitSettings.most_reads):
        tab.say("watch", topic="test1p")
    tab.say("watch", topic="test2p")
    refused = await tab.until_kind("problem")
    assert refused["code"] == "READS_TOO_FAST"
    assert "the limit for one student" in refused["words"]


async def test_deletion_and_another_topic_of_that_name_are_told(room: Room) -> None:
    await room.send("old")
    tab = await room.watch()
    await tab.until_rows(1)
    await room.delete()
    await tab.until_kind("topic_deleted")
    await room.create()
    await room.send("new")
    await tab.until_rows(2)
    assert tab.rows == [(0, 0), (0, 0)]
    first, second = [frame["topic_id"] for frame in tab.frames if frame["type"] == "watching"]
    assert first != second
