"""The hub against three real brokers."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from lessons.cluster import records, topics
from lessons.cluster.live import Hub, Start, history
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from tests.waiting import PATIENCE_S


def _values(frames: list[dict[str, Any]]) -> list[str]:
    return [
        record["value"]["text"] for frame in frames for record in frame.get("records", ()) if frame["type"] == "records"
    ]


class Page:
    """What a page has been sent."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self._came = asyncio.Event()

    def send(self, text: str) -> None:
        self.frames.append(json.loads(text))
        self.texts.append(text)
        self._came.set()

    @property
    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    @property
    def rows(self) -> list[tuple[int, int]]:
        return [
            (record["partition"], record["offset"])
            for frame in self.frames
            if frame["type"] == "records"
            for record in frame["records"]
        ]

    @property
    def values(self) -> list[str]:
        return _values(self.frames)

    def values_since_last(self, kind: str) -> list[str]:
        after = max(number for number, each in enumerate(self.kinds) if each == kind)
        return _values(self.frames[after:])

    def last(self, kind: str) -> dict[str, Any]:
        return [frame for frame in self.frames if frame["type"] == kind][-1]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._came.clear()
                await self._came.wait()

    async def until_kind(self, kind: str, *, times: int = 1) -> None:
        await self.until(lambda: self.kinds.count(kind) >= times)


class Seat:
    """A namespace of its own, and short ways to do things in it."""

    def __init__(self) -> None:
        self.namespace = Namespace(f"t{uuid.uuid4().hex[:8]}", "7KQ4")
        self.hub = Hub()

    async def create(self, name: str = "test1p", *, partitions: int = 1) -> None:
        await asyncio.to_thread(topics.create_topic, self.namespace, name, partitions=partitions, replicas=1)

    async def delete(self, name: str = "test1p") -> None:
        await asyncio.to_thread(topics.delete_topic, self.namespace, name)

    async def send(self, *values: str, name: str = "test1p", partition: int | None = None) -> None:
        messages = [Message(value=value.encode()) for value in values]
        sent = await asyncio.to_thread(records.produce, self.namespace, name, messages, partition=partition)
        assert [delivery.error for delivery in sent] == [None] * len(values)

    def watch(self, page: Page, start: Start | None = None, *, name: str = "test1p", credit: int = 500) -> Any:
        viewer = self.hub.watch(self.namespace, name, start=start or Start(), send=page.send)
        viewer.grant(credit)
        return viewer


@pytest.fixture
async def seat(kafka: str) -> AsyncIterator[Seat]:
    seat = Seat()
    yield seat
    for live in list(seat.hub._live.values()):
        for viewer in list(live._viewers):
            viewer.close()


async def test_from_the_beginning_a_page_gets_what_is_there_and_then_what_comes(seat: Seat) -> None:
    await seat.create()
    await seat.send("1", "2", "3")
    page = Page()
    seat.watch(page)
    await page.until(lambda: len(page.rows) == 3)
    await seat.send("4")
    await page.until(lambda: len(page.rows) == 4)
    assert page.kinds[0] == "watching"
    assert page.frames[0]["positions"] == {"0": 0}
    assert page.rows == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert page.values == ["1", "2", "3", "4"]


async def test_from_now_on_nothing_is_missed_that_is_sent_right_after_the_page_was_told(seat: Seat) -> None:
    await seat.create()
    await seat.send("before")
    for turn in range(5):
        page = Page()
        viewer = seat.watch(page, Start("now"))
        await page.until_kind("watching")
        await seat.send(f"after {turn}")
        await page.until(lambda page=page: len(page.rows) == 1)
        assert page.values == [f"after {turn}"]
        viewer.close()


async def test_a_second_page_from_now_on_gets_nothing_from_before(seat: Seat) -> None:
    await seat.create()
    early, late = Page(), Page()
    seat.watch(early)
    await seat.send("1", "2")
    seat.watch(late, Start("now"))
    await late.until_kind("watching")
    assert late.last("watching")["positions"] == {"0": 2}
    await seat.send("3")
    await late.until(lambda: bool(late.rows))
    await early.until(lambda: len(early.rows) == 3)
    assert late.values == ["3"]


