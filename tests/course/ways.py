"""Ways to do an exercise outside of the page: by a plain confluent-kafka program, or by Kafka's own tools.

A new one is a function with a line above it that says which exercise it does, and by what.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from lessons.cluster.metadata import wait_for_every_broker
from lessons.course.consuming.steps import place_asked
from lessons.course.producing.queue_full import size_asked
from lessons.course.what_do_you_notice.order import in_order, pairs_asked
from lessons.course.what_do_you_notice.where import value_asked
from tests.course.seat import Seat
from tests.waiting import PATIENCE_S

Way = Callable[[Seat], object]
WAYS: dict[tuple[str, str], Way] = {}
PROGRAM, TOOLS = "program", "tools"

# What cannot be done so, and why.
IMPOSSIBLE = {
    ("producing.queue-full", TOOLS): "A Java client has no queue that is full after so many records.",
}

NINE = [str(number) for number in range(1, 10)]


def way(exercise: str, by: str) -> Callable[[Way], Way]:
    def keep(found: Way) -> Way:
        WAYS[exercise, by] = found
        return found

    return keep


def create(seat: Seat, name: str, *, partitions: int = 1, config: dict[str, str] | None = None) -> None:
    admin = AdminClient({"bootstrap.servers": seat.brokers})
    for future in admin.create_topics([NewTopic(seat.full(name), partitions, 1, config=config or {})]).values():
        future.result()


def grow(seat: Seat, name: str, total: int) -> None:
    admin = AdminClient({"bootstrap.servers": seat.brokers})
    for future in admin.create_partitions([NewPartitions(seat.full(name), total)]).values():
        future.result()
    # A check, or the next producer, may ask a broker that has not heard of it.
    has_grown = wait_for_every_broker(
        lambda topic: topic is not None and len(topic.partitions) == total, seat.full(name), timeout_s=PATIENCE_S
    )
    assert has_grown


def send(seat: Seat, name: str, *values: str, each_drawn: bool = False, pause_s: float = 0.0) -> dict[str, list[int]]:
    """{value: [partition, offset]} as the delivery reports say."""
    settings = {"sticky.partitioning.linger.ms": 0} if each_drawn else {}
    producer = Producer({"bootstrap.servers": seat.brokers, **settings})
    places = {}
    for value in values:
        producer.produce(
            seat.full(name),
            value,
            on_delivery=lambda _, m: places.update({m.value().decode(): [m.partition(), m.offset()]}),
        )
        producer.flush(10)
        time.sleep(pause_s)
    return places


def send_with_keys(seat: Seat, name: str, *pairs: tuple[str, str | None]) -> None:
    producer = Producer({"bootstrap.servers": seat.brokers})
    for key, value in pairs:
        producer.produce(seat.full(name), value, key)
    assert producer.flush(10) == 0


def send_nine_to_both(seat: Seat) -> dict[str, list[int]]:
    while True:
        places = send(seat, "test2p", *NINE, each_drawn=True)
        if len({partition for partition, _ in places.values()}) == 2:
            return places


def read(seat: Seat, name: str, group: str, count: int, *, reset: str = "earliest") -> list[str]:
    consumer = Consumer({"bootstrap.servers": seat.brokers, "group.id": seat.full(group), "auto.offset.reset": reset})
    consumer.subscribe([seat.full(name)])
    values = []
    while len(values) < count:
        message = consumer.poll(1)
        if message is not None and not message.error():
            values.append(message.value().decode())
    consumer.close()
    return values


def create_by_tool(seat: Seat, name: str, *config: str, partitions: int = 1) -> None:
    """`config`: settings, as name=value."""
    numbers = ("--partitions", str(partitions), "--replication-factor", "1")
    settings = (word for setting in config for word in ("--config", setting))
    seat.tool("kafka-topics", "--create", "--topic", seat.full(name), *numbers, *settings)


def grow_by_tool(seat: Seat, name: str, total: int) -> None:
    seat.tool("kafka-topics", "--alter", "--topic", seat.full(name), "--partitions", str(total))


def send_by_tool(seat: Seat, name: str, *values: str, more: tuple[str, ...] = ()) -> None:
    typed = "".join(f"{value}\n" for value in values)
    seat.tool("kafka-console-producer", "--topic", seat.full(name), *more, typed=typed)


def places_by_tool(seat: Seat, name: str, *, records: int) -> dict[str, list[int]]:
    """{value: [partition, offset]} of a topic with so many records."""
    shown = ("--formatter-property", "print.partition=true", "--formatter-property", "print.offset=true")
    until = ("--from-beginning", "--max-messages", str(records))
    printed = seat.tool("kafka-console-consumer", "--topic", seat.full(name), *until, *shown)
    found = re.findall(r"Partition:(\d+)\tOffset:(\d+)\t(\S+)", printed)
    return {value: [int(partition), int(offset)] for partition, offset, value in found}


# --- lesson 5 ---


@way("adding-partitions.how-many-move", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "test2p")
    send(seat, "test2p", "return 11", "return 12")
    seat.answer("adding-partitions.how-many-move", moves="about half of them")
    grow(seat, "test2p", 2)


@way("adding-partitions.how-many-move", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "test2p")
    seat.answer("adding-partitions.how-many-move", moves="none of them")
    grow_by_tool(seat, "test2p", 2)


@way("adding-partitions.two-partitions", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "test2p")
    grow(seat, "test2p", 2)


@way("adding-partitions.two-partitions", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "test2p")
    grow_by_tool(seat, "test2p", 2)


@way("adding-partitions.three-leaders", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "docks", partitions=3)


@way("adding-partitions.three-leaders", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "docks", partitions=3)


# --- lesson 6 ---


@way("producing.nine-delivered", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "test1p", partitions=2)  # each of them is a row
    producer = Producer({"bootstrap.servers": seat.brokers})
    for value in NINE:
        producer.produce(seat.full("test1p"), value, partition=1)
    producer.flush(10)


@way("producing.nine-delivered", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "test1p")
    send_by_tool(seat, "test1p", "what was there before", *NINE, "and after")


@way("producing.queue-full", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "test1p")
    size = size_asked(seat.seed("producing.queue-full"))
    producer = Producer({"bootstrap.servers": seat.brokers, "queue.buffering.max.messages": size})
    delivered: list[object] = []
    count = 0
    while True:
        try:
            producer.produce(seat.full("test1p"), "ping", on_delivery=lambda error, _: delivered.append(error))
            count += 1
        except BufferError:
            break
    producer.poll(10)
    producer.produce(seat.full("test1p"), "ping", on_delivery=lambda error, _: delivered.append(error))
    producer.flush(10)
    lost = count + 1 - delivered.count(None)
    seat.answer("producing.queue-full", records=count + 1, lost=lost)


# --- lesson 7 ---


@way("consuming.exact-place", PROGRAM)
def _(seat: Seat) -> None:
    place = place_asked(seat.seed("consuming.exact-place"))
    create(seat, "test1p")
    send(seat, "test1p", *(f"bike {uuid4()}" for _ in NINE))
    read(seat, "test1p", "billing", place)
    seat.answer("consuming.exact-place", value=read(seat, "test1p", "map", place + 1)[-1])


@way("consuming.exact-place", TOOLS)
def _(seat: Seat) -> None:
    place, topic = place_asked(seat.seed("consuming.exact-place")), seat.full("test1p")
    create_by_tool(seat, "test1p")
    send_by_tool(seat, "test1p", *NINE)
    begin = ("--command-property", "auto.offset.reset=earliest")
    count = ("--max-messages", str(place))
    seat.tool("kafka-console-consumer", "--topic", topic, "--group", seat.full("billing"), *begin, *count)
    where = ("--partition", "0", "--offset", str(place), "--max-messages", "1")
    value = seat.tool("kafka-console-consumer", "--topic", topic, *where)
    seat.answer("consuming.exact-place", value=value.strip())


# --- lesson 8 ---


def typed_of(seat: Seat, places: dict[str, list[int]]) -> None:
    """Both questions of lesson 8, from what a program knows of the records' places."""
    partition, offset = places[value_asked(seat.seed("what-do-you-notice.where"))]
    seat.answer("what-do-you-notice.where", partition=partition, offset=offset)
    asked = pairs_asked(seat.seed("what-do-you-notice.order"), "")
    seat.answer("what-do-you-notice.order", ordered=[pair for pair in asked if in_order(pair, places)])


@way("what-do-you-notice.prediction", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "test2p", partitions=2)
    seat.answer("what-do-you-notice.prediction", order="always 1 to 9")
    send_nine_to_both(seat)


@way("what-do-you-notice.prediction", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "test2p", partitions=2)
    seat.answer("what-do-you-notice.prediction", order="in no order at all")
    send_by_tool(seat, "test2p", *NINE)


@way("what-do-you-notice.where", PROGRAM)
@way("what-do-you-notice.order", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "test2p", partitions=2)
    send_nine_to_both(seat)  # what is sent once more is what counts
    typed_of(seat, send_nine_to_both(seat))


@way("what-do-you-notice.where", TOOLS)
@way("what-do-you-notice.order", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "test2p", partitions=2)
    dealt = "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner"
    send_by_tool(seat, "test2p", *NINE, more=("--command-property", dealt))
    typed_of(seat, places_by_tool(seat, "test2p", records=len(NINE)))
