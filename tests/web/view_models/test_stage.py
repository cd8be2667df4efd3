from dataclasses import replace
from types import MappingProxyType

from lessons.cluster.groups import OTHER, Group, Lag, Member
from lessons.cluster.namespace import Namespace
from lessons.cluster.topics import Partition
from lessons.web.view_models.stage import MOST_GROUPS, stage_facts
from tests.web.view_models.test_cluster_diagram import ADA, snapshot, topic


def facts(now, name: str = "test1p"):
    found = stage_facts(now, ADA, name)
    assert found is not None
    return found


def group(name: str, *members: Member, lags: tuple[Lag, ...] = (), protocol: str = "classic") -> Group:
    return Group(name, "Stable" if members else "Empty", members, lags, protocol)


def with_groups(*groups: Group):
    now = snapshot(topic("test1p", Partition(0, 1, (1,), (1,))))
    return replace(now, groups=MappingProxyType({ADA.prefix: groups}))


def test_a_lesson_without_a_topic_has_no_facts_and_a_topic_that_is_not_there_says_so():
    assert stage_facts(snapshot(), ADA, "") is None
    assert facts(snapshot())["is_there"] is False
    neighbours = topic("test1p", Partition(0, 1, (1,), (1,)), namespace=Namespace("kafka", "7KQ5"))
    assert facts(snapshot(neighbours))["is_there"] is False


def test_the_leaders_copy_comes_first_and_each_says_whether_it_is_in_sync_and_up():
    now = snapshot(topic("test1p", Partition(0, 2, (1, 2, 3), (2, 3))), down=(1,), ends={(ADA.full("test1p"), 0): 7})
    assert facts(replace(now, quorum_leader=3))["quorum_leader"] == "kafka3"
    [partition] = facts(now)["partitions"]
    assert partition["leader"] == "kafka2"
    assert partition["end"] == 7
    assert partition["copies"] == [
        {"broker": "kafka2", "is_in_sync": True, "is_up": True},
        {"broker": "kafka1", "is_in_sync": False, "is_up": False},
        {"broker": "kafka3", "is_in_sync": True, "is_up": True},
    ]


def test_a_partition_without_a_leader_has_none():
    [partition] = facts(snapshot(topic("test1p", Partition(0, None, (1,), (1,))), down=(1,)))["partitions"]
    assert partition["leader"] is None
    assert partition["end"] is None


def test_groups_that_have_nothing_to_do_with_the_topic_are_left_out_and_those_with_members_come_first():
    reader = Member("kafkaclass", "host", (("test1p", 0), ("other", 1)), "m1")
    elsewhere = Member("kafkaclass", "host", (("other", 0),), "m2")
    done = group("done", lags=(Lag("test1p", 0, 3, 5, 2), Lag("other", 0, 1, 1, 0)))
    now = with_groups(done, group("elsewhere", elsewhere), group("reading", reader), group("share", protocol=OTHER))
    assert [each["id"] for each in facts(now)["groups"]] == ["reading", "done"]
    assert facts(now)["groups"][0]["members"] == [{"id": "m1", "client": "kafkaclass", "partitions": [0]}]
    assert facts(now)["groups"][1]["lags"] == [{"partition": 0, "committed": 3, "end": 5, "lag": 2}]


def test_groups_that_were_not_read_yet_are_not_the_same_as_none():
    assert facts(snapshot())["groups"] is None
    assert facts(with_groups())["groups"] == []


def test_a_seat_with_many_groups_gets_some():
    many = [group(f"group-{n}", lags=(Lag("test1p", 0, 1, 1, 0),)) for n in range(40)]
    assert len(facts(with_groups(*many))["groups"]) == MOST_GROUPS


def test_from_where_to_where_it_can_be_read_is_told_where_that_was_asked_for():
    now = snapshot(topic("test1p", Partition(0, 1, (1,), (1,)), Partition(1, 1, (1,), (1,))))
    now = replace(now, readable=MappingProxyType({(ADA.full("test1p"), 0): (3, 7)}))
    assert [(each["begin"], each["stable"]) for each in facts(now)["partitions"]] == [(3, 7), (None, None)]
