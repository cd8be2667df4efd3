"""What is kept of a look."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F

from lessons.classroom.checks.attempts import check, check_lesson
from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.perform import perform
from lessons.cluster import records
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.delete_topic import DeleteTopic
from lessons.course.loader import get_lesson
from tests.waiting import wait_for

pytestmark = [pytest.mark.usefixtures("kafka"), pytest.mark.django_db(transaction=True)]  # some look from threads
EXERCISE = "adding-partitions.two-partitions"


def test_a_look_that_saw_something_else_is_kept_now_and_then_though_the_same_is_said(alice, own_process):
    own_process.checks.close()  # it would look between two of these acts, and see what neither leaves behind
    lesson = get_lesson("adding-partitions")
    looks = alice.attempts.filter(exercise=EXERCISE)

    def look_again() -> list[str]:
        check_lesson(alice, lesson)
        return [attempt.observation.data["topic_id"] for attempt in looks.order_by("pk")]

    def create() -> str:
        return perform(alice, CreateTopic(name="test2p", partitions=3), act_id=uuid4()).answer["data"]["topic_id"]

    first = create()
    assert look_again() == [first]
    perform(alice, DeleteTopic(name="test2p"), act_id=uuid4())
    second = create()
    assert look_again() == [first]
    looks.update(decided_at=F("decided_at") - timedelta(minutes=2))
    assert look_again() == [first, second]
    assert look_again() == [first, second]
    assert len({attempt.verdict["seen"] for attempt in looks}) == 1


def test_of_those_who_check_at_the_same_moment_one_keeps_it_and_the_feed_says_so_once(alice, own_process):
    """The pools of several processes, and whoever presses the button."""
    lesson, at_once = get_lesson("adding-partitions"), 6
    perform(alice, CreateTopic(name="test2p"), act_id=uuid4())
    perform(alice, AddPartitions(topic="test2p", total=2), act_id=uuid4())
    together = Barrier(at_once)

    def look() -> bool:
        try:
            together.wait(timeout=10)
            return check_lesson(alice, lesson)
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as threads:
        for each in [threads.submit(look) for _ in range(at_once)]:
            each.result()  # whether it kept anything is not said: the process's own pool may have been first
    assert set(Counter(alice.attempts.values_list("exercise", flat=True)).values()) == {1}
    assert alice.attempts.filter(exercise=EXERCISE, state="done").exists()
    assert check(alice, lesson.exercise(EXERCISE)).state == "done"
    wait_for(lambda: not alice.attempts.filter(state="done", feed_offset=None).exists())
    assert [verdict["exercise"] for verdict in told(alice.klass, "verdict")] == [EXERCISE]


def told(klass, kind: str) -> list[dict]:
    """What the feed says, of that kind."""
    topic = ClassTopics(klass.slug).full(TOPIC)
    end = records.offsets(topic)[0][1]
    said = records.read_range(topic, 0, start=0, end=end, limit=end, timeout_s=5)
    return [each for each in map(json.loads, (record.value for record in said)) if each["kind"] == kind]
