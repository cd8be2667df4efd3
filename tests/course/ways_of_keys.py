"""Ways to do lessons 9 to 11 outside of the page, among those of `ways`."""

from __future__ import annotations

import re
from typing import Any

from confluent_kafka import Producer, consistent, murmur2

from lessons.cluster.metadata import wait_for_every_broker
from lessons.course.keys_and_partitions.before_it_is_sent import bikes_asked
from lessons.course.keys_and_partitions.two_hashes import bike_asked
from lessons.course.more_partitions_move_keys.moved import bike_asked as moving_bike
from lessons.course.more_partitions_move_keys.never_seen import missed_asked
from lessons.course.order_and_keys.could_it_be import can_be, orders_asked
from lessons.course.order_and_keys.tracks import POINTS, Point
from lessons.course.order_and_keys.tracks import bikes_asked as bikes_on_the_road
from lessons.course.seeded import of_seat
from tests.course.seat import Seat
from tests.course.ways import (
    IMPOSSIBLE,
    PROGRAM,
    TOOLS,
    create,
    create_by_tool,
    grow_by_tool,
    read,
    send_by_tool,
    way,
)
from tests.course.ways import grow as grow_at_once
from tests.waiting import PATIENCE_S

BY_KEY = ("--reader-property", "parse.key=true", "--reader-property", "key.separator=:")

IMPOSSIBLE["keys-and-partitions.two-hashes", TOOLS] = "Kafka's tools are written in Java, and hash by murmur2 alone."
IMPOSSIBLE["more-partitions-move-keys.never-seen", TOOLS] = "A Java consumer commits the end at which it begins."


def grow(seat: Seat, name: str, total: int) -> None:
    """And wait until each broker knows: a producer asks any of them how many there are."""
    grow_at_once(seat, name, total)
    full = seat.full(name)
    is_known = wait_for_every_broker(
        lambda topic: topic is not None and len(topic.partitions) == total, full, timeout_s=PATIENCE_S
    )
    assert is_known


def send_by_key(seat: Seat, name: str, *pairs: tuple[str, str], **settings: Any) -> None:
    """Records as (key, value), in this order."""
    producer = Producer({"bootstrap.servers": seat.brokers, "enable.idempotence": True, **settings})
    for key, value in pairs:
        producer.produce(seat.full(name), value, key)
    assert producer.flush(10) == 0


def send_by_key_by_tool(seat: Seat, name: str, *pairs: tuple[str, str]) -> None:
    send_by_tool(seat, name, *(f"{key}:{value}" for key, value in pairs), more=BY_KEY)


# --- lesson 9 ---


@way("keys-and-partitions.prediction", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "unlocks", partitions=3)
    seat.answer("keys-and-partitions.prediction", places="each bike has a partition of its own")
    send_by_key(seat, "unlocks", ("bike-11", "out"))


@way("keys-and-partitions.prediction", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "unlocks", partitions=3)
    seat.answer("keys-and-partitions.prediction", places="the records of a bike are in all partitions")
    send_by_key_by_tool(seat, "unlocks", ("bike-11", "out"))


def asked(seat: Seat) -> list[str]:
    return bikes_asked(seat.seed("keys-and-partitions.before-it-is-sent"), 0)


@way("keys-and-partitions.before-it-is-sent", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "unlocks", partitions=3)
    places = {bike.replace("-", "_"): consistent(bike.encode(), 3) for bike in asked(seat)}
    seat.answer("keys-and-partitions.before-it-is-sent", **places)
    send_by_key(seat, "unlocks", *((bike, "out") for bike in asked(seat)))


@way("keys-and-partitions.before-it-is-sent", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "unlocks", partitions=3)
    places = {bike.replace("-", "_"): murmur2(bike.encode(), 3) for bike in asked(seat)}
    seat.answer("keys-and-partitions.before-it-is-sent", **places)
    send_by_key_by_tool(seat, "unlocks", *((bike, "out") for bike in asked(seat)))


@way("keys-and-partitions.two-hashes", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "unlocks", partitions=3)
    bike = bike_asked(seat.seed("keys-and-partitions.two-hashes"))
    send_by_key(seat, "unlocks", (bike, "out"))
    send_by_key(seat, "unlocks", (bike, "out"), partitioner="murmur2_random")


# --- lesson 10 ---


def in_turn(seat: Seat) -> list[tuple[str, str]]:
    """The points of the seat's three bikes, as (bike, point)."""
    bikes = bikes_on_the_road(of_seat(seat.seed("order-and-keys.could-it-be"), "order-and-keys.could-it-be"))
    return [(bike, point) for point in POINTS for bike in bikes]


