"""What another web process did, on a page of this one. Here it is rows that are stored past everything that would tell."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from lessons.classroom import pulse
from lessons.classroom.feed import TOPIC, ClassTopics, create_feed_topic, outbox
from lessons.classroom.feed.records import ACTS, VERDICTS
from lessons.classroom.models import Act, Attempt
from lessons.cluster import records, topics
from lessons.cluster.records import Message
from lessons.cluster.snapshots import service
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.test_feed import open_feed
from tests.web.sockets.test_live_page import until_part

DONE = {"state": "done", "seen": "Three of them.", "expected": "", "misconception": "", "why": ""}
PART = "exercise-creating-topics-three-topics"


@pytest.fixture(autouse=True)
def only_the_feed_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at the rows, and nobody at the cluster, unless there is a reason."""
    for each in (pulse.acts, pulse.attempts, pulse.decisions):
        monkeypatch.setattr(each, "_looked_s", time.monotonic() + 3600)
    monkeypatch.setattr(service, "_interval_s", 3600.0)


async def do(work: Any, *arguments: Any) -> Any:
    return await database_sync_to_async(work, thread_sensitive=False)(*arguments)


async def open_lesson(room: Room, classroom: Classroom) -> Any:
    """Alice's page, as it is when it hears the feed: whoever watches it after her hears it no earlier."""
    await do(create_feed_topic, room.alice.klass)
    page = room.open("live/creating-topics")
    await until_part(page, PART, "Not yet")
    await open_feed(room, classroom.ines.user).until_kind("watching")
    return page


async def test_a_verdict_of_another_process_is_on_the_page_at_once(room: Room, classroom: Classroom) -> None:
    page = await open_lesson(room, classroom)
    attempt = await Attempt.objects.acreate(
        member=room.alice, exercise="creating-topics.three-topics", state="done", verdict=DONE
    )
    await do(outbox.publish, room.alice.klass, VERDICTS, attempt.pk)
    await until_part(page, PART, 'data-state="done"')


async def test_an_act_of_another_process_is_in_the_picture_at_once(room: Room, classroom: Classroom) -> None:
    page = await open_lesson(room, classroom)
    await asyncio.to_thread(topics.create_topic, room.namespace, "test2p", partitions=1, replicas=1)
    act = await Act.objects.acreate(
        id=uuid4(), member=room.alice, kind="create-topic", fields={}, state="done", settled_at=timezone.now()
    )
    await do(outbox.publish, room.alice.klass, ACTS, act.pk)
    await until_part(page, "part-topics", "test2p")
    assert pulse.acts.latest(room.alice.pk) == act.settled_at
    assert pulse.acts.is_of_another_process(room.alice.pk)


async def test_what_others_write_into_the_feed_stops_no_page(room: Room, classroom: Classroom) -> None:
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
    attempt = await Attempt.objects.acreate(
        member=room.alice, exercise="creating-topics.three-topics", state="done", verdict=DONE
    )
    await do(outbox.publish, room.alice.klass, VERDICTS, attempt.pk)
    await until_part(page, PART, 'data-state="done"')
