"""Ways to do the exercises about places of groups outside of the page; being imported adds them to the others."""

from __future__ import annotations

from collections.abc import Callable

from confluent_kafka import Consumer

from lessons.course.two_groups_two_places.both_at_the_end import asked
from lessons.course.two_groups_two_places.steps import TOPIC as UNLOCKS
from lessons.course.two_groups_two_places.where_next import lag_asked
from tests.course.seat import Seat
from tests.course.ways import PROGRAM, TOOLS, create, create_by_tool, read, send, send_by_tool, way
from tests.waiting import wait_for

SIX = [f"unlock {number}" for number in range(1, 7)]
THREE = [f"unlock {number}" for number in range(7, 10)]


def read_by_tool(seat: Seat, name: str, group: str, count: int) -> None:
    begin = ("--command-property", "auto.offset.reset=earliest")
    until = ("--max-messages", str(count))
    seat.tool("kafka-console-consumer", "--topic", seat.full(name), "--group", seat.full(group), *begin, *until)


def latest(seat: Seat, name: str, group: str, *, meanwhile: Callable[[], object] = lambda: None) -> list[str]:
    """What a group with latest is given of what is sent once it has its partition; without anything it leaves at once."""
    settings = {"bootstrap.servers": seat.brokers, "group.id": seat.full(group), "enable.partition.eof": True}
    consumer = Consumer({**settings, "auto.offset.reset": "latest"})
    consumer.subscribe([seat.full(name)])
    values: list[str] = []

    def is_at_the_end() -> bool:
        message = consumer.poll(1)
        if message is not None and not message.error():
            values.append(message.value().decode())
        return message is not None and message.error() is not None

    wait_for(is_at_the_end)
    if meanwhile() is not None:
        wait_for(is_at_the_end)
    consumer.close()
    return values


# --- lesson 12 ---


def numbers(seat: Seat) -> None:
    records, groups = asked(seat.seed("two-groups-two-places.both-at-the-end"))
    seat.answer("two-groups-two-places.both-at-the-end", handed=records * groups, left=records)


@way("two-groups-two-places.both-at-the-end", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, UNLOCKS, partitions=2)  # at the end of each
    send(seat, UNLOCKS, *SIX)
    assert sorted(read(seat, UNLOCKS, "billing", 6)) == sorted(read(seat, UNLOCKS, "repair", 6)) == SIX
    numbers(seat)


@way("two-groups-two-places.both-at-the-end", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, UNLOCKS)
    send_by_tool(seat, UNLOCKS, *SIX)
    for group in ("billing", "repair"):
        read_by_tool(seat, UNLOCKS, group, 6)
    numbers(seat)


@way("two-groups-two-places.missed", PROGRAM)
def _(seat: Seat) -> None:
    """As the lesson tells it: given nothing, it comes back to another end; given one record, it comes back to its place."""
    create(seat, UNLOCKS)
    send(seat, UNLOCKS, *SIX)
    assert latest(seat, UNLOCKS, "map") == []
    seat.answer("two-groups-two-places.missed", rows="all three")
    send(seat, UNLOCKS, *THREE)
    assert latest(seat, UNLOCKS, "map", meanwhile=lambda: send(seat, UNLOCKS, "unlock 10")) == ["unlock 10"]
    send(seat, UNLOCKS, *THREE)
    assert latest(seat, UNLOCKS, "map") == THREE


@way("two-groups-two-places.missed", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, UNLOCKS)
    send_by_tool(seat, UNLOCKS, *SIX)
    seat.answer("two-groups-two-places.missed", rows="none of them")
    send_by_tool(seat, UNLOCKS, *THREE)
    read_by_tool(seat, UNLOCKS, "billing", 9)


def offsets(seat: Seat, place: int) -> None:
    seat.answer("two-groups-two-places.where-next", again=place, earliest=0, latest=6)


@way("two-groups-two-places.where-next", PROGRAM)
def _(seat: Seat) -> None:
    place = 6 - lag_asked(seat.seed("two-groups-two-places.where-next"))
    create(seat, UNLOCKS)
    send(seat, UNLOCKS, *SIX)
    read(seat, UNLOCKS, "billing", place)
    offsets(seat, place)


@way("two-groups-two-places.where-next", TOOLS)
def _(seat: Seat) -> None:
    place = 6 - lag_asked(seat.seed("two-groups-two-places.where-next"))
    create_by_tool(seat, UNLOCKS)
    send_by_tool(seat, UNLOCKS, *SIX)
    read_by_tool(seat, UNLOCKS, "billing", place)
    offsets(seat, place)
