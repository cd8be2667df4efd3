from __future__ import annotations

import logging
import os
import threading
import time

import pytest
from confluent_kafka import KafkaError, KafkaException

from lessons.cluster import clients, topics
from lessons.cluster.clients import Connection
from lessons.cluster.errors import KafkaUnavailable


def test_a_process_has_one_admin_and_one_producer(kafka: str) -> None:
    clients.warm_up()
    assert clients.admin() is clients.admin()
    assert clients.producer() is clients.producer()


def test_one_thread_polls_and_ends_when_all_is_closed(kafka: str) -> None:
    def pollers() -> int:
        return sum(thread.name == "kafka-poll" for thread in threading.enumerate())

    clients.close_all()
    assert pollers() == 0
    clients.warm_up()
    assert pollers() == 1
    clients.close_all()
    assert pollers() == 0
    assert clients.connection().bootstrap_servers == kafka
    assert topics.list_topics() is not None


def test_another_connection_is_another_admin(kafka: str) -> None:
    here, admin = clients.connection(), clients.admin()
    clients.configure(Connection(kafka, (("client.id", "somebody"),)))
    assert clients.admin() is not admin
    clients.configure(here)


def test_settings_for_tls_and_sasl_reach_the_clients(kafka: str) -> None:
    here = clients.connection()
    clients.configure(Connection(kafka, (("security.protocol", "ssl"),)))  # these brokers speak plain text
    try:
        with pytest.raises(KafkaUnavailable):
            topics.list_topics(timeout_s=1)
    finally:
        clients.configure(here)


def test_a_call_that_hangs_is_left_behind_in_time() -> None:
    forever = threading.Event()
    assert not clients.bounded(forever.wait, timeout_s=0.1)
    forever.set()
    assert clients.bounded(lambda: None, timeout_s=5)


def test_a_close_that_fails_is_no_more_than_a_line_for_debugging(caplog: pytest.LogCaptureFixture) -> None:
    def close() -> None:
        raise KafkaException(KafkaError(KafkaError._DESTROY))

    with caplog.at_level(logging.DEBUG):
        assert clients.bounded(close, timeout_s=5)
    (said,) = [each for each in caplog.records if "Local: Broker handle destroyed" in each.getMessage()]
    assert said.levelno == logging.DEBUG


def test_a_child_after_a_fork_has_clients_of_its_own(kafka: str) -> None:
    topics.list_topics()
    child = os.fork()
    if child == 0:
        answered = 1
        try:
            topics.list_topics()
            answered = 0
        finally:
            os._exit(answered)  # none of the parent's threads are here: leave without a goodbye
    deadline = time.monotonic() + 15
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended == (child, 0)
    topics.list_topics()
