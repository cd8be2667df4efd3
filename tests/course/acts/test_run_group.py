"""Members of a group, one after the other: in the app, and by the program that is shown."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from lessons.cluster import groups, topics
from lessons.cluster.errors import TopicMissing
from lessons.course.acts.base import Where
from lessons.course.acts.produce import Produce
from lessons.course.acts.run_group import RunGroup
from tests.course.acts.conftest import Shown

pytestmark = pytest.mark.usefixtures("kafka")
PROTOCOLS = ["range", "cooperative-sticky", "consumer"]


@pytest.fixture
def test3p(where: Where) -> str:
    topics.create_topic(where.namespace, "test3p", partitions=3, replicas=1)
    return "test3p"


def lost_by_the_first(turns: list[list]) -> list[int]:
    """Partitions, while the second one joined."""
    return sorted(
        {number for _at, member, what, partitions in turns if (member, what) == (1, "loses") for number in partitions}
    )


@pytest.mark.parametrize(("protocol", "lost"), [("range", 3), ("cooperative-sticky", 1), ("consumer", 1)])
def test_a_newcomer_costs_the_first_one_all_or_what_has_to_move(
    where: Where, test3p: str, protocol: str, lost: int
) -> None:
    Produce(topic=test3p, values="1\n2\n3\n4\n5\n6").run(where.namespace)
    answer = RunGroup(topic=test3p, group_id="g", members=2, protocol=protocol).run(where.namespace)
    assert len(lost_by_the_first(answer.data["turns"])) == lost
    assert sorted(map(len, answer.data["owned"])) == [1, 2]
    assert sorted(chain(*answer.data["owned"])) == [0, 1, 2]
    assert sum(answer.data["delivered"]) == 6  # each record once, whoever had its partition
    assert answer.details[0] == "0.0 s: member 1 joins"
    assert answer.words.endswith("6 records delivered.")
    group = groups.describe_group(where.namespace, "g")
    assert group.members == ()
    assert {lag.lag for lag in group.lags if lag.end} == {0}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_fourth_member_of_three_partitions_has_none(where: Where, test3p: str, protocol: str) -> None:
    answer = RunGroup(topic=test3p, group_id="g", members=4, protocol=protocol).run(where.namespace)
    assert sorted(answer.data["owned"]) == [[], [0], [1], [2]]
    assert "has no partition" in answer.words


def test_without_its_topic_nobody_joins(where: Where) -> None:
    with pytest.raises(TopicMissing):
        RunGroup(topic="nowhere", group_id="g").run(where.namespace)


@pytest.mark.parametrize(
    "protocol", [pytest.param(each, marks=() if each == "consumer" else pytest.mark.every_way) for each in PROTOCOLS]
)
def test_the_program_that_is_shown_says_the_same(where: Where, tools: Path, test3p: str, protocol: str) -> None:
    lines = Shown("python", tools, where).run(RunGroup(topic=test3p, group_id="g", protocol=protocol)).splitlines()
    assert lines[0] == "member 1 is given [0, 1, 2]"
    [loses] = [line for line in lines if line.startswith("member 1 loses")][:1]
    assert loses.count(",") == (2 if protocol == "range" else 0)
    assert any(line.startswith("member 2 is given [") for line in lines)
