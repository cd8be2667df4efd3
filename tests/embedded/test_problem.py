"""A broker's log, judged by its words. Each text is what a broker of 4.3.1 wrote, or Java itself."""

from __future__ import annotations

import pytest

from lessons.embedded.problem import explain

AT = "2026-01-31 10:00:00,000"
EXITING = f"{AT} ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\n"


@pytest.mark.parametrize(
    ("log", "advice"),
    [
        (
            f"{EXITING}org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:9092\n"
            "\tat kafka.network.Acceptor.openServerSocket(SocketServer.scala:600)\n"
            "Caused by: java.net.BindException: Address already in use\n",
            "Another program uses its port",
        ),
        (
            f"{EXITING}org.apache.kafka.common.KafkaException: Socket server failed to bind to 192.0.2.7:9192: Cannot"
            " assign requested address.\n"
            "Caused by: java.net.BindException: Cannot assign requested address\n",
            "no longer has the address that --kafka-host named",
        ),
        (
            f"{AT} ERROR Error while appending records to test1p-0 (o.a.k.s.LogDirFailureChannel)\n"
            "java.io.IOException: No space left on device\n",
            "The disk is full",
        ),
        (
            "Terminating due to java.lang.OutOfMemoryError: Java heap space\n"
            "java.lang.OutOfMemoryError: Java heap space\n",
            "larger heap",
        ),
        (
            f"{EXITING}java.nio.file.AccessDeniedException: /data/kafka1/data/meta.properties\n",
            "cannot write to its data folder",
        ),
        (
            f"{EXITING}org.apache.kafka.common.KafkaException: Failed to acquire lock on file .lock"
            " in /data/kafka1/data. A Kafka instance in another process or thread is using this directory.\n",
            "Another broker uses its data folder",
        ),
        (
            f"{EXITING}java.lang.RuntimeException: No readable meta.properties files found.\n",
            "data folder is damaged",
        ),
    ],
)
def test_a_known_cause_comes_with_advice(log, advice):
    explained = explain(log)
    assert advice in explained
    assert "Its last error: " in explained


def test_an_unknown_cause_is_shown_in_the_brokers_words():
    assert explain(f"{AT} ERROR The moon is full (kafka.Moon)\n") == "Its last error: The moon is full (kafka.Moon)."


def test_warnings_are_no_errors():
    assert explain(f"{AT} WARN Connection to node 3 could not be established. (o.a.k.clients.NetworkClient)\n") is None


def test_only_errors_are_judged():
    usual = f"{AT} INFO Skipping recovery of 3 logs from /data/kafka1/data since clean shutdown file was found\n"
    assert "damaged" not in explain(f"{usual}{AT} INFO Loading 3 logs from log dirs\n{AT} ERROR The moon is full\n")


def test_a_long_error_is_cut():
    assert len(explain(f"{AT} ERROR {'long ' * 1000}\n")) < 400
