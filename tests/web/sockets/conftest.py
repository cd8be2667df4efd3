from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from lessons.classroom import process
from lessons.classroom.models import Member
from lessons.cluster import records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.web.sockets import event_loop
from tests.waiting import PATIENCE_S
from tests.web.sockets.tab import Tab


@dataclass
class Room:
    """Alice's seat with a topic `test1p`, and the tabs that are open."""

    alice: Member
    tabs: list[Tab] = field(default_factory=list)

    @property
    def namespace(self) -> Namespace:
        return self.alice.namespace

    def open(self, kind: str, *, user: object = None, **rest: Any) -> Tab:
        """`kind` is the address below the class, such as `live/lesson?lesson=producing`."""
        name, _, query = kind.partition("?")
        tab = Tab(f"ws/c/{self.alice.klass.slug}/{name}/?{query}", user or self.alice.user, **rest)
        self.tabs.append(tab)
        return tab

    async def watch(self, *, credit: int = 500, start: Any = "beginning", **rest: Any) -> Tab:
        tab = self.open("watch", **rest)
        tab.say("watch", topic="test1p", **{"from": start})
        if credit:
            tab.say("grant", records=credit)
        return tab

    async def consume(self, *, credit: int = 500, **rest: Any) -> Tab:
        tab = self.open("consume")
        tab.say("start", **{"act_id": str(uuid4()), "topic": "test1p", "group_id": "g", "lesson": "consuming", **rest})
        if credit:
            tab.say("grant", records=credit)
        return tab

    async def create(self) -> None:
        await asyncio.to_thread(topics.create_topic, self.namespace, "test1p", partitions=1, replicas=1)

    async def delete(self) -> None:
        await asyncio.to_thread(topics.delete_topic, self.namespace, "test1p")

    async def send(self, *values: str) -> None:
        messages = [Message(value=value.encode()) for value in values]
        sent = await asyncio.to_thread(records.produce, self.namespace, "test1p", messages)
        assert [delivery.error for delivery in sent] == [None] * len(values)


@pytest.fixture
async def room(transactional_db: None, kafka: str, alice: Member) -> AsyncIterator[Room]:
    room = Room(alice)
    await room.create()
    yield room
    for tab in room.tabs:
        if not tab.application.done():
            await tab.close()
    event_loop.current().renderer.close()
    async with asyncio.timeout(PATIENCE_S):  # while this test's database is still there
        while process.current().unsettled:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.05)
    assert event_loop.current().hub.watched == frozenset()
    await sync_to_async(connections.close_all)()  # of the thread that Django's async queries of the test ran on
