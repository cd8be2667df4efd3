"""A program that runs in a page, while a broker of its cluster is lost."""

from __future__ import annotations

from contextlib import suppress

import pytest
from confluent_kafka import KafkaError

from lessons.classroom.models import Member
from lessons.cluster import groups, topics
from lessons.cluster.errors import KafkaUnavailable
from lessons.embedded.cluster import EmbeddedCluster
from lessons.embedded.state import set_wanted
from tests.outages.trouble import aside, kill_all, room_of, start_all
from tests.waiting import wait_for
from tests.web.sockets.conftest import Room
from tests.web.sockets.test_program import EVERYTHING, Program

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_broker_that_is_lost_in_mid_poll_costs_a_program_no_record_and_no_word(
    alice: Member, own_cluster: EmbeddedCluster
):
    """The consumer waits for records, and the broker that would give them is killed: another leads, and it goes on."""
    topic = await aside(topics.create_topic, alice.namespace, "test1p", partitions=1, replicas=3)
    leader = topic.partitions[0].leader

    def kill_the_leader() -> None:
        set_wanted(own_cluster.data_dir, leader, "killed")
        wait_for(lambda: not own_cluster.brokers[leader - 1].runs)
        wait_for(another_leads)

    def another_leads() -> bool:
        with suppress(KafkaUnavailable):  # the broker that was asked may be the one that is gone
            return topics.describe_topic(alice.namespace, "test1p").partitions[0].leader not in (leader, None)
        return False

    async with room_of(alice) as room:
        program, consumer, producer = await reading_program(room)
        await aside(kill_the_leader)
        await send(program, producer, "after")
        await program.tab.until_rows(2)
        assert [report.get("error") for report in program.reports] == [None, None]
        program.tab.say("consumed", client=consumer, positions=[["test1p", 0, 2]])
        assert await program.call(consumer, "commit", offsets=None, asynchronous=False)
        assert {frame["type"] for frame in program.tab.frames} <= {"answer", "assigned", "records", "delivered", "log"}
    [lag] = (await aside(groups.describe_group, alice.namespace, "g")).lags
    assert (lag.topic, lag.committed) == ("test1p", 2)


async def test_with_all_brokers_killed_a_program_hears_the_clients_words_and_goes_on_when_they_are_back(
    alice: Member, own_cluster: EmbeddedCluster
):
    await aside(topics.create_topic, alice.namespace, "test1p", partitions=1, replicas=3)
    async with room_of(alice) as room:
        program, _consumer, producer = await reading_program(room, message_timeout_ms=2000)
        admin = await program.open("admin")
        await aside(kill_all, own_cluster)
        await send(program, producer, "lost")
        assert program.reports[-1]["error"]["code"] == KafkaError._MSG_TIMED_OUT
        refused = await program.call(admin, "list_topics", timeout=1.0)
        assert refused["code"] in (KafkaError._TRANSPORT, KafkaError._TIMED_OUT)
        await aside(start_all, own_cluster)
        await send(program, producer, "after")
        assert program.reports[-1].get("error") is None
        await program.tab.until_rows(2)


async def send(program: Program, producer: int, value: str) -> None:
    """Until its report is there."""
    before = len(program.reports)
    await program.send(producer, value)
    await program.tab.until(lambda: len(program.reports) > before)


async def reading_program(room: Room, **settings: int) -> tuple[Program, int, int]:
    """A program with a consumer that was given a record and waits for more, and the producer that sent it."""
    program = Program(room.open("program?lesson=consuming"))
    consumer = await program.open("consumer", group_id="g", auto_offset_reset="earliest")
    producer = await program.open("producer", **settings)
    await program.call(consumer, "subscribe", topics=["test1p"])
    program.tab.say("grant", client=consumer, records=EVERYTHING)
    await program.tab.until_kind("assigned")
    program.tab.say("handled", client=consumer)
    await program.send(producer, "before")
    await program.tab.until_rows(1)
    return program, consumer, producer
