from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from confluent_kafka import KafkaError, KafkaException

from lessons.cluster import clients, groups, records, snapshots, topics
from lessons.cluster.errors import (
    AppRefused,
    ClusterError,
    KafkaRefused,
    KafkaUnavailable,
    TopicExists,
    TopicMissing,
    translate,
)
from lessons.cluster.namespace import Namespace

SEAT = Namespace("c1", "alice")


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        (KafkaError.UNKNOWN_TOPIC_OR_PART, TopicMissing, "UNKNOWN_TOPIC_OR_PART"),
        (KafkaError._UNKNOWN_TOPIC, TopicMissing, "UNKNOWN_TOPIC_OR_PART"),
        (KafkaError.TOPIC_ALREADY_EXISTS, TopicExists, "TOPIC_ALREADY_EXISTS"),
        (KafkaError.INVALID_REPLICATION_FACTOR, KafkaRefused, "INVALID_REPLICATION_FACTOR"),
        (KafkaError.MSG_SIZE_TOO_LARGE, KafkaRefused, "MSG_SIZE_TOO_LARGE"),
        (KafkaError.NOT_ENOUGH_REPLICAS, KafkaRefused, "NOT_ENOUGH_REPLICAS"),
        (KafkaError._TIMED_OUT, KafkaUnavailable, "_TIMED_OUT"),
        (KafkaError._TRANSPORT, KafkaUnavailable, "_TRANSPORT"),
        (KafkaError._MSG_TIMED_OUT, KafkaUnavailable, "_MSG_TIMED_OUT"),
        (KafkaError.LEADER_NOT_AVAILABLE, KafkaUnavailable, "LEADER_NOT_AVAILABLE"),
        (KafkaError._FATAL, KafkaUnavailable, "_FATAL"),
        (KafkaError._PURGE_INFLIGHT, KafkaUnavailable, "_PURGE_INFLIGHT"),
        (KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, KafkaUnavailable, "OUT_OF_ORDER_SEQUENCE_NUMBER"),
        (KafkaError.UNKNOWN_PRODUCER_ID, KafkaUnavailable, "UNKNOWN_PRODUCER_ID"),
    ],
)
def test_an_error_is_chosen_by_its_code_whatever_its_text(code: int, kind: type[ClusterError], name: str) -> None:
    for text in ("Topic 'x' already exists", "Local: Timed out", "unknown"):
        error = translate(KafkaError(code, text), asked="Do it")
        assert type(error) is kind
        assert error.code == name


def test_kafkas_own_words_are_kept_without_the_prefix() -> None:
    words = "Topic 'c1.alice.test1p' already exists."
    error = translate(KafkaException(KafkaError(36, words)), asked="Create the topic test1p", namespace=SEAT)
    assert error.answered == "Topic 'test1p' already exists."


def test_an_error_says_what_was_asked_what_was_answered_and_what_to_try() -> None:
    error = translate(KafkaError(KafkaError.TOPIC_ALREADY_EXISTS, "It is there"), asked="Create the topic a")
    assert str(error) == (
        "Create the topic a. Kafka answered: It is there. Choose another name, or delete the topic first."
    )


def test_the_app_says_that_it_was_the_app() -> None:
    with pytest.raises(AppRefused, match="This app answered: A name cannot be empty"):
        SEAT.full("")


def test_every_kind_of_error_comes_with_an_advice() -> None:
    codes = [value for name, value in vars(KafkaError).items() if name.isupper() and isinstance(value, int)]
    assert len(codes) > 100
    assert all(translate(KafkaError(code), asked="Do it").advice for code in codes)


def test_an_error_survives_a_trip_through_pickle() -> None:
    error = translate(KafkaError(KafkaError._TIMED_OUT), asked="Do it")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), back.code) == (KafkaUnavailable, str(error), "_TIMED_OUT")


def test_a_future_that_never_comes_is_unavailable_and_not_a_hang() -> None:
    never: Future[None] = Future()
    with pytest.raises(KafkaUnavailable):
        clients.settle(never, asked="Wait", timeout_s=0.05)


@pytest.mark.usefixtures("no_cluster")
class TestWithoutACluster:
    def test_every_call_gives_up_in_time_and_says_so(self, alice: Namespace) -> None:
        name = alice.full("a")
        calls = [
            lambda: topics.list_topics(timeout_s=1),
            lambda: topics.create_topic(alice, "a", partitions=1, replicas=1, timeout_s=1),
            lambda: topics.delete_topic(alice, "a", timeout_s=1),
            lambda: topics.add_partitions(alice, "a", total=2, timeout_s=1),
            lambda: topics.describe_config(alice, "a", timeout_s=1),
            lambda: topics.describe_topic(alice, "a"),
            lambda: records.offsets(name, timeout_s=1),
            lambda: records.read_range(name, 0, timeout_s=1),
            lambda: records.produce(alice, "a", [records.Message()]),
            lambda: groups.list_groups(alice, timeout_s=1),
            lambda: groups.describe_group(alice, "g", timeout_s=1),
        ]
        with ThreadPoolExecutor(len(calls)) as threads:
            took_s = list(threads.map(_seconds_until_unavailable, calls))
        assert max(took_s) < 3 * clients.TIMEOUT_S  # each waits for its own time-out, and for no other's

    def test_a_picture_is_taken_all_the_same_and_names_the_problem(self) -> None:
        seen = snapshots.SnapshotService().latest()
        assert seen.problem
        assert (seen.brokers, seen.topics) == ((), ())

    def test_the_clients_complaints_go_to_logging_and_not_to_stderr(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with caplog.at_level(logging.DEBUG), pytest.raises(KafkaUnavailable):
            topics.list_topics(timeout_s=1)
        clients.close_all()
        assert any("Connection refused" in record.message for record in caplog.records)
        assert capfd.readouterr().err == ""


def _seconds_until_unavailable(call: Callable[[], object]) -> float:
    began = time.monotonic()
    with pytest.raises(KafkaUnavailable) as caught:
        call()
    assert caught.value.asked
    assert "try again" in caught.value.advice
    return time.monotonic() - began
