"""Where many partitions end, on real brokers."""

from __future__ import annotations

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.conf import settings

from lessons.cluster import offsets, records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import list_ends
from lessons.cluster.records import Message
from tests.waiting import wait_for

ASKED = "Look where they end"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "kafkaclass.settings"}
pytestmark = pytest.mark.usefixtures("kafka")


@pytest.fixture
def seat() -> Namespace:
    return Namespace("ends", uuid4().hex[:8])


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[set[tuple[str, int]]]:
    """For what the consumer is asked, question by question."""
    asked: list[set[tuple[str, int]]] = []
    offsets_of = offsets._offsets_of

    def noting(asker, pairs, *rest, **how):
        asked.append(set(pairs))
        return offsets_of(asker, pairs, *rest, **how)

    monkeypatch.setattr(offsets, "_offsets_of", noting)
    return asked


def create(seat: Namespace, name: str, *, partitions: int = 1, number: int = 0) -> list[tuple[str, int]]:
    topics.create_topic(seat, name, partitions=partitions, replicas=1)
    if number:
        records.produce(seat, name, [Message(value=b"x")] * number, partition=0)
    return [(seat.full(name), partition) for partition in range(partitions)]


def test_all_are_asked_for_at_once(seat, questions):
    first, second = create(seat, "one", partitions=2, number=3), create(seat, "two", number=1)
    wait_for(lambda: len(list_ends([*first, *second], asked=ASKED)) == 3)
    questions.clear()
    assert list_ends([*first, *second], asked=ASKED) == {first[0]: 3, first[1]: 0, second[0]: 1}
    assert len(questions) == 1


def test_what_is_not_there_is_left_out(seat):
    there = create(seat, "one", number=1)
    missing = [(seat.full("none"), 0), (seat.full("one"), 7)]
    assert list_ends([*there, *missing], asked=ASKED) == {there[0]: 1}
    assert list_ends([], asked=ASKED) == {}


def test_a_topic_that_was_asked_for_before_it_was_created_is_found_and_then_needs_no_second_question(seat, questions):
    there, late = create(seat, "one", number=2), [(seat.full("late"), 0)]
    assert list_ends([*there, *late], asked=ASKED) == {there[0]: 2}
    create(seat, "late", number=5)
    ends = {there[0]: 2, late[0]: 5}
    wait_for(lambda: list_ends([*there, *late], asked=ASKED) == ends)
    questions.clear()
    assert list_ends([*there, *late], asked=ASKED) == ends
    assert len(questions) == 1


def test_a_topic_that_was_created_anew_ends_where_the_new_one_does(seat):
    [pair] = create(seat, "again", number=4)
    assert list_ends([pair], asked=ASKED) == {pair: 4}
    topics.delete_topic(seat, "again")
    wait_for(lambda: list_ends([pair], asked=ASKED) == {})
    create(seat, "again", number=1)
    wait_for(lambda: list_ends([pair], asked=ASKED) == {pair: 1})


ALL_AT_ONCE = """
import sys, threading
from lessons.cluster import clients, offsets

clients.configure(clients.Connection(sys.argv[1]))

def ask(thread):
    for number in range(80):
        missing = [(f"missing-{thread}-{number}-{topic}", 0) for topic in range(3)]
        assert offsets.list_ends(missing, asked="Look") == {}

threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
for each in threads: each.start()
for each in threads: each.join()
"""


def test_many_questions_for_what_nobody_knows_do_not_end_the_process(kafka):
    """By an admin client they would: it goes on with memory that it has freed."""
    asking = [sys.executable, "-c", ALL_AT_ONCE, kafka]
    ended = subprocess.run(asking, cwd=settings.BASE_DIR, env=os.environ | SETTINGS, check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
