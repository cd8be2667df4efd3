"""Every way in which the cluster can say no.

    ClusterError
      ├─ AppRefused          the app said no; Kafka was not asked
      ├─ KafkaRefused        Kafka answered no, with a code
      │    ├─ TopicMissing   UNKNOWN_TOPIC_OR_PART
      │    └─ TopicExists    TOPIC_ALREADY_EXISTS
      └─ KafkaUnavailable    no answer in time: brokers down, joining, or without a leader

An error has three parts, each a sentence: what was *asked*, what was *answered*, and an *advice* that a
learner can act on. Errors are told apart by Kafka's code, never by its text; the text is kept as Kafka
wrote it, with the namespace prefix taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException


class Strips(Protocol):
    """Whatever can take a prefix out of Kafka's sentences (`Namespace` does)."""

    def strip(self, text: str) -> str: ...


class ClusterError(Exception):
    """A call to the cluster that did not do what was asked. `str()` gives the three parts as one text."""

    speaker = "Kafka"

    def __init__(self, *, code: str, asked: str, answered: str, advice: str = "") -> None:
        super().__init__(code, asked, answered, advice)
        self.code = code
        self.asked = asked
        self.answered = answered
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.asked, self.answered, self.advice)

    def __str__(self) -> str:
        said = f"{self.speaker} answered: {self.answered}"
        return " ".join(_sentence(part) for part in (self.asked, said, self.advice) if part)


class AppRefused(ClusterError):
    """The app said no, and says that it is the app. Kafka was not asked."""

    speaker = "This app"


class KafkaRefused(ClusterError):
    """Kafka answered no. `code` is Kafka's name for the error; one that begins with `_` is the client's own."""

    def __init__(self, *, code: str, asked: str, answered: str, advice: str = "") -> None:
        super().__init__(code=code, asked=asked, answered=answered, advice=advice)
        if code.startswith("_"):
            self.speaker = KafkaUnavailable.speaker


class TopicMissing(KafkaRefused):
    """There is no such topic (any more)."""


class TopicExists(KafkaRefused):
    """A topic of that name is there already."""


class KafkaUnavailable(ClusterError):
    """No answer in time, or the client could not go on. Whether an act was done is then not known."""

    speaker = "The Kafka client"


_MISSING = {"UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "UNKNOWN_TOPIC_ID", "INCONSISTENT_TOPIC_ID"}

_UNAVAILABLE = {
    "_ALL_BROKERS_DOWN",
    "_DESTROY_BROKER",  # the client lets a broker go that the cluster names no more, with what was asked of it
    "_FATAL",
    "_MSG_TIMED_OUT",
    "_PURGE_INFLIGHT",
    "_PURGE_QUEUE",
    "_RESOLVE",
    "_TIMED_OUT",
    "_TIMED_OUT_QUEUE",
    "_TRANSPORT",
    "_WAIT_CACHE",
    "_WAIT_COORD",
    "BROKER_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "KAFKA_STORAGE_ERROR",  # a disk that fails is nothing that the asker can change
    "LEADER_NOT_AVAILABLE",
    "NETWORK_EXCEPTION",
    "NOT_CONTROLLER",
    "NOT_COORDINATOR",
    "NOT_LEADER_FOR_PARTITION",
    "OUT_OF_ORDER_SEQUENCE_NUMBER",  # this and UNKNOWN_PRODUCER_ID end a producer, not what it was asked for
    "REPLICA_NOT_AVAILABLE",
    "REQUEST_TIMED_OUT",
    "UNKNOWN_PRODUCER_ID",
}

# Not even of _PURGE_QUEUE is it known: a record that is tried again waits in the queue, too.
_GIVEN_UP = (
    "It is not known whether the record was written: look into the topic before you send it again. "
    "The app's producer could not go on; the next record has a new one."
)

_ADVICE = {
    "TOPIC_ALREADY_EXISTS": "Choose another name, or delete the topic first.",
    "TOPIC_EXCEPTION": "Use letters, digits, '.', '_' and '-' only; note that '.' and '_' count as the same.",
    "UNKNOWN_TOPIC_OR_PART": "Look at the list of your topics, and create this one first.",
    "INVALID_PARTITIONS": "A topic has at least 1 partition, and their number can only grow.",
    "INVALID_REPLICATION_FACTOR": "Ask for at least 1 replica, and for no more than the cluster has brokers.",
    "INVALID_CONFIG": "Look up the name of the setting and the values that it takes.",
    "INVALID_REQUEST": "Look at the values once more.",
    "POLICY_VIOLATION": (
        "A rule forbids this: one of the cluster, or the topic's own. "
        "Records of a compacted topic, for one, can't be deleted this way."
    ),
    "INVALID_SESSION_TIMEOUT": (
        "Brokers take 6000 to 1800000 ms, unless somebody has set group.min.session.timeout.ms "
        "or group.max.session.timeout.ms otherwise."
    ),
    "MSG_SIZE_TOO_LARGE": (
        "It was not stored. Keep a record under 1 MB, or store large things elsewhere and send their address."
    ),
    "_FATAL": "It was not sent: the producer could not go on. The next record has a new one: send it again.",
    "_PURGE_INFLIGHT": _GIVEN_UP,
    "_PURGE_QUEUE": _GIVEN_UP,
    "OUT_OF_ORDER_SEQUENCE_NUMBER": _GIVEN_UP,
    "UNKNOWN_PRODUCER_ID": _GIVEN_UP,
    "_QUEUE_FULL": "It was not sent. The producer's queue is full: poll it, wait a little, and send again.",
    "_UNKNOWN_PARTITION": "Partitions count from 0: see how many this topic has.",
    "_MSG_TIMED_OUT": (
        "It is not known whether the record was written: look into the topic before you send it again. "
        "Is the partition's leader up, and are enough replicas in sync?"
    ),
    "NOT_ENOUGH_REPLICAS": "It was not written. Start the stopped broker, or lower min.insync.replicas.",
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": (
        "The leader has the record, and too few replicas do: look into the topic before you send it again."
    ),
    "OFFSET_OUT_OF_RANGE": "Choose an offset between the earliest and the end of the partition.",
    "UNKNOWN_MEMBER_ID": "The group is active: stop its members first.",
    "NON_EMPTY_GROUP": "The group has members: stop them first.",
    "GROUP_ID_NOT_FOUND": "Look at the list of your groups: one appears when its first member joins.",
    "_AUTHENTICATION": "Check the user name, the password and the SASL mechanism of the cluster.",
    "SASL_AUTHENTICATION_FAILED": "Check the user name, the password and the SASL mechanism of the cluster.",
    "TOPIC_AUTHORIZATION_FAILED": "This user may not do that on the cluster; ask whoever runs it.",
    "GROUP_AUTHORIZATION_FAILED": "This user may not do that on the cluster; ask whoever runs it.",
    "CLUSTER_AUTHORIZATION_FAILED": "This user may not do that on the cluster; ask whoever runs it.",
}