def tick(seat: Seat, places: dict[tuple[str, str], list[int]]) -> None:
    """`places`: {(bike, point): [partition, offset]}"""
    bikes = {bike for bike, _ in places}
    tracks = {bike: [Point(*places[bike, point], point, 0) for point in POINTS] for bike in bikes}
    asked = orders_asked(seat.seed("order-and-keys.could-it-be"), "")
    seat.answer("order-and-keys.could-it-be", orders=[order for order in asked if can_be(order, tracks)])


@way("order-and-keys.prediction", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "tracks", partitions=2)
    seat.answer("order-and-keys.prediction", order="all thirty as they were sent")
    send_by_key(seat, "tracks", *in_turn(seat))


@way("order-and-keys.prediction", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "tracks", partitions=2)
    seat.answer("order-and-keys.prediction", order="all thirty as they were sent")
    send_by_key_by_tool(seat, "tracks", *in_turn(seat))


@way("order-and-keys.three-tracks", PROGRAM)
@way("order-and-keys.could-it-be", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "tracks", partitions=3)
    producer, places = Producer({"bootstrap.servers": seat.brokers, "enable.idempotence": True}), {}
    for bike, point in in_turn(seat):
        producer.produce(
            seat.full("tracks"), point, bike,
            on_delivery=lambda _, m, pair=(bike, point): places.update({pair: [m.partition(), m.offset()]}),
        )  # fmt: skip
    producer.flush(10)
    tick(seat, places)


@way("order-and-keys.three-tracks", TOOLS)
@way("order-and-keys.could-it-be", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "tracks", partitions=3)
    pairs = in_turn(seat)
    send_by_key_by_tool(seat, "tracks", *pairs)
    names = ("print.key", "print.partition", "print.offset")
    shown = [word for name in names for word in ("--formatter-property", f"{name}=true")]
    until = ("--from-beginning", "--max-messages", str(len(pairs)))
    printed = seat.tool("kafka-console-consumer", "--topic", seat.full("tracks"), *until, *shown)
    rows = re.findall(r"Partition:(\d+)\tOffset:(\d+)\t(\S+)\t(\S+)", printed)
    tick(seat, {(bike, point): [int(partition), int(offset)] for partition, offset, bike, point in rows})


# --- lesson 11 ---

BROKEN = [(f"bike-{number}", "broken") for number in (11, 13, 15)]
PREDICTED = {"goes": "to the new partition"}


@way("more-partitions-move-keys.prediction", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "repairs", partitions=2)
    send_by_key(seat, "repairs", *BROKEN)
    seat.answer("more-partitions-move-keys.prediction", **PREDICTED)
    grow(seat, "repairs", 3)
    send_by_key(seat, "repairs", *BROKEN)


@way("more-partitions-move-keys.prediction", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "repairs", partitions=2)
    bikes = [f"bike-{number}" for number in range(11, 31)]  # by murmur2 other ones move
    send_by_key_by_tool(seat, "repairs", *((bike, "broken") for bike in bikes))
    seat.answer("more-partitions-move-keys.prediction", **PREDICTED)
    grow_by_tool(seat, "repairs", 3)
    send_by_key_by_tool(seat, "repairs", *((bike, "repaired") for bike in bikes))


@way("more-partitions-move-keys.moved", PROGRAM)
def _(seat: Seat) -> None:
    bike = moving_bike(seat.seed("more-partitions-move-keys.moved"))
    create(seat, "repairs", partitions=2)
    send_by_key(seat, "repairs", (bike, "broken"))
    grow(seat, "repairs", 5)
    send_by_key(seat, "repairs", (bike, "repaired"))


@way("more-partitions-move-keys.moved", TOOLS)
def _(seat: Seat) -> None:
    bike = moving_bike(seat.seed("more-partitions-move-keys.moved"))
    create_by_tool(seat, "repairs", partitions=2)
    send_by_key_by_tool(seat, "repairs", (bike, "broken"))
    key = bike.encode()
    grow_by_tool(seat, "repairs", next(total for total in range(3, 13) if murmur2(key, total) != murmur2(key, 2)))
    send_by_key_by_tool(seat, "repairs", (bike, "repaired"))


@way("more-partitions-move-keys.never-seen", PROGRAM)
def _(seat: Seat) -> None:
    missed = missed_asked(seat.seed("more-partitions-move-keys.never-seen"))
    create(seat, "repairs", partitions=2)
    send_by_key(seat, "repairs", *BROKEN)  # to both
    read(seat, "repairs", "team", len(BROKEN))
    grow(seat, "repairs", 3)
    producer = Producer({"bootstrap.servers": seat.brokers})
    for partition in [2] * missed + [0]:
        producer.produce(seat.full("repairs"), "repaired", partition=partition)
        producer.flush(10)
    read(seat, "repairs", "team", 1, reset="latest")
    seat.answer("more-partitions-move-keys.never-seen", rows=missed)
