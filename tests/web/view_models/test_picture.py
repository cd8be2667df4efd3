import pytest

from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshots import Broker, Snapshot
from lessons.cluster.topics import Partition, Topic
from lessons.web.view_models.picture import NARROW, WIDE, BrokerBox, Picture, cut, draw, list_topics

ADA = Namespace("kafka", "7KQ4")
OFFSETS = Topic("__consumer_offsets", None, True, tuple(Partition(n, n + 1, (1, 2, 3), (1, 2, 3)) for n in range(3)))


def topic(name: str, *partitions: Partition, namespace: Namespace = ADA) -> Topic:
    return Topic(namespace.full(name), None, False, partitions)


def snapshot(*topics: Topic, down: tuple[int, ...] = (), ends: dict[tuple[str, int], int] | None = None) -> Snapshot:
    brokers = tuple(Broker(n, "127.0.0.1", 9091 + n, n not in down) for n in (1, 2, 3))
    return Snapshot(taken_at=0.0, cluster_id="x", brokers=brokers, topics=topics, problem=None, ends=ends or {})


def broker(picture: Picture, broker_id: int) -> BrokerBox:
    return next(box for box in picture.brokers if box.id == broker_id)


def shown(box: BrokerBox) -> list[tuple[str, int, str]]:
    return [(part.topic_short, part.partition, part.role) for part in box.parts]


def test_a_partition_stands_on_its_leader_and_its_followers_after_what_they_lead():
    orders = topic("orders", Partition(0, 2, (2, 1), (2, 1)), Partition(1, 1, (1,), (1,)))
    picture = draw(snapshot(orders), ADA)
    assert shown(broker(picture, 1)) == [("orders", 1, "leader"), ("orders", 0, "follower")]
    assert shown(broker(picture, 2)) == [("orders", 0, "leader")]
    assert shown(broker(picture, 3)) == []


def test_a_neighbours_topic_is_not_in_the_picture_and_not_in_the_tables():
    mine = topic("test1p", Partition(0, 1, (1,), (1,)))
    neighbours = topic("secret", Partition(0, 1, (1,), (1,)), namespace=Namespace("kafka", "7KQ5"))
    now = snapshot(mine, neighbours)
    picture = draw(now, ADA, show_internal=True)
    assert [shown(box) for box in picture.brokers] == [[("test1p", 0, "leader")], [], []]
    assert [table.name for table in list_topics(now, ADA, show_internal=True)] == ["test1p"]


def test_internal_partitions_are_counted_on_their_leader_until_they_are_asked_for():
    now = snapshot(OFFSETS)
    assert [box.internal_count for box in draw(now, ADA).brokers] == [1, 1, 1]
    assert not any(box.parts for box in draw(now, ADA).brokers)
    asked_for = draw(now, ADA, show_internal=True)
    assert [len(box.parts) for box in asked_for.brokers] == [3, 3, 3]
    assert [box.internal_count for box in asked_for.brokers] == [0, 0, 0]
    assert [table.internal for table in list_topics(now, ADA, show_internal=True)] == [True]


@pytest.mark.parametrize("layout", [NARROW, WIDE])
def test_the_picture_does_not_grow_with_a_hundred_partitions_it_counts_what_does_not_fit(layout):
    many = topic("orders", *(Partition(n, 1, (1,), (1,)) for n in range(100)))
    picture = draw(snapshot(many, OFFSETS), ADA, layout=layout)
    box = broker(picture, 1)
    assert len(box.parts) == layout.most_parts
    assert box.more_count == 100 - layout.most_parts
    assert max(part.y + part.h for part in box.parts) < box.more_y < box.foot_y < box.h
    assert picture.height < 500


@pytest.mark.parametrize("layout", [NARROW, WIDE])
def test_every_box_stands_inside_its_broker_and_every_broker_inside_the_picture(layout):
    partitions = (Partition(n, n % 3 + 1, (1, 2, 3), (1, 2, 3)) for n in range(5))
    picture = draw(snapshot(topic("orders", *partitions)), ADA, layout=layout)
    for box in picture.brokers:
        assert box.x >= 0
        assert box.x + box.w <= picture.width
        assert box.y + box.h <= picture.height
        places = {(part.x, part.y) for part in box.parts}
        assert len(places) == len(box.parts)
        assert all(part.x > 0 and part.x + part.w < box.w and part.y + part.h < box.h for part in box.parts)


def test_a_first_topic_does_not_change_the_height():
    empty = draw(snapshot(OFFSETS), ADA)
    first = draw(snapshot(OFFSETS, topic("test1p", Partition(0, 1, (1,), (1,)))), ADA)
    assert empty.height == first.height


def test_a_broker_that_is_down_says_so_in_the_box_and_in_the_words():
    orders = topic("orders", Partition(0, 1, (1, 2), (1,)))
    picture = draw(snapshot(orders, down=(2,)), ADA)
    assert [box.up for box in picture.brokers] == [True, False, True]
    assert picture.state == "some"
    assert picture.brokers_words == "kafka2 down"
    assert picture.words[1] == "kafka2 is down: leads nothing of yours; follows orders 0, not in sync."
    assert not broker(picture, 2).parts[0].in_sync


def test_a_partition_without_a_leader_is_drawn_where_its_replicas_are():
    picture = draw(snapshot(topic("test1p", Partition(0, None, (2,), (2,))), down=(2,)), ADA)
    assert shown(broker(picture, 2)) == [("test1p", 0, "leaderless")]
    assert "test1p 0, without a leader" in picture.words[1]


@pytest.mark.parametrize("now", [None, snapshot(down=(1, 2, 3))])
def test_when_no_broker_answers_they_are_joining(now):
    assert draw(now, ADA).state == "joining"


def test_the_words_name_what_the_boxes_show():
    test1p = topic("test1p", Partition(0, 1, (1,), (1,)))
    now = snapshot(test1p, OFFSETS, ends={(test1p.name, 0): 9})
    picture = draw(now, ADA)
    assert picture.summary == "3 brokers up; 1 topic with 1 partition."
    assert picture.words[0] == "kafka1 is up: leads test1p 0 (end 9); leads 1 internal partition."
    assert broker(picture, 1).parts[0].end == 9


def test_a_key_is_of_one_partition_in_one_role_so_that_a_new_leader_is_tinted():
    led_by_1, led_by_2 = (Partition(0, leader, (1, 2), (1, 2)) for leader in (1, 2))
    keys = [
        {part.key for box in draw(snapshot(topic("a", partition)), ADA).brokers for part in box.parts}
        for partition in (led_by_1, led_by_2)
    ]
    assert len(keys[0]) == len(keys[1]) == 2
    assert keys[0].isdisjoint(keys[1])


def test_a_cluster_of_five_brokers_takes_two_rows():
    brokers = tuple(Broker(n, "kafka.example", 9092, True) for n in range(1001, 1006))
    picture = draw(Snapshot(0.0, "x", brokers, (), None), ADA)
    assert [box.y > 0 for box in picture.brokers] == [False, False, False, True, True]
    assert picture.brokers[4].name == "kafka1005"
    assert picture.height == picture.brokers[4].y + picture.brokers[4].h


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test1p", "test1p"),
        ("elevenchars", "elevenchars"),
        ("orders-of-berlin", "orders-…lin"),
        ("a" * 249, "aaaaaaa…aaa"),
    ],
)
def test_a_long_name_loses_its_middle(name, expected):
    assert cut(name, 11) == expected
