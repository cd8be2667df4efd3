"""The acts of lessons 4 and 5: what they answer, and that the code shown under them does the same."""

from __future__ import annotations

import re

import pytest

from lessons.cluster import topics
from lessons.cluster.errors import AppRefused, KafkaRefused, TopicMissing
from lessons.cluster.topics import ConfigEntry
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.delete_topic import DeleteTopic
from lessons.course.acts.describe_config import DescribeConfig, config_line
from lessons.course.acts.describe_topic import DescribeTopic

LINE = re.compile(r"partition (\d) leader: ([123]), replicas: \[\2\], isrs: \[\2\], error: none")


@pytest.fixture
def test2p(kafka, where) -> str:
    topics.create_topic(where.namespace, "test2p", partitions=1, replicas=1, config={"retention.ms": "60000"})
    return "test2p"


def test_add_partitions_as_code_adds_them(shown, where, test2p):
    shown.run(AddPartitions(topic=test2p, total=3))
    assert len(topics.describe_topic(where.namespace, test2p).partitions) == 3


def test_describe_topic_as_code_names_each_partition(shown, where, test2p):
    topics.add_partitions(where.namespace, test2p, total=2)
    said = shown.run(DescribeTopic(topic=test2p))
    assert where.full(test2p) in said
    assert len(re.findall(r"partition[: ]+[01]\b", said, re.IGNORECASE)) == 2


def test_describe_topic_as_python_prints_the_lines_of_the_answer(shown, where, test2p):
    if shown.language == "python":
        named, *partitions = DescribeTopic(topic=test2p).run(where.namespace).details
        printed = shown.run(DescribeTopic(topic=test2p)).splitlines()
        assert printed[1:] == partitions
        assert printed[0].replace("+", "-").replace("/", "_").endswith(named.removeprefix("topic id: "))


def test_describe_config_as_code_lists_every_setting_with_where_it_comes_from(shown, where, test2p):
    said = shown.run(DescribeConfig(topic=test2p))
    for setting in topics.describe_config(where.namespace, test2p):
        assert f"{setting.name}" in said
    assert re.search(r"retention\.ms ?= ?60000 .*DYNAMIC_TOPIC_CONFIG", said)


def test_adding_partitions_answers_with_a_line_for_each(where, test2p):
    answer = AddPartitions(topic=test2p, total=2).run(where.namespace)
    assert answer.words == "test2p has 2 partitions."
    assert [LINE.fullmatch(line)[1] for line in answer.details] == ["0", "1"]
    assert [partition["id"] for partition in answer.data["partitions"]] == [0, 1]


@pytest.mark.parametrize(
    ("total", "kind", "code"),
    [
        (1, KafkaRefused, "INVALID_PARTITIONS"),
        (2, KafkaRefused, "INVALID_PARTITIONS"),
        (0, AppRefused, "NO_PARTITIONS"),
        (-1, AppRefused, "NEGATIVE_PARTITIONS"),
        (13, AppRefused, "TOO_MANY_PARTITIONS"),
    ],
)
def test_no_more_than_there_are_is_refused_by_kafka_and_no_number_at_all_by_the_app(where, test2p, total, kind, code):
    topics.add_partitions(where.namespace, test2p, total=2)
    with pytest.raises(kind) as caught:
        AddPartitions(topic=test2p, total=total).run(where.namespace)
    assert caught.value.code == code


def test_an_addition_that_was_cut_in_the_middle_is_found_out_by_the_number(where, test2p):
    assert AddPartitions(topic=test2p, total=2).find_out(where.namespace) is None
    topics.add_partitions(where.namespace, test2p, total=2)
    assert AddPartitions(topic=test2p, total=2).find_out(where.namespace).words == "test2p has 2 partitions."
    assert AddPartitions(topic="never-there", total=2).find_out(where.namespace) is None


def test_a_missing_topic_can_be_neither_described_nor_given_partitions(kafka, where):
    for action in (DescribeTopic(topic="no"), DescribeConfig(topic="no"), AddPartitions(topic="no", total=2)):
        with pytest.raises(TopicMissing):
            action.run(where.namespace)


def test_a_deletion_answers_with_its_two_stages(where, test2p):
    accepted, gone = DeleteTopic(name=test2p).run(where.namespace).details
    assert re.fullmatch(r"accepted after \d+ ms", accepted)
    assert re.fullmatch(r"gone from every broker's list after \d+ ms|not gone from every broker's list yet", gone)


def test_what_is_set_for_the_topic_stands_first_in_its_configuration(where, test2p):
    answer = DescribeConfig(topic=test2p).run(where.namespace)
    assert answer.words.startswith(f"test2p has {len(answer.details)} settings: 1 set for this topic, ")
    assert answer.details[0] == "retention.ms = 60000 ms (1 minute) · set for this topic"
    assert "segment.index.bytes = 10485760 bytes (10 MiB) · Kafka's default" in answer.details
    assert "retention.bytes = 16777216 bytes (16 MiB) · set in the broker's file" in answer.details


@pytest.mark.parametrize(
    ("name", "value", "unit", "shown"),
    [
        ("retention.ms", "604800000", "ms", "604800000 ms (7 days)"),
        ("retention.ms", "-1", "ms", "-1 (no limit)"),
        ("retention.bytes", "-1", "bytes", "-1 (no limit)"),
        ("local.retention.ms", "-2", "ms", "-2 (same as retention.ms)"),
        ("max.message.bytes", "1048588", "bytes", "1048588 bytes"),
        ("flush.ms", str(2**63 - 1), "ms", f"{2**63 - 1} (no limit)"),
        ("segment.jitter.ms", "0", "ms", "0 ms"),
        ("cleanup.policy", "delete", None, "delete"),
        ("leader.replication.throttled.replicas", "", None, "(empty)"),
    ],
)
def test_a_setting_is_shown_with_its_unit_and_what_it_means(name, value, unit, shown):
    entry = ConfigEntry(name, value, "DEFAULT_CONFIG", True, unit)
    assert config_line(entry) == f"{name} = {shown} · Kafka's default"
