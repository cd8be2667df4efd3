"""A full queue on purpose: in the app, and by the program that is shown."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from lessons.cluster import records, topics
from lessons.cluster.errors import TopicMissing
from lessons.course.acts.base import Where
from lessons.course.acts.fill_queue import FillQueue
from tests.course.acts.conftest import Shown

pytestmark = pytest.mark.usefixtures("kafka")


@pytest.fixture
def test1p(where: Where) -> str:
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    return where.full("test1p")


def stored(full_name: str) -> list[bytes | None]:
    return [record.value for record in records.read_range(full_name, 0)]


def numbers(count: int) -> list[bytes]:
    return [b"ping %d" % number for number in range(1, count + 1)]


@pytest.mark.parametrize(("queue_size", "count"), [(5, 12), (1, 3), (100, 101)])
def test_the_first_record_more_than_the_queue_holds_meets_it_full_and_nothing_is_lost(
    where: Where, test1p: str, queue_size: int, count: int
) -> None:
    answer = FillQueue(topic="test1p", queue_size=queue_size, count=count).run(where.namespace)
    assert answer.state == "done"
    assert answer.data["full"][0] == {"record": queue_size + 1, "waiting": queue_size}
    assert answer.details[0] == f"ping {queue_size + 1}: BufferError: Local: Queue full ({queue_size} waiting)"
    assert answer.details[-1] == f"ping {count} → test1p [0] @ {count - 1}"
    assert answer.words.startswith(f"Record {queue_size + 1} was the first to find the queue full")
    assert answer.words.endswith(f"{count} of {count} records delivered to test1p. Nothing was lost.")
    assert stored(test1p) == numbers(count)


def test_a_queue_with_room_for_all_is_never_full(where: Where, test1p: str) -> None:
    answer = FillQueue(topic="test1p", queue_size=12, count=12).run(where.namespace)
    assert answer.data["full"] == []
    assert answer.words == "There was always room in a queue of 12. 12 of 12 records delivered to test1p."
    assert stored(test1p) == numbers(12)


def test_errors_and_reports_are_told_in_the_order_in_which_they_happened(where: Where, test1p: str) -> None:
    """When a record is refused, those before it are in the queue, or were reported already: no more and no fewer."""
    size = 3
    details = FillQueue(topic="test1p", queue_size=size, count=9).run(where.namespace).details
    lines = [(int(line.split()[1].rstrip(":")), "BufferError" in line) for line in details]
    assert [number for number, is_refusal in lines if not is_refusal] == list(range(1, 10))
    refusals = [(at, number) for at, (number, is_refusal) in enumerate(lines) if is_refusal]
    assert refusals[0] == (0, size + 1)
    for at, refused in refusals:
        reported = [number for number, is_refusal in lines[:at] if not is_refusal]
        assert reported == list(range(1, refused - size))


def test_a_missing_topic_is_said_before_anything_is_queued(where: Where) -> None:
    with pytest.raises(TopicMissing):
        FillQueue(topic="nowhere").run(where.namespace)


@pytest.mark.parametrize("fields", [{"queue_size": 0}, {"queue_size": 101}, {"count": 0}, {"count": 201}])
def test_what_the_form_does_not_take(fields: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        FillQueue(topic="test1p", **fields)


@pytest.mark.parametrize("shown", ["python"], indirect=True)
def test_the_program_says_the_same(shown: Shown, where: Where, test1p: str) -> None:
    lines = shown.run(FillQueue(topic="test1p", queue_size=5, count=12)).splitlines()
    full = [line for line in lines if "BufferError" in line]
    assert full[0] == "ping 6: BufferError: Local: Queue full (5 waiting)"
    assert all(re.fullmatch(r"ping \d+: BufferError: Local: Queue full \(\d+ waiting\)", line) for line in full)
    reports = [line for line in lines if line not in full]
    assert reports == [f"b'ping {offset + 1}' → {test1p} [0] @ {offset}" for offset in range(12)]
    assert stored(test1p) == numbers(12)


@pytest.mark.parametrize("shown", ["command"], indirect=True)
def test_the_command_line_says_that_there_is_nothing_like_it(shown: Shown) -> None:
    action = FillQueue(topic="test1p")
    assert all(line.startswith("#") for line in action.command(shown.where).splitlines())
    assert shown.run(action) == ""
