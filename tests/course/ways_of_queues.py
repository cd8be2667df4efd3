"""Ways to do the exercises about share groups outside of the page; being imported adds them to the others."""

from __future__ import annotations

import time

from confluent_kafka import AcknowledgeType, ShareConsumer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from lessons.classroom.checks.attempts import evidence_of
from lessons.course.queues_share_groups.overtaken import deliveries
from lessons.course.queues_share_groups.steps import GIVEN_UP, JOBS, OVERTAKEN, TOPIC, VALUES, WHO_WORKS, job_asked
from lessons.course.queues_share_groups.workshop import LIMIT, seen_in
from tests.course.seat import Seat
from tests.course.ways import PROGRAM, TOOLS, create, create_by_tool, send, send_by_tool, way
from tests.waiting import PATIENCE_S


def begin_at_the_earliest(seat: Seat, group: str) -> None:
    begin = ConfigEntry("share.auto.offset.reset", "earliest", incremental_operation=AlterConfigOpType.SET)
    settings = ConfigResource(ResourceType.GROUP, seat.full(group), incremental_configs=[begin])
    admin = AdminClient({"bootstrap.servers": seat.brokers})
    for done in admin.incremental_alter_configs([settings]).values():
        done.result()


def work(seat: Seat, group: str, fails: str = "") -> None:
    """Two members, until each of the jobs is over."""
    begin_at_the_earliest(seat, group)
    settings = {"bootstrap.servers": seat.brokers, "group.id": seat.full(group), "max.poll.records": 1}
    members = [ShareConsumer({**settings, "share.acknowledgement.mode": "explicit"}) for _ in range(2)]
    for member in members:
        member.subscribe([seat.full(TOPIC)])
    left, until = JOBS + (LIMIT - 1 if fails else 0), time.monotonic() + PATIENCE_S
    while left:
        assert time.monotonic() < until
        for member in members:
            for message in member.poll(0.1):
                assert message.error() is None
                failed = message.value().decode() == fails
                member.acknowledge(message, AcknowledgeType.RELEASE if failed else AcknowledgeType.ACCEPT)
                left -= 1
            member.commit_sync()
    for member in members:
        member.close()


def prepare(seat: Seat) -> None:
    create(seat, TOPIC)
    send(seat, TOPIC, *VALUES)  # with a flush after each


@way(WHO_WORKS, PROGRAM)
def _(seat: Seat) -> None:
    prepare(seat)
    seat.answer(WHO_WORKS, members="one of them; two wait")
    work(seat, "workshop")


@way(GIVEN_UP, PROGRAM)
def _(seat: Seat) -> None:
    prepare(seat)
    work(seat, "mine", job_asked(seat.seed(GIVEN_UP), GIVEN_UP))


@way(OVERTAKEN, PROGRAM)
def _(seat: Seat) -> None:
    prepare(seat)
    work(seat, "mine", job_asked(seat.seed(OVERTAKEN), OVERTAKEN))
    type_numbers(seat)


def type_numbers(seat: Seat) -> None:
    """What a program has printed, or a tool: here it is read as the check reads it."""
    [group] = seen_in(evidence_of(seat.member))["groups"]
    [overtook] = group["overtook"].values()
    seat.answer(OVERTAKEN, overtook=overtook, deliveries=deliveries(seat.seed(OVERTAKEN)))


def prepare_by_tool(seat: Seat) -> None:
    create_by_tool(seat, TOPIC)
    send_by_tool(seat, TOPIC, *VALUES, more=("--sync", "--batch-size", "1"))
    named = ("--entity-type", "groups", "--entity-name", seat.full("mine"))
    seat.tool("kafka-configs", "--alter", *named, "--add-config", "share.auto.offset.reset=earliest")


def take_by_tool(seat: Seat, count: int, *how: str) -> None:
    """So many deliveries, one after the other."""
    one = ("--command-property", "max.poll.records=1", "--command-property", "share.acquire.mode=record_limit")
    until = ("--max-messages", str(count), "--timeout-ms", "30000")
    seat.tool(
        "kafka-console-share-consumer", "--topic", seat.full(TOPIC), "--group", seat.full("mine"), *one, *until, *how
    )


def give_up_by_tool(seat: Seat, job: str) -> None:
    """A lone member is given the first one that is there: those before it, then this one. What it releases it may be given
    after the next one, so each time it leaves."""
    place = VALUES.index(job)
    take_by_tool(seat, place)
    for _delivery in range(LIMIT):
        take_by_tool(seat, 1, "--release")
    take_by_tool(seat, JOBS - place - 1)


@way(WHO_WORKS, TOOLS)
def _(seat: Seat) -> None:
    prepare_by_tool(seat)
    seat.answer(WHO_WORKS, members="all three, different jobs")
    take_by_tool(seat, JOBS)


@way(GIVEN_UP, TOOLS)
def _(seat: Seat) -> None:
    prepare_by_tool(seat)
    give_up_by_tool(seat, job_asked(seat.seed(GIVEN_UP), GIVEN_UP))


@way(OVERTAKEN, TOOLS)
def _(seat: Seat) -> None:
    prepare_by_tool(seat)
    give_up_by_tool(seat, job_asked(seat.seed(OVERTAKEN), OVERTAKEN))
    type_numbers(seat)
