"""What another web process did, on a page of this one. Here it is rows that are stored past everything that would tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from lessons.classroom import process
from lessons.classroom.changes import ChangesSettings
from lessons.classroom.checks.pool import CheckSettings
from lessons.classroom.feed import TOPIC, ClassTopics, create_feed_topic
from lessons.classroom.models import Act, Attempt, Class
from lessons.classroom.process import Process, ProcessSettings
from lessons.cluster import records, topics
from lessons.cluster.records import Message
from lessons.cluster.snapshots import SnapshotSettings
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.test_feed import open_feed
from tests.web.sockets.test_live_page import parts, until_part

DONE = {"state": "done", "seen": "Three of them.", "expected": "", "misconception": "", "why": ""}
PART = "exercise-creating-topics-three-topics"


HOURLY = ProcessSettings(
    snapshots=SnapshotSettings(interval_s=3600.0),
    changes=ChangesSettings(interval_s=3600.0),
    checks=CheckSettings(threads=0),
)


@pytest.fixture(autouse=True)
def only_the_feed_tells(own_process: Process) -> Iterator[Process]:
    """Nobody looks at the tables, and nobody at the cluster, unless there is a reason."""
    with process.use(Process(HOURLY)) as own:
        yield own


def send(own: Process, klass: Class) -> None:
    """Another process tells the class's feed what it has stored."""
    assert own.outbox.publish_unsent(klass)


async def do(work: Any, *arguments: Any) -> Any:
    return await database_sync_to_async(work, thread_sensitive=False)(*arguments)


async def open_lesson(room: Room, classroom: Classroom) -> Any:
    """Alice's page, as it is when it hears the feed: whoever watches it after her hears it no earlier."""
    await do(create_feed_topic, room.alice.klass)
    page = room.open("live/lesson?lesson=creating-topics")
    await page.until(lambda: PART in parts(page))
    await open_feed(room, classroom.ines.user).until_kind("watching")
    return page


async def test_a_verdict_of_another_process_is_on_the_page_at_once(
    room: Room, classroom: Classroom, only_the_feed_tells: Process
) -> None:
    page = await open_lesson(room, classroom)
    await Attempt.objects.acreate(
        member=room.alice, exercise="creating-topics.three-topics", state="done", verdict=DONE
    )
    await do(send, only_the_feed_tells, room.alice.klass)
    await until_part(page, PART, 'data-state="done"')


async def test_an_act_of_another_process_is_in_the_picture_at_once(
    room: Room, classroom: Classroom, only_the_feed_tells: Process
) -> None:
    page = await open_lesson(room, classroom)
    await asyncio.to_thread(topics.create_topic, room.namespace, "test2p", partitions=1, replicas=1)
    await Act.objects.acreate(
        id=uuid4(), member=room.alice, kind="create-topic", fields={}, state="done", settled_at=timezone.now()
    )
    await do(send, only_the_feed_tells, room.alice.klass)
    await until_part(page, "part-topics", "test2p")


async def test_what_others_write_into_the_feed_stops_no_page(
    room: Room, classroom: Classroom, only_the_feed_tells: Process
) -> None:
    """With one's own cluster that is whoever may write there."""
    page = await open_lesson(room, classroom)
    values = [
        None,
        b"",
        b"no JSON",
        b"[]",
        b'{"kind":"act"}',
        b'{"kind":"act","seat":"%s","at":5}' % room.alice.slug.encode(),
    ]
    values.append(b'{"kind":"verdict","seat":"%s","at":"9999-01-01T00:00:00+00:00"}' % room.alice.slug.encode())
    foreign = [Message(value=value) for value in values]
    await asyncio.to_thread(records.produce, ClassTopics(room.alice.klass.slug), TOPIC, foreign)
    await Attempt.objects.acreate(
        member=room.alice, exercise="creating-topics.three-topics", state="done", verdict=DONE
    )
    await do(send, only_the_feed_tells, room.alice.klass)
    await until_part(page, PART, 'data-state="done"')