async def test_a_page_that_comes_back_goes_on_without_a_gap_or_a_double(seat: Seat) -> None:
    await seat.create(partitions=2)
    first = Page()
    viewer = seat.watch(first)
    await seat.send(*"abc", partition=0)
    await seat.send(*"de", partition=1)
    await first.until(lambda: len(first.rows) == 5)
    viewer.close()
    await seat.send(*"fgh", partition=0)
    await seat.send("i", partition=1)
    topic_id = first.last("watching")["topic_id"]
    second = Page()
    seat.watch(second, Start({0: 3, 1: 2}, topic_id=topic_id))
    await second.until(lambda: len(second.rows) == 4)
    await seat.send("j", partition=1)
    await second.until(lambda: len(second.rows) == 5)
    assert sorted(second.rows) == [(0, 3), (0, 4), (0, 5), (1, 2), (1, 3)]


async def test_catching_up_while_records_keep_coming_has_no_gap_no_double_and_keeps_each_order(seat: Seat) -> None:
    await seat.create(partitions=3)
    for partition in range(3):
        await seat.send(*map(str, range(400)), partition=partition)
    page = Page()
    viewer = seat.watch(page, credit=40)

    async def keep_sending() -> None:
        for turn in range(30):
            await seat.send(*map(str, range(10)), partition=turn % 3)

    sender = asyncio.create_task(keep_sending())
    for granted in range(40, 1560, 40):
        await page.until(lambda granted=granted: len(page.rows) == min(granted, 1500))
        viewer.grant(40)
    await sender
    assert len(set(page.rows)) == 1500
    for partition in range(3):
        assert [offset for where, offset in page.rows if where == partition] == list(range(500))
    assert "left_out" not in page.kinds


async def test_a_page_is_never_sent_more_than_it_asked_for(seat: Seat) -> None:
    await seat.create()
    page, witness = Page(), Page()
    viewer = seat.watch(page, credit=2)
    seat.watch(witness)
    await page.until_kind("watching")
    await seat.send(*"12345")
    await witness.until(lambda: len(witness.rows) == 5)
    assert page.values == ["1", "2"]
    viewer.grant(2)
    await page.until(lambda: len(page.rows) == 4)
    assert page.values == ["1", "2", "3", "4"]


async def test_a_live_page_that_falls_behind_is_told_how_many_records_were_left_out(seat: Seat) -> None:
    await seat.create()
    slow, quick = Page(), Page()
    viewer = seat.watch(slow, credit=1)
    quick_viewer = seat.watch(quick)
    await slow.until_kind("watching")
    seat.hub._live[seat.namespace.full("test1p")].ring._max_records = 10
    await seat.send("1")
    await slow.until(lambda: len(slow.rows) == 1)
    for turn in range(1, 6):
        await seat.send(*map(str, range(5)))
        await quick.until(lambda turn=turn: len(quick.rows) == 1 + 5 * turn)
    viewer.grant(100)
    await slow.until(lambda: len(slow.rows) == 11)
    assert slow.last("left_out")["records"] == 15
    assert slow.rows[1:] == [(0, offset) for offset in range(16, 26)]
    assert "left_out" not in quick.kinds
    quick_viewer.close()


async def test_live_pages_at_the_same_place_get_the_very_same_frame(seat: Seat) -> None:
    await seat.create()
    pages = [Page() for _ in range(3)]
    for page in pages:
        seat.watch(page, Start("now"))
    for page in pages:
        await page.until_kind("watching")
    await seat.send("same")
    for page in pages:
        await page.until_kind("records")
    first, second, third = (page.texts[-1] for page in pages)
    assert first is second is third


async def test_a_topic_that_is_missing_is_waited_for_and_nothing_of_it_is_missed(seat: Seat) -> None:
    page = Page()
    seat.watch(page, Start("now"))
    await page.until_kind("waiting")
    assert "no topic test1p yet" in page.last("waiting")["words"]
    await seat.create()
    await seat.send("first")
    await page.until(lambda: page.values == ["first"])


async def test_deletion_is_told_and_the_topic_of_the_same_name_is_followed_from_its_beginning(seat: Seat) -> None:
    await seat.create()
    await seat.send("old 0", "old 1")
    page = Page()
    seat.watch(page)
    await page.until(lambda: len(page.rows) == 2)
    await seat.delete()
    await page.until_kind("topic_deleted")
    await seat.create()
    await seat.send("new 0", "new 1", "new 2")
    await page.until(lambda: "new 2" in page.values)
    ids = [frame["topic_id"] for frame in page.frames if frame["type"] == "watching"]
    assert len(set(ids)) == 2
    assert page.values == ["old 0", "old 1", "new 0", "new 1", "new 2"]


