from dataclasses import replace

import pytest

from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshot import Broker, Snapshot
from lessons.cluster.topics import Partition, Topic
from lessons.web.view_models.cluster_diagram import MOST_REPLICAS, BrokerFrame, Diagram, draw_diagram, list_topics

ADA = Namespace("kafka", "7KQ4")
OFFSETS = Topic("__consumer_offsets", None, True, tuple(Partition(n, n + 1, (1, 2, 3), (1, 2, 3)) for n in range(3)))


def topic(name: str, *partitions: Partition, namespace: Namespace = ADA) -> Topic:
    return Topic(namespace.full(name), None, False, partitions)


def snapshot(*topics: Topic, down: tuple[int, ...] = (), ends: dict[tuple[str, int], int] | None = None) -> Snapshot:
    brokers = tuple(Broker(n, "127.0.0.1", 9091 + n, n not in down) for n in (1, 2, 3))
    return Snapshot(taken_at=0.0, cluster_id="x", brokers=brokers, topics=topics, problem=None, ends=ends or {})


def broker(diagram: Diagram, broker_id: int) -> BrokerFrame:
    return next(frame for frame in diagram.brokers if frame.id == broker_id)


def shown(frame: BrokerFrame) -> list[tuple[str, int, str]]:
    return [(each.topic, each.partition, each.role) for each in frame.replicas]


def test_a_partition_stands_on_its_leader_and_its_followers_after_what_they_lead():
    orders = topic("orders", Partition(0, 2, (2, 1), (2, 1)), Partition(1, 1, (1,), (1,)))
    diagram = draw_diagram(snapshot(orders), ADA)
    assert shown(broker(diagram, 1)) == [("orders", 1, "leader"), ("orders", 0, "follower")]
    assert shown(broker(diagram, 2)) == [("orders", 0, "leader")]
    assert shown(broker(diagram, 3)) == []


def test_a_neighbours_topic_is_not_in_the_diagram_and_not_in_the_tables():
    mine = topic("test1p", Partition(0, 1, (1,), (1,)))
    neighbours = topic("secret", Partition(0, 1, (1,), (1,)), namespace=Namespace("kafka", "7KQ5"))
    now = snapshot(mine, neighbours)
    diagram = draw_diagram(now, ADA, show_internal=True)
    assert [shown(frame) for frame in diagram.brokers] == [[("test1p", 0, "leader")], [], []]
    assert [table.name for table in list_topics(now, ADA, show_internal=True)] == ["test1p"]


def test_internal_partitions_are_counted_on_their_leader_until_they_are_asked_for():
    now = snapshot(OFFSETS)
    assert [frame.internal_count for frame in draw_diagram(now, ADA).brokers] == [1, 1, 1]
    assert not any(frame.replicas for frame in draw_diagram(now, ADA).brokers)
    asked_for = draw_diagram(now, ADA, show_internal=True)
    assert [len(frame.replicas) for frame in asked_for.brokers] == [3, 3, 3]
    assert [frame.internal_count for frame in asked_for.brokers] == [0, 0, 0]
    assert [table.internal for table in list_topics(now, ADA, show_internal=True)] == [True]


def test_the_diagram_does_not_grow_with_a_hundred_partitions_it_counts_what_does_not_fit():
    many = topic("orders", *(Partition(n, 1, (1,), (1,)) for n in range(100)))
    frame = broker(draw_diagram(snapshot(many), ADA), 1)
    assert len(frame.replicas) == MOST_REPLICAS
    assert frame.more_count == 100 - MOST_REPLICAS
    assert "orders 7 and 92 more" in frame.words


def test_a_broker_that_is_down_says_so_in_the_box_and_in_the_words():
    orders = topic("orders", Partition(0, 1, (1, 2), (1,)))
    diagram = draw_diagram(snapshot(orders, down=(2,)), ADA)
    assert [frame.up for frame in diagram.brokers] == [True, False, True]
    assert diagram.state == "some"
    assert diagram.brokers_words == "kafka2 down"
    assert broker(diagram, 2).words == "kafka2 is down: leads nothing of yours; follows orders 0, not in sync."
    assert not broker(diagram, 2).replicas[0].in_sync


def test_who_leads_the_quorum_has_the_crown_and_the_words():
    diagram = draw_diagram(replace(snapshot(), quorum_leader=3), ADA)
    assert [frame.leads_quorum for frame in diagram.brokers] == [False, False, True]
    assert broker(diagram, 3).words == "kafka3 is up: leads nothing of yours; leads the quorum of controllers."


def test_a_partition_without_a_leader_is_drawn_where_its_replicas_are():
    diagram = draw_diagram(snapshot(topic("test1p", Partition(0, None, (2,), (2,))), down=(2,)), ADA)
    assert shown(broker(diagram, 2)) == [("test1p", 0, "leaderless")]
    assert "test1p 0, without a leader" in broker(diagram, 2).words


@pytest.mark.parametrize("now", [None, snapshot(down=(1, 2, 3))])
def test_when_no_broker_answers_they_are_joining(now):
    assert draw_diagram(now, ADA).state == "joining"


def test_the_words_name_what_the_boxes_show():
    test1p = topic("test1p", Partition(0, 1, (1,), (1,)))
    now = snapshot(test1p, OFFSETS, ends={(test1p.name, 0): 9})
    diagram = draw_diagram(now, ADA)
    assert diagram.summary == "3 brokers up; 1 topic with 1 partition."
    assert broker(diagram, 1).words == "kafka1 is up: leads test1p 0 (end 9); leads 1 internal partition."
    assert broker(diagram, 1).replicas[0].end == 9


def test_a_key_is_of_one_partition_in_one_role_so_that_a_new_leader_is_tinted():
    led_by_1, led_by_2 = (Partition(0, leader, (1, 2), (1, 2)) for leader in (1, 2))
    keys = [
        {each.key for frame in draw_diagram(snapshot(topic("a", partition)), ADA).brokers for each in frame.replicas}
        for partition in (led_by_1, led_by_2)
    ]
    assert len(keys[0]) == len(keys[1]) == 2
    assert keys[0].isdisjoint(keys[1])


def test_brokers_of_a_cluster_of_ones_own_keep_their_ids_and_the_end_is_shown_at_the_leader_alone():
    brokers = tuple(Broker(n, "kafka.example", 9092, True) for n in range(1001, 1006))
    orders = topic("orders", Partition(0, 1005, (1005, 1001), (1005, 1001)))
    diagram = draw_diagram(Snapshot(0.0, "x", brokers, (orders,), None, ends={(orders.name, 0): 9}), ADA)
    assert [frame.name for frame in diagram.brokers] == [f"kafka{n}" for n in range(1001, 1006)]
    assert [frame.replicas[0].end for frame in diagram.brokers if frame.replicas] == [None, 9]


def test_the_table_says_which_partitions_are_not_in_sync_and_what_is_wrong():
    now = snapshot(topic("a", Partition(0, None, (1, 2), (1,), "LEADER_NOT_AVAILABLE"), Partition(1, 2, (2,), (2,))))
    (table,) = list_topics(now, ADA)
    first, second = table.partitions
    assert (first.replicas, first.in_sync, first.all_in_sync, first.error) == (
        "1, 2",
        "1",
        False,
        "LEADER_NOT_AVAILABLE",
    )
    assert (second.leader, second.all_in_sync, second.error) == (2, True, None)
    assert table.lines == 3