_ADVICE_UNAVAILABLE = (
    "Wait a few seconds, look whether it was done, and try again. The cluster page shows which brokers are up."
)
_ADVICE_OTHERWISE = "Look at what was asked, change it, and try again."


def translate(kafka_error: KafkaError | KafkaException, *, asked: str, namespace: Strips | None = None) -> ClusterError:
    """The `ClusterError` (not raised) for an error of the client, chosen by its code alone."""
    error: KafkaError = kafka_error.args[0] if isinstance(kafka_error, KafkaException) else kafka_error
    code, words = error.name(), error.str()
    answered = namespace.strip(words) if namespace else words
    kind = _kind(code)
    if kind is TopicMissing:
        code = "UNKNOWN_TOPIC_OR_PART"
    otherwise = _ADVICE_UNAVAILABLE if kind is KafkaUnavailable else _ADVICE_OTHERWISE
    return kind(code=code, asked=asked, answered=answered, advice=_ADVICE.get(code, otherwise))


@contextmanager
def translated(*, asked: str, namespace: Strips | None = None) -> Iterator[None]:
    """Whatever the client raises inside comes out as a `ClusterError`."""
    try:
        yield
    except KafkaException as error:
        raise translate(error, asked=asked, namespace=namespace) from error
    except TimeoutError as error:
        raise no_answer(asked=asked) from error


def no_answer(*, asked: str, timeout_s: float | None = None) -> KafkaUnavailable:
    """For the cases in which time ran out before the client itself had anything to say."""
    within = f" within {timeout_s:g} s" if timeout_s else " in time"
    return KafkaUnavailable(
        code="_TIMED_OUT", asked=asked, answered=f"No answer came{within}.", advice=_ADVICE_UNAVAILABLE
    )


def topic_missing(name: str, *, asked: str) -> TopicMissing:
    """The same answer as Kafka's, where metadata already shows that the topic is not there."""
    return TopicMissing(
        code="UNKNOWN_TOPIC_OR_PART",
        asked=asked,
        answered=f"Unknown topic or partition: the cluster has no topic {name}.",
        advice=_ADVICE["UNKNOWN_TOPIC_OR_PART"],
    )


def _kind(code: str) -> type[ClusterError]:
    if code in _MISSING:
        return TopicMissing
    if code == "TOPIC_ALREADY_EXISTS":
        return TopicExists
    return KafkaUnavailable if code in _UNAVAILABLE else KafkaRefused


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _rebuild(kind: type[ClusterError], code: str, asked: str, answered: str, advice: str) -> ClusterError:
    return kind(code=code, asked=asked, answered=answered, advice=advice)
