"""Ways to do the exercises about places of groups outside of the page; being imported adds them to the others."""

from __future__ import annotations

from collections.abc import Callable

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from lessons.classroom.checks.attempts import check, evidence_of
from lessons.course.lag_and_replay.steps import BACK, FORWARD, SEND, moment_asked, times_in
from lessons.course.lag_and_replay.steps import TOPIC as TRIPS
from lessons.course.lag_and_replay.while_it_runs import WhileItRuns
from lessons.course.moments import to_the_millisecond
from lessons.course.two_groups_two_places.both_at_the_end import asked
from lessons.course.two_groups_two_places.steps import TOPIC as UNLOCKS
from lessons.course.two_groups_two_places.where_next import lag_asked
from tests.course.seat import BY_ID, Seat
from tests.course.ways import PROGRAM, TOOLS, create, create_by_tool, read, send, send_by_tool, way
from tests.waiting import wait_for

SIX = [f"unlock {number}" for number in range(1, 7)]
NINE_TRIPS = [f"trip {number}" for number in range(1, 10)]
RUNS = WhileItRuns.id
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


# --- lesson 15 ---


def checked(seat: Seat) -> None:
    """As a page does that is open: where the groups are now is known afterwards."""
    for exercise in (BACK, RUNS):
        check(seat.member, BY_ID[exercise])


def moment(seat: Seat) -> tuple[int, int]:
    """The offset and the time, in ms, of the first trip since the seat's moment."""
    times = times_in(evidence_of(seat.member))
    offset, _at = moment_asked(times, seat.seed(BACK)) or (0, "")
    return offset, dict(map(tuple, times))[offset]


def set_to_time(seat: Seat, group: str, at_ms: int) -> None:
    admin = AdminClient({"bootstrap.servers": seat.brokers})
    partition = TopicPartition(seat.full(TRIPS), 0)
    [found] = admin.list_offsets({partition: OffsetSpec.for_timestamp(at_ms)}).values()
    place = TopicPartition(partition.topic, 0, found.result().offset)
    for future in admin.alter_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(seat.full(group), [place])]
    ).values():
        future.result()


def reset_by_tool(seat: Seat, group: str, *to: str) -> None:
    what = ("--group", seat.full(group), "--topic", f"{seat.full(TRIPS)}:0", *to, "--execute")
    seat.tool("kafka-consumer-groups", "--reset-offsets", *what)


def read_all_by_program(seat: Seat) -> None:
    create(seat, TRIPS)
    send(seat, TRIPS, *NINE_TRIPS, pause_s=0.02)
    read(seat, TRIPS, "billing", 9)
    checked(seat)


def read_all_by_tools(seat: Seat) -> None:
    create_by_tool(seat, TRIPS)
    seat.run_command(SEND)
    read_by_tool(seat, TRIPS, "billing", 9)
    checked(seat)


def two_numbers(seat: Seat, offset: int) -> None:
    seat.answer(FORWARD, again=9 - offset, following=9)


@way(RUNS, PROGRAM)
def _(seat: Seat) -> None:
    read_all_by_program(seat)
    seat.answer(RUNS, effect="it jumps there at once")
    set_to_time(seat, "billing", 0)


@way(RUNS, TOOLS)
def _(seat: Seat) -> None:
    read_all_by_tools(seat)
    seat.answer(RUNS, effect="Kafka refuses")
    reset_by_tool(seat, "billing", "--shift-by", "-3")


@way(BACK, PROGRAM)
def _(seat: Seat) -> None:
    read_all_by_program(seat)
    set_to_time(seat, "billing", moment(seat)[1])


@way(BACK, TOOLS)
def _(seat: Seat) -> None:
    read_all_by_tools(seat)
    reset_by_tool(seat, "billing", "--to-datetime", to_the_millisecond(moment(seat)[1]))


@way(FORWARD, PROGRAM)
def _(seat: Seat) -> None:
    read_all_by_program(seat)
    offset, at_ms = moment(seat)
    set_to_time(seat, "billing", at_ms)
    checked(seat)
    assert read(seat, TRIPS, "billing", 9 - offset) == NINE_TRIPS[offset:]
    two_numbers(seat, offset)


@way(FORWARD, TOOLS)
def _(seat: Seat) -> None:
    read_all_by_tools(seat)
    offset, at_ms = moment(seat)
    reset_by_tool(seat, "billing", "--to-datetime", to_the_millisecond(at_ms))
    checked(seat)
    read_by_tool(seat, TRIPS, "billing", 9 - offset)
    two_numbers(seat, offset)
