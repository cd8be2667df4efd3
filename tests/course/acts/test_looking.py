"""Looking at the cluster: what is answered, and the same as code."""

from __future__ import annotations

import pytest

from lessons.classroom.feed import ClassTopics, create_feed_topic
from lessons.classroom.models import Class
from lessons.cluster import groups
from lessons.cluster.errors import TopicMissing
from lessons.cluster.metadata import describe_cluster
from lessons.cluster.namespace import Namespace
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.delete_records import DeleteRecords
from lessons.course.acts.describe_cluster import DescribeCluster
from lessons.course.acts.list_offsets import ListOffsets
from lessons.course.acts.list_topics import ListTopics
from lessons.course.acts.produce import Produce

pytestmark = pytest.mark.usefixtures("kafka")


def test_describe_cluster_names_every_broker_and_the_cluster(where):
    answer = DescribeCluster().run(where.namespace)
    cluster = describe_cluster()
    assert answer.data["cluster_id"] == cluster.cluster_id
    assert answer.data["brokers"] == [1, 2, 3]
    assert answer.data["addresses"] == {str(broker): address for broker, address in cluster.addresses.items()}
    assert answer.details[0] == f"broker 1 at {cluster.addresses[1]}"
    assert "3 brokers" in answer.words


def test_describe_cluster_as_code_names_every_broker_and_the_cluster(shown):
    printed = shown.run(DescribeCluster())
    cluster = describe_cluster()
    assert cluster.cluster_id in printed
    assert all(address.rpartition(":")[2] in printed for address in cluster.addresses.values())


def test_list_topics_shows_own_topics_by_short_name_and_marks_the_internal_ones(where):
    groups.create_offsets_topic()
    create_feed_topic(Class(slug=where.namespace.class_slug))
    CreateTopic(name="__mine", partitions=2).run(where.namespace)
    neighbour = Namespace(where.namespace.class_slug, "BOB4")
    CreateTopic(name="test1p").run(neighbour)
    answer = ListTopics().run(where.namespace)
    assert answer.details[0] == '"__mine" with 2 partition(s)'
    assert '"__consumer_offsets" with 3 partition(s) (internal)' in answer.details
    assert f'"_{where.namespace.class_slug}.feed" with 1 partition(s)' in answer.details
    assert not any("test1p" in line for line in answer.details)
    assert answer.data["others"] >= 1


def test_the_feeds_of_other_classes_are_not_listed(where):
    create_feed_topic(Class(slug="another-class"))
    assert not any("another-class" in line for line in ListTopics().run(where.namespace).details)


def test_list_topics_as_code_prints_every_topic(shown, where):
    groups.create_offsets_topic()
    CreateTopic(name="test1p").run(where.namespace)
    printed = shown.run(ListTopics())
    assert where.full("test1p") in printed
    assert "__consumer_offsets" in printed
    listed_apart = printed.rpartition("PartitionCount")[2] if shown.language == "command" else ""
    assert "__consumer_offsets" not in listed_apart


def test_a_class_keeps_its_feed_where_its_seats_may_see_it(where):
    assert ClassTopics(where.namespace.class_slug).prefix == where.namespace.class_prefix


def test_offsets_are_looked_up_with_where_each_partition_begins(where):
    CreateTopic(name="test2p", partitions=2).run(where.namespace)
    Produce(topic="test2p", values="1\n2\n3", partition=1).run(where.namespace)
    DeleteRecords(topic="test2p", partition=1, before=2).run(where.namespace)
    answer = ListOffsets(topic="test2p").run(where.namespace)
    assert answer.data["spans"] == {"0": [0, 0], "1": [2, 3]}
    assert answer.details[1] == "partition 1 begins at offset 2; the next record gets offset 3"
    with pytest.raises(TopicMissing):
        ListOffsets(topic="never-there").run(where.namespace)


def test_offsets_as_code_are_looked_up(shown, where):
    CreateTopic(name="test1p").run(where.namespace)
    Produce(topic="test1p", values="1\n2\n3").run(where.namespace)
    DeleteRecords(topic="test1p", before=2).run(where.namespace)
    printed = shown.run(ListOffsets(topic="test1p")).splitlines()
    if shown.language == "python":
        assert printed == ["[0] begins at offset 2", "[0] ends at offset 3"]
    else:
        assert printed == [f"{where.full('test1p')}:0:2", f"{where.full('test1p')}:0:3"]
