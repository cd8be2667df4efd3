"""The page's own socket: what changed on the cluster and in the progress comes as parts of the page."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser

from lessons.classroom.models import Attempt
from lessons.classroom.perform import perform
from lessons.classroom.process import Process
from lessons.course.acts.create_topic import CreateTopic
from tests.conftest import Classroom
from tests.waiting import wait_for
from tests.web.sockets.conftest import Room
from tests.web.sockets.tab import Tab


def parts(tab: Tab) -> dict[str, str]:
    """The page as it stands: the newest HTML of each part."""
    return {name: html for frame in tab.frames if frame["type"] == "parts" for name, html in frame["parts"].items()}


async def until_part(tab: Tab, name: str, words: str) -> None:
    await tab.until(lambda: words in parts(tab).get(name, ""))


async def create(room: Room, *names: str) -> None:
    for name in names:
        await database_sync_to_async(perform, thread_sensitive=False)(
            room.alice, CreateTopic(name=name), act_id=uuid4()
        )


async def test_the_first_frame_draws_the_whole_page_and_later_ones_only_what_changed(room: Room) -> None:
    tab = room.open("live/lesson?lesson=kafka-and-its-cluster")
    await until_part(tab, "part-diagram", "test1p")
    first = tab.frames[0]["parts"]
    form = "exercise-kafka-and-its-cluster-entry-points"
    assert {"part-diagram", "part-topics", "part-brokers", "part-progress", "part-rail", form} < set(first)
    await until_part(tab, form, "Id of the broker at")
    frames_before = len(tab.frames)
    await create(room, "test2p")
    await until_part(tab, "part-topics", "test2p")
    later = {name for frame in tab.frames[frames_before:] for name in frame["parts"]}
    assert not later & {"part-progress", "part-rail", form}


async def test_end_offsets_come_with_the_picture(room: Room) -> None:
    tab = room.open("live/lesson?lesson=creating-topics")
    await room.send("1", "2", "3")
    await until_part(tab, "part-topics", "test1p/0@3")


async def test_a_tick_appears_by_itself_when_the_state_is_right(room: Room) -> None:
    tab = room.open("live/lesson?lesson=creating-topics")
    await until_part(tab, "exercise-creating-topics-three-topics", "Not yet")
    await create(room, "test2p", "test2die")
    await until_part(tab, "exercise-creating-topics-three-topics", 'data-state="done"')
    assert "1</b> of" in parts(tab)["part-progress"]
    assert '<li class="begun here">' in parts(tab)["part-rail"]


async def test_the_cluster_page_shows_groups_with_their_lag(room: Room) -> None:
    await room.send("1", "2")
    consuming = await room.consume()
    tab = room.open("live/cluster")
    await until_part(tab, "part-groups", "Stable")
    await consuming.close()
    await until_part(tab, "part-groups", "Empty")


async def test_nobody_sees_the_topics_of_somebody_else(room: Room, classroom: Classroom) -> None:
    tab = room.open("live/lesson?lesson=creating-topics", user=classroom.bob.user)
    await until_part(tab, "part-topics", "no topics yet")
    assert "test1p" not in parts(tab)["part-diagram"]


async def test_a_stranger_and_a_made_up_lesson_are_closed(room: Room, classroom: Classroom) -> None:
    for path, user in (
        ("live/cluster", classroom.charlie.user),
        ("live/cluster", AnonymousUser()),
        ("live/lesson?lesson=no-such-lesson", classroom.alice.user),
        ("live/no-such-page", classroom.alice.user),
    ):
        tab = room.open(path, user=user)
        await tab.until(lambda tab=tab: tab.code == 4404)
        assert tab.frames == []


async def test_a_frame_from_the_page_is_none_that_this_socket_knows(room: Room) -> None:
    tab = room.open("live/cluster")
    tab.say("parts", parts={})
    assert (await tab.until_kind("problem"))["code"] == "FORGED_FRAME"


async def test_snapshots_are_taken_only_while_somebody_looks(room: Room, own_process: Process) -> None:
    tab = room.open("live/cluster")
    await until_part(tab, "part-diagram", "test1p")
    assert own_process.snapshots.running
    await tab.close()
    await asyncio.to_thread(wait_for, lambda: not own_process.snapshots.running)


async def test_an_open_page_leaves_one_attempt_and_not_one_a_second(room: Room, own_process: Process) -> None:
    tab = room.open("live/lesson?lesson=creating-topics")
    await until_part(tab, "exercise-creating-topics-three-topics", "Not yet")
    for _ in range(3):
        own_process.snapshots.poke()
        await asyncio.to_thread(own_process.snapshots.latest)
    await room.send("1")
    await until_part(tab, "part-topics", "test1p/0@1")
    await asyncio.to_thread(wait_for, own_process.checks.is_idle)
    assert await Attempt.objects.filter(member=room.alice).acount() == 1
