"""Clusters of our own: these tests kill brokers, and nobody else's may suffer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from lessons.embedded import EmbeddedCluster
from tests.waiting import PATIENCE_S


@dataclass
class Said:
    """Collects what a cluster says."""

    words: list[str] = field(default_factory=list)

    def __call__(self, words: str) -> None:
        self.words.append(words)

    def has(self, *parts: str) -> bool:
        return any(all(part in words for part in parts) for words in self.words)


def new_cluster(data_dir: Path, *, say: Callable[[str], None] = print, **options: object) -> EmbeddedCluster:
    """On free ports, so that a class that runs on this machine is left alone."""
    free = {"ports": (0, 0, 0), "controller_ports": (0, 0, 0)}
    return EmbeddedCluster(data_dir, say=say, **{**free, **options})  # type: ignore[arg-type]


def pid_of(cluster: EmbeddedCluster, broker_id: int) -> int | None:
    process = cluster.brokers[broker_id - 1].process
    return process.pid if process else None


def java_processes(data_dir: Path) -> list[psutil.Process]:
    from lessons.embedded.config import kafka_dir
    from lessons.embedded.process import find_java_of

    return find_java_of(kafka_dir(data_dir))


def keep_a_record(bootstrap_servers: str, topic: str, value: str) -> None:
    """Creates the topic with three replicas and waits until the record is on all of them."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    for future in admin.create_topics([NewTopic(topic, 1, 3)]).values():
        future.result(PATIENCE_S)
    producer = Producer({"bootstrap.servers": bootstrap_servers, "acks": "all"})
    producer.produce(topic, value)
    assert producer.flush(PATIENCE_S) == 0


def first_record(bootstrap_servers: str, topic: str) -> str:
    settings = {"bootstrap.servers": bootstrap_servers, "group.id": "tests", "enable.auto.commit": False}
    consumer = Consumer(settings)
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        for _ in range(round(PATIENCE_S)):
            message = consumer.poll(1)
            if message is not None and message.error() is None:
                return message.value().decode()
    finally:
        consumer.close()
    raise AssertionError(f"no record in {topic}")


@pytest.fixture(scope="module")
def said() -> Said:
    return Said()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, said: Said) -> Iterator[EmbeddedCluster]:
    """Three brokers for one module, supervised."""
    cluster = new_cluster(tmp_path_factory.mktemp("data"), say=said)
    cluster.prepare()
    cluster.start()
    try:
        cluster.wait_until_up(PATIENCE_S)
        with cluster.supervised():
            yield cluster
    finally:
        cluster.stop(deadline_s=0.5)  # nobody needs this data