async def test_a_topic_deleted_and_created_again_at_once_begins_at_0_too(seat: Seat) -> None:
    await seat.create()
    await seat.send("old 0", "old 1")
    page = Page()
    seat.watch(page)
    await page.until(lambda: len(page.rows) == 2)
    await seat.delete()
    await seat.create()
    await seat.send(*[f"new {number}" for number in range(5)])
    new = [f"new {number}" for number in range(5)]
    await page.until_kind("watching", times=2)
    await page.until(lambda: page.values_since_last("watching") == new)
    assert "topic_deleted" in page.kinds


async def test_a_page_that_comes_back_to_another_topic_of_that_name_is_told_and_begins_at_0(seat: Seat) -> None:
    await seat.create()
    await seat.send("new 0")
    page = Page()
    seat.watch(page, Start({0: 900}, topic_id="of-the-old-one"))
    await page.until(lambda: len(page.rows) == 1)
    assert page.kinds == ["topic_deleted", "watching", "records"]


async def test_partitions_that_are_added_are_watched_from_their_beginning(seat: Seat) -> None:
    await seat.create()
    page = Page()
    seat.watch(page, Start("now"))
    await page.until_kind("watching")
    await asyncio.to_thread(topics.add_partitions, seat.namespace, "test1p", total=2)
    await seat.send("in the new one", partition=1)
    await page.until(lambda: page.values == ["in the new one"])
    assert page.last("partitions_added")["positions"] == {"1": 0}


async def test_an_offset_past_the_end_is_refused_in_words(seat: Seat) -> None:
    await seat.create()
    page = Page()
    seat.watch(page, Start({0: 5000}))
    await page.until_kind("problem")
    assert page.last("problem")["code"] == "OFFSET_OUT_OF_RANGE"


@pytest.mark.parametrize("illegal", ["a b", "😀", "<b>"])
async def test_who_watches_an_illegal_name_is_told_kafkas_refusal_and_the_others_go_on(
    seat: Seat, illegal: str
) -> None:
    refused, late, other = Page(), Page(), Page()
    seat.watch(refused, name=illegal)
    await refused.until_kind("problem")
    problem = refused.last("problem")
    assert problem["code"] == "TOPIC_EXCEPTION"
    assert problem["words"].startswith(
        f"Watch the topic {illegal}. Kafka answered: Broker: Invalid topic. Use only letters"
    )
    seat.watch(other)
    await other.until_kind("waiting")
    await seat.create()
    await seat.send("1")
    await other.until(lambda: other.values == ["1"])
    await seat.delete()
    await other.until_kind("topic_deleted")
    seat.watch(late, name=illegal)
    await late.until_kind("problem")
    assert refused.kinds == late.kinds == ["problem"]


async def test_the_topic_and_the_thread_are_let_go_with_the_last_viewer(seat: Seat) -> None:
    await seat.create()
    first, second = Page(), Page()
    one, other = seat.watch(first), seat.watch(second)
    await first.until_kind("watching")
    await second.until_kind("watching")
    thread = seat.hub.tail.thread
    one.close()
    assert thread is not None
    assert seat.hub.watched == {seat.namespace.full("test1p")}
    other.close()
    assert seat.hub.watched == frozenset()
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()


async def test_one_seats_many_pages_that_read_from_before_make_another_seat_wait_for_one_stretch_at_most(
    seat: Seat,
) -> None:
    other = Seat()
    for each in (seat, other):
        await each.create()
        await each.send("1")
    reader, read = seat.hub.history, list[str]()

    async def read_as(each: Seat) -> None:
        await reader.read(each.namespace, each.namespace.full("test1p"), {0: (0, 1)}, limit=1)
        read.append(each.namespace.class_slug)

    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(read_as(each) for each in [*[seat] * 20, other]))
    finally:
        reader.close()
    assert other.namespace.class_slug in read[:2]
    assert len(read) == 21


async def test_a_page_is_told_what_has_not_come_in_time_and_gets_it_with_more_time(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a record of 90 MB over a slow network: no usual stretch has time enough."""
    monkeypatch.setattr(history, "TIMEOUT_S", 0.0)
    await seat.create()
    await seat.send("1", "2")
    page = Page()
    seat.watch(page)
    await page.until(lambda: len(page.rows) == 2)
    assert "offset 0 of partition 0" in next(frame["words"] for frame in page.frames if frame["type"] == "waiting")
    await seat.send("3")
    await page.until(lambda: len(page.rows) == 3)
    assert page.kinds.index("waiting") < page.kinds.index("going_on")
