"""A program that runs in a page, while a broker of its cluster is lost."""

from __future__ import annotations

import pytest

from lessons.classroom.models import Member
from lessons.cluster import groups, topics
from lessons.embedded.cluster import EmbeddedCluster
from lessons.embedded.state import set_wanted
from tests.outages.trouble import aside, room_of
from tests.waiting import wait_for
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
        wait_for(lambda: topics.describe_topic(alice.namespace, "test1p").partitions[0].leader not in (leader, None))

    async with room_of(alice) as room:
        program = Program(room.open("program?lesson=consuming"))
        consumer = await program.open("consumer", group_id="g", auto_offset_reset="earliest")
        producer = await program.open("producer")
        await program.call(consumer, "subscribe", topics=["test1p"])
        program.tab.say("grant", client=consumer, records=EVERYTHING)
        await program.tab.until_kind("assigned")
        program.tab.say("handled", client=consumer)
        await program.send(producer, "before")
        await program.tab.until_rows(1)

        await aside(kill_the_leader)
        await program.send(producer, "after")
        await program.tab.until_rows(2)
        assert [report.get("error") for report in program.reports] == [None, None]
        program.tab.say("consumed", client=consumer, positions=[["test1p", 0, 2]])
        assert await program.call(consumer, "commit", offsets=None, asynchronous=False)
        assert {frame["type"] for frame in program.tab.frames} <= {"answer", "assigned", "records", "delivered", "log"}
    [lag] = (await aside(groups.describe_group, alice.namespace, "g")).lags
    assert (lag.topic, lag.committed) == ("test1p", 2)
