"""A cluster of one's own on which three replicas are usual, and perhaps the only number that is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.cluster import clients, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.snapshots import SnapshotService
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.creating_topics.three_topics import NAMES, ThreeTopics
from lessons.course.evidence import Evidence
from lessons.embedded import config
from tests.running_brokers import running_brokers


@pytest.fixture
def three_are_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(config.SETTINGS, "default.replication.factor", "3")
    before = clients.connection()
    with running_brokers(tmp_path) as cluster:
        clients.configure(clients.Connection(cluster.bootstrap_servers))
        try:
            yield
        finally:
            clients.configure(before)


def verdict(seat: Namespace) -> tuple[str, str]:
    exercise = ThreeTopics()
    found = exercise.judge(exercise.observe(Evidence(seat, lambda kind: ())), "")
    return found.state, found.expected


def test_the_third_lesson_takes_its_number_of_replicas_from_the_cluster(three_are_usual: None) -> None:
    seat = Namespace("usual", "alice")
    form = {"name": "test1p", "partitions": 1, "replicas": 1}
    assert CreateTopic.filled(form) == form  # a page waits for nobody
    SnapshotService().latest(seat)
    assert CreateTopic.filled(form) == {**form, "replicas": 3}
    assert CreateTopic.filled({**form, "replicas": 2}) == {**form, "replicas": 2}

    for name in NAMES[:2]:
        CreateTopic.model_validate({**CreateTopic.filled(form), "name": name}).run(seat)
    topics.create_topic(seat, NAMES[2], partitions=1, replicas=2)
    assert verdict(seat) == ("not_yet", "test1p, test2p and test2die, each with 1 partition and 1 replica or 3, as is usual on this cluster")  # fmt: skip
    topics.delete_topic(seat, NAMES[2])
    topics.create_topic(seat, NAMES[2], partitions=1, replicas=1)
    assert verdict(seat)[0] == "done"


def test_one_is_usual_on_our_own_brokers(kafka: str) -> None:
    assert topics.usual_replicas() == 1
