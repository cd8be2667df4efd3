"""Several topics by one call: Kafka answers for each of them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lessons.cluster import topics
from lessons.cluster.errors import AppRefused, TopicExists
from lessons.course.acts.create_topics import MOST_NAMES, CreateTopics

pytestmark = pytest.mark.usefixtures("kafka")
THREE = CreateTopics(names="test1p\ntest2p\ntest2die")


def test_all_of_them_are_there_with_ids_of_their_own(where):
    answer = THREE.run(where.namespace)
    assert answer.words == "3 of 3 topics created."
    assert set(answer.data["topics"]) == {"test1p", "test2p", "test2die"}
    for name, made in answer.data["topics"].items():
        assert topics.describe_topic(where.namespace, name).topic_id == made["topic_id"]


def test_one_that_is_refused_does_not_keep_the_others_away_and_is_said(where):
    topics.create_topic(where.namespace, "test2p", partitions=1, replicas=1)
    answer = THREE.run(where.namespace)
    assert answer.words == "2 of 3 topics created."
    assert answer.data["refused"] == {"test2p": "TOPIC_ALREADY_EXISTS"}
    assert any(line.startswith("test2p refused: ") and "already exists" in line for line in answer.details)
    assert where.namespace.prefix not in " ".join(answer.details)


def test_when_all_are_refused_that_is_the_answer(where):
    THREE.run(where.namespace)
    with pytest.raises(TopicExists):
        THREE.run(where.namespace)


@pytest.mark.parametrize("numbers", [{"partitions": -1}, {"partitions": 13}, {"replicas": -1}])
def test_what_the_app_refuses_is_asked_of_nobody(where, numbers):
    with pytest.raises(AppRefused):
        CreateTopics(names="a\nb", **numbers).run(where.namespace)
    assert topics.describe_topics(where.namespace, ["a", "b"]) == {}


def test_a_name_that_is_typed_twice_is_one(where):
    assert CreateTopics(names="a\n\n a \nb").wanted == ["a", "b"]


@pytest.mark.parametrize("names", ["", " \n", "\n".join(f"t{number}" for number in range(MOST_NAMES + 1))])
def test_none_and_too_many_names_are_refused_where_they_are_typed(names):
    with pytest.raises(ValidationError, match="Type 1 to 10 names"):
        CreateTopics(names=names)


def test_as_code_it_creates_them_all(shown, where):
    shown.run(THREE)
    assert set(topics.describe_topics(where.namespace, THREE.wanted)) == set(THREE.wanted)


def test_an_act_that_was_cut_is_found_out_when_all_are_there_with_these_numbers(where):
    assert THREE.find_out(where.namespace) is None
    topics.create_topics(where.namespace, ["test1p", "test2p"], partitions=1, replicas=1)
    assert THREE.find_out(where.namespace) is None
    topics.create_topic(where.namespace, "test2die", partitions=2, replicas=1)
    assert THREE.find_out(where.namespace) is None
    topics.delete_topic(where.namespace, "test2die")
    topics.create_topic(where.namespace, "test2die", partitions=1, replicas=1)
    found = THREE.find_out(where.namespace)
    assert found is not None
    assert found.words == "3 of 3 topics created."
