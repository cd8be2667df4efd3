"""Ways to do the exercises about commits and crashes outside of the page; being imported adds them to the others."""

from __future__ import annotations

import time

from confluent_kafka import Consumer

from lessons.course.commit_crash_read_again.checks import EXERCISES, Never, Twice, WhichRide
from lessons.course.commit_crash_read_again.steps import DONE, RIDES, TOPIC, VALUES
from lessons.course.commit_crash_read_again.stretch import Stretch
from tests.course.seat import Seat
from tests.course.ways import IMPOSSIBLE, PROGRAM, TOOLS, create, send, send_with_keys, way
from tests.waiting import PATIENCE_S

for exercise in EXERCISES:
    IMPOSSIBLE[exercise.id, TOOLS] = "Kafka's tools read and write, and do nothing in between."


def prepare(seat: Seat) -> None:
    create(seat, TOPIC)
    create(seat, DONE)
    send(seat, TOPIC, *VALUES)


def run(seat: Seat, group: str, *, batch: int = 1, before: bool = False, crash_after: int = 0) -> None:
    """A worker that counts for itself where its batches end."""
    settings = {"bootstrap.servers": seat.brokers, "group.id": seat.full(group), "session.timeout.ms": 6000}
    consumer = Consumer({**settings, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([seat.full(TOPIC)])
    handled, offset, until = 0, 0, time.monotonic() + PATIENCE_S
    while offset < RIDES:
        while not (messages := consumer.consume(batch, 10)):  # its group waits for the one that has crashed
            assert time.monotonic() < until
        offset = messages[-1].offset() + 1
        if before:
            consumer.commit(asynchronous=False)
        for message in messages:
            send_with_keys(seat, DONE, (group, message.value().decode()))
            handled += 1
            if handled == crash_after:
                return  # the client is dropped, and not closed
        if not before:
            consumer.commit(asynchronous=False)
    consumer.close()


@way(WhichRide.id, PROGRAM)
def _(seat: Seat) -> None:
    prepare(seat)
    run(seat, "payments", batch=3, crash_after=5)
    seat.answer(WhichRide.id, ride="ride 1, for it begins anew")
    run(seat, "payments")


def hit(seat: Seat, stretch: Stretch, *, before: bool) -> None:
    prepare(seat)
    run(seat, "mine", batch=stretch.batch, before=before, crash_after=stretch.crash_after)
    if not (before and stretch.last == RIDES):  # there the crashed one has committed the end: nothing is left to read
        run(seat, "mine")


@way(Twice.id, PROGRAM)
def _(seat: Seat) -> None:
    hit(seat, Twice.asked(seat.seed(Twice.id)), before=False)


@way(Never.id, PROGRAM)
def _(seat: Seat) -> None:
    hit(seat, Never.asked(seat.seed(Never.id)), before=True)
