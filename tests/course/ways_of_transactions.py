"""Ways to do the exercises about transactions outside of the page; being imported adds them to the others."""

from __future__ import annotations

from confluent_kafka import Producer

from lessons.course.transactions.all_or_none import AllOrNone, count_asked
from lessons.course.transactions.bookings import TOPIC
from lessons.course.transactions.stands_still import StandsStill, waiting_asked
from lessons.course.transactions.which_offset import WhichOffset
from tests.course.seat import Seat
from tests.course.ways import IMPOSSIBLE, PROGRAM, TOOLS, create, send, way

for exercise in (WhichOffset, AllOrNone, StandsStill):
    IMPOSSIBLE[exercise.id, TOOLS] = "No tool of Kafka's sends in a transaction that it aborts or leaves open."


def book(seat: Seat, count: int, *, ending: str) -> None:
    producer = Producer({"bootstrap.servers": seat.brokers, "transactional.id": seat.full("own")})
    producer.init_transactions(60)
    producer.begin_transaction()
    for number in range(count):
        producer.produce(seat.full(TOPIC), f"booking {number}")
    producer.flush(60)
    if ending == "commit":
        producer.commit_transaction(60)
    elif ending == "abort":
        producer.abort_transaction(60)


@way(WhichOffset.id, PROGRAM)
def _(seat: Seat) -> None:
    create(seat, TOPIC)
    book(seat, 2, ending="commit")
    seat.answer(WhichOffset.id, offsets="two offsets")
    book(seat, 2, ending="abort")
    assert send(seat, TOPIC, "one more") == {"one more": [0, 3 + 3]}  # behind a mark, two records, and a mark


@way(AllOrNone.id, PROGRAM)
def _(seat: Seat) -> None:
    count = count_asked(seat.seed(AllOrNone.id))
    create(seat, TOPIC)
    book(seat, count, ending="abort")
    book(seat, 2, ending="commit")
    seat.answer(AllOrNone.id, hidden=count + 2)


@way(StandsStill.id, PROGRAM)
def _(seat: Seat) -> None:
    create(seat, TOPIC)
    send(seat, TOPIC, "before", "before that")
    book(seat, waiting_asked(seat.seed(StandsStill.id)) - 1, ending="leave open")
    send(seat, TOPIC, "of no transaction, and waits as well")
    seat.answer(StandsStill.id, offset=2)
