"""Records larger than the client reads at a time, as one's own program can send them to a topic that allows it."""

from __future__ import annotations

import asyncio

import pytest

from lessons.cluster import clients, records, topics
from lessons.cluster.consume import Membership
from lessons.cluster.consume.drain import read_to_end
from lessons.cluster.live import Hub
from lessons.cluster.live import Start as From
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from tests.cluster.test_live import Page

LARGE = 3_500_000  # more than librdkafka sends by itself, and than is fetched at a time


def send(namespace: Namespace, *sizes_bytes: int) -> None:
    own = clients.new_producer(**{"message.max.bytes": 4_000_000})
    sent = records.produce(namespace, "big", [Message(value=b"x" * size) for size in sizes_bytes], producer=own)
    assert [delivery.error for delivery in sent] == [None] * len(sizes_bytes)


@pytest.fixture
def big(alice: Namespace) -> Namespace:
    """Alice, whose topic `big` has a small record, a large one and a small one."""
    topics.create_topic(alice, "big", partitions=1, replicas=1, config={"max.message.bytes": "4000000"})
    send(alice, 1, LARGE, 1)
    return alice


async def test_a_watching_page_shows_how_large_it_is_and_goes_on_in_its_history_and_live(big: Namespace) -> None:
    page = Page()
    viewer = Hub().watch(big, "big", start=From("beginning"), send=page.send)
    try:
        viewer.grant(500)
        await page.until(lambda: len(page.rows) == 3)
        await asyncio.to_thread(send, big, LARGE, 1)
        await page.until(lambda: len(page.rows) == 5)
    finally:
        viewer.close()
    shown = [record["value"] for frame in page.frames if frame["type"] == "records" for record in frame["records"]]
    assert [value.get("size_bytes") for value in shown] == [None, LARGE, None, LARGE, None]
    assert [len(value["text"]) for value in shown] == [1, records.SHOWN_BYTES, 1, records.SHOWN_BYTES, 1]


def test_a_consumer_gets_it_and_commits_behind_it(big: Namespace) -> None:
    drained = read_to_end(Membership(big, "big", "g"))
    assert (drained.delivered, drained.committed) == (3, {0: 3})


def test_a_read_of_a_bounded_size_ends_with_the_record_that_goes_beyond(big: Namespace) -> None:
    read = records.read_range(big.full("big"), 0, most_bytes=LARGE)
    assert [record.offset for record in read] == [0, 1]
    assert [record.offset for record in records.read_range(big.full("big"), 0, start=2, most_bytes=1)] == [2]
