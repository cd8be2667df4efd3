"""A worker that crashes: in the app, and by the program that is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.cluster import groups, records, topics
from lessons.cluster.errors import TopicMissing
from lessons.course.acts import run_worker
from lessons.course.acts.base import Answer, Where
from lessons.course.acts.produce import Produce
from lessons.course.acts.run_worker import AFTER, BEFORE, RunWorker
from tests.course.acts.conftest import Shown

pytestmark = pytest.mark.usefixtures("kafka")
TOPICS = {"topic": "in", "done_topic": "out", "group_id": "g"}


@pytest.fixture
def ten(where: Where) -> None:
    for name in ("in", "out"):
        topics.create_topic(where.namespace, name, partitions=1, replicas=1)
    Produce(topic="in", values="\n".join(map(str, range(10)))).run(where.namespace)


def run(where: Where, **fields: object) -> Answer:
    return RunWorker(**TOPICS, **fields).run(where.namespace)


def done(where: Where) -> list[tuple[bytes | None, int]]:
    return [(each.key, int(each.value or b"-1")) for each in records.read_range(where.full("out"), 0)]


def committed(where: Where) -> list[int | None]:
    return [lag.committed for lag in groups.describe_group(where.namespace, "g").lags]


@pytest.mark.parametrize(("commit", "place", "again"), [(AFTER, 3, [3, 4, 5, 6, 7, 8, 9]), (BEFORE, 6, [6, 7, 8, 9])])
def test_after_a_crash_the_next_one_begins_at_what_was_committed(
    where: Where, ten: None, commit: str, place: int, again: list[int]
) -> None:
    answer = run(where, commit=commit, crash_after=5)
    assert answer.data["crashed"]
    assert answer.details[-1] == "crashed"
    assert done(where) == [(b"g", number) for number in range(5)]
    assert committed(where) == [place]
    [member] = groups.describe_group(where.namespace, "g").members  # it has not said goodbye
    assert member.assignment == (("in", 0),)
    answer = run(where, commit=commit)
    assert not answer.data["crashed"]
    assert [number for _group, number in done(where)[5:]] == again
    assert committed(where) == [10]
    assert groups.describe_group(where.namespace, "g").members == ()


def test_one_run_handles_no_more_than_one_act_may_send_and_the_next_goes_on(
    where: Where, ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_worker, "MOST_RECORDS", 7)
    answer = run(where, batch=5, commit=AFTER)
    assert "run it again for what is left" in answer.words
    assert [number for _group, number in done(where)] == list(range(7))
    assert committed(where) == [7]
    answer = run(where, batch=5, commit=AFTER)
    assert "Everything that was there" in answer.words
    assert [number for _group, number in done(where)] == list(range(10))


def test_steps_are_told_in_their_order(where: Where, ten: None) -> None:
    answer = run(where, batch=4, commit=BEFORE)
    assert [line.split()[0] for line in answer.details] == [
        *("committed", *["handled"] * 4) * 2, "committed", *["handled"] * 2,
    ]  # fmt: skip
    assert answer.details[1] == "handled [0] @ 0: 0"


def test_a_crash_that_comes_after_the_last_record_is_none(where: Where, ten: None) -> None:
    assert not run(where, crash_after=11).data["crashed"]


def test_without_a_topic_for_its_work_it_does_none_and_commits_nothing(where: Where, ten: None) -> None:
    with pytest.raises(TopicMissing):
        RunWorker(topic="in", done_topic="nowhere", group_id="g").run(where.namespace)
    assert committed(where) == []


@pytest.mark.every_way
def test_the_program_that_is_shown_does_the_same(where: Where, tools: Path, ten: None) -> None:
    shown = Shown("python", tools, where)
    assert len(shown.run(RunWorker(**TOPICS, crash_after=5)).splitlines()) == 5
    assert committed(where) == [3]
    assert shown.run(RunWorker(**TOPICS)).splitlines()[0] == "handled [0] @ 3 b'3'"
    assert [number for _group, number in done(where)] == [*range(5), *range(3, 10)]
    assert committed(where) == [10]
