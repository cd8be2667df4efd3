"""Members of a share group: in the app, and by the program and the command line that are shown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from lessons.cluster import clients, groups, records, share_groups, topics
from lessons.cluster.errors import TopicMissing
from lessons.course.acts import run_share_group
from lessons.course.acts.base import Answer, Where
from lessons.course.acts.produce import Produce
from lessons.course.acts.run_share_group import RunShareGroup
from tests.course.acts.conftest import Shown

pytestmark = pytest.mark.usefixtures("kafka")
JOBS = 12


@pytest.fixture
def jobs(where: Where) -> None:
    topics.create_topic(where.namespace, "jobs", partitions=1, replicas=1)
    Produce(topic="jobs", values="\n".join(map(str, range(JOBS))), flush_each=True).run(where.namespace)


def run(where: Where, group_id: str = "g", **fields: object) -> Answer:
    return RunShareGroup(topic="jobs", group_id=group_id, **fields).run(where.namespace)


def told(where: Where, group_id: str = "g") -> share_groups.Shared:
    topic = topics.describe_topic(where.namespace, "jobs")
    [shared] = [
        each for each in share_groups.shared(where.namespace, "jobs", topic.topic_id) if each.group_id == group_id
    ]
    return shared


def became_of(shared: share_groups.Shared, offset: int) -> list[tuple[str, int]]:
    return [(each.became, each.deliveries) for each in shared.changes if each.first <= offset <= each.last]


def test_all_three_have_records_of_one_partition_and_what_fails_is_delivered_five_times(
    where: Where, jobs: None
) -> None:
    answer = run(where, fails="3")
    given = answer.data["given"]
    assert {member for member, *_ in given} == {1, 2, 3}
    assert Counter(offset for _member, _partition, offset, *_ in given) == {**dict.fromkeys(range(JOBS), 1), 3: 5}
    assert [(deliveries, became) for *_, offset, deliveries, became in given if offset == 3] == [
        (1, "released"), (2, "released"), (3, "released"), (4, "released"), (5, "given up"),
    ]  # fmt: skip
    assert [offset for *_, offset, _deliveries, _became in given] != sorted(offset for *_, offset, _d, _b in given)
    assert answer.data["left"] == 0
    assert "16 deliveries of 12 records" in answer.words
    assert answer.details[-1].endswith("delivery 5: 3 released, and given up by Kafka")
    shared = told(where)
    assert became_of(shared, 3) == [(each, n) for n, each in enumerate(["released"] * 4 + ["archived"], 1)]
    assert became_of(shared, 4) == [("accepted", 1)]
    assert shared.left((0, JOBS)) == 0
    assert groups.list_groups(where.namespace) == ()  # it is no consumer group
    assert [each.group_id for each in groups.list_other_groups(where.namespace)] == ["g"]
    assert "nothing left to do" in run(where).words
    assert run(where, "other", members=1).data["left"] == 0  # another group is given all of them
    assert became_of(told(where, "other"), 3) == [("accepted", 1)]
    assert groups.delete_groups(where.namespace, ["other"]) == {"other": None}
    with pytest.raises(ValueError, match="not enough values"):
        told(where, "other")


def test_what_is_rejected_is_not_delivered_again(where: Where, jobs: None) -> None:
    answer = run(where, fails="3", rejects=True, members=2)
    assert [became for *_, offset, _deliveries, became in answer.data["given"] if offset == 3] == ["rejected"]
    assert became_of(told(where), 3) == [("archived", 1)]


def test_a_batch_goes_to_one_member(where: Where) -> None:
    topics.create_topic(where.namespace, "jobs", partitions=1, replicas=1)
    messages = [records.Message(value=b"job")] * JOBS
    records.produce(where.namespace, "jobs", messages, producer=clients.new_plain_producer(**{"linger.ms": 1000}))
    assert len({member for member, *_ in run(where).data["given"]}) == 1


def test_one_run_takes_no_more_than_one_act_may_and_the_next_goes_on(
    where: Where, jobs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_share_group, "MOST_RECORDS", 5)
    answer = run(where, members=2)
    assert answer.data["left"] == JOBS - 6  # a round of two is not cut
    assert answer.words.endswith("run it again.")
    monkeypatch.undo()
    assert len(run(where, members=2).data["given"]) == JOBS - 6


def test_without_its_topic_nobody_joins(where: Where) -> None:
    with pytest.raises(TopicMissing):
        RunShareGroup(topic="nowhere", group_id="g").run(where.namespace)


@pytest.mark.every_way
def test_the_program_that_is_shown_does_the_same(where: Where, tools: Path, jobs: None) -> None:
    action = RunShareGroup(topic="jobs", group_id="g", fails="3")
    lines = Shown("python", tools, where).run(action).splitlines()
    assert [line.rpartition("b'3' ")[2] for line in lines if "b'3'" in line] == [f"delivery {n}" for n in range(1, 6)]
    assert {line.split()[1] for line in lines} == {"1", "2", "3"}
    assert became_of(told(where), 3)[-1] == ("archived", 5)


@pytest.mark.long
def test_the_command_line_reads_as_a_member_of_the_group(where: Where, tools: Path, jobs: None) -> None:
    shown = Shown("command", tools, where)
    shown.argv = lambda action: ["bash", "-c", action.script(where)]  # type: ignore[method-assign]
    printed = shown.run(RunShareGroup(topic="jobs", group_id="g"))
    assert len([line for line in printed.splitlines() if line.startswith("Partition:0")]) == JOBS
    assert told(where).left((0, JOBS)) == 0
