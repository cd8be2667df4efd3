"""What is kept of a look."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F

from lessons.actions import CreateTopic, DeleteTopic
from lessons.checking import check_lesson
from lessons.course.loader import get_lesson
from lessons.perform import perform

pytestmark = pytest.mark.usefixtures("kafka")
EXERCISE = "adding-partitions.two-partitions"


def test_a_look_that_saw_something_else_is_kept_now_and_then_though_the_same_is_said(alice):
    lesson = get_lesson("adding-partitions")
    looks = alice.attempts.filter(exercise=EXERCISE)

    def look_again() -> list[str]:
        check_lesson(alice, lesson)
        return [attempt.observation.data["topic_id"] for attempt in looks.order_by("pk")]

    def create() -> str:
        return perform(alice, CreateTopic(name="test2p"), act_id=uuid4()).answer["data"]["topic_id"]

    first = create()
    assert look_again() == [first]
    perform(alice, DeleteTopic(name="test2p"), act_id=uuid4())
    second = create()
    assert look_again() == [first]
    looks.update(decided_at=F("decided_at") - timedelta(minutes=2))
    assert look_again() == [first, second]
    assert look_again() == [first, second]
    assert len({attempt.verdict["seen"] for attempt in looks}) == 1
