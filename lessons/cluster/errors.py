"""Everything that can go wrong with a call to the cluster.

    ClusterError
      ├─ AppRefused          the app refused; Kafka was not asked (refusals.py)
      ├─ KafkaRefused        Kafka refused, with a code
      │    ├─ TopicMissing   UNKNOWN_TOPIC_OR_PART
      │    └─ TopicExists    TOPIC_ALREADY_EXISTS
      └─ KafkaUnavailable    no answer in time: brokers down, joining, or without a leader

An error has three parts, each a sentence: what was *asked*, what was *answered*, and *advice* that a student
can follow. Kafka's code decides which error it is, never its text. The text stays as Kafka wrote it, without
the namespace prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException

from lessons.words import _, gettext_noop


class Strips(Protocol):
    """Takes a prefix out of Kafka's sentences (`Namespace` does)."""

    def strip(self, text: str) -> str: ...


class ClusterError(Exception):
    """A call to the cluster did not do what was asked. `str()` gives the three parts as one text."""

    speaker = "Kafka"  # who answered; as stored and sent, in English

    def __init__(self, *, code: str, asked: str, answered: str, advice: str = "") -> None:
        super().__init__(code, asked, answered, advice)
        self.code = code
        self.asked = asked
        self.answered = answered
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.asked, self.answered, self.advice)

    def __str__(self) -> str:
        return " ".join(_sentence(part) for part in (self.asked, self.said, self.advice) if part)

    @property
    def said(self) -> str:
        """Who answered, and what: `Kafka answered: …`."""
        return _("%(speaker)s answered: %(words)s") % {"speaker": _(self.speaker), "words": self.answered}


class AppRefused(ClusterError):
    """The app refused, and says that it was the app. Kafka was not asked."""

    speaker = gettext_noop("This app")


class KafkaRefused(ClusterError):
    """Kafka refused. `code` is Kafka's name for the error; one that begins with `_` comes from the client."""

    def __init__(self, *, code: str, asked: str, answered: str, advice: str = "") -> None:
        super().__init__(code=code, asked=asked, answered=answered, advice=advice)
        if code.startswith("_"):
            self.speaker = KafkaUnavailable.speaker


class TopicMissing(KafkaRefused):
    """The topic does not exist, or no longer."""


class TopicExists(KafkaRefused):
    """A topic with that name exists already."""


class KafkaUnavailable(ClusterError):
    """No answer came in time, or the client could not go on. Nobody knows then whether the act was done."""

    speaker = gettext_noop("The Kafka client")


_MISSING = {"UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "UNKNOWN_TOPIC_ID", "INCONSISTENT_TOPIC_ID"}

_UNAVAILABLE = {
    "_ALL_BROKERS_DOWN",
    "_DESTROY_BROKER",  # the cluster no longer names a broker: the client drops it, with the requests it had
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
    "KAFKA_STORAGE_ERROR",  # the asker cannot do anything about a failing disk
    "LEADER_NOT_AVAILABLE",
    "NETWORK_EXCEPTION",
    "NOT_CONTROLLER",
    "NOT_COORDINATOR",
    "NOT_LEADER_FOR_PARTITION",
    "OUT_OF_ORDER_SEQUENCE_NUMBER",  # this and UNKNOWN_PRODUCER_ID end the producer, and do not refuse the record
    "REPLICA_NOT_AVAILABLE",
    "REQUEST_TIMED_OUT",
    "UNKNOWN_PRODUCER_ID",
}

# Not even _PURGE_QUEUE tells: a record that is being retried waits in the queue, too.
_GIVEN_UP = gettext_noop(
    "Nobody knows whether the record was written: look at the topic before you send it again. "
    "The app's producer could not go on; your next record gets a new one."
)
_CREDENTIALS = gettext_noop("Check the user name, the password and the SASL mechanism of the cluster.")
_NOT_ALLOWED = gettext_noop("This user is not allowed to do that on the cluster; ask the people who run it.")

_ADVICE = {
    "TOPIC_ALREADY_EXISTS": gettext_noop("Choose another name, or delete the topic first."),
    "TOPIC_EXCEPTION": gettext_noop(
        "Use only letters, digits, '.', '_' and '-'. Names that differ only in '.' and '_' count as the same."
    ),
    "UNKNOWN_TOPIC_OR_PART": gettext_noop(
        "Check the list of your topics: perhaps its name is another one, or it is not there yet."
    ),
    "INVALID_PARTITIONS": gettext_noop("A topic has at least 1 partition, and the number can only grow."),
    "INVALID_REPLICATION_FACTOR": gettext_noop(
        "Ask for at least 1 replica, and for no more than the cluster has brokers."
    ),
    "INVALID_CONFIG": gettext_noop("Look up the name of the setting and the values that it allows."),
    "INVALID_REQUEST": gettext_noop("Check the values."),
    "INVALID_RECORD": gettext_noop(
        "It was not stored. In a compacted topic every record needs a key: the newest one of each key is what stays."
    ),
    "POLICY_VIOLATION": gettext_noop(
        "A rule forbids this, either the cluster's or the topic's own. "
        "For example, records of a compacted topic cannot be deleted this way."
    ),
    "INVALID_SESSION_TIMEOUT": gettext_noop(
        "Brokers accept 6000 to 1800000 ms, unless group.min.session.timeout.ms or group.max.session.timeout.ms "
        "is set to something else."
    ),
    "MSG_SIZE_TOO_LARGE": gettext_noop(
        "It was not stored. Keep a record under 1 MB, or store large things elsewhere and send their address."
    ),
    "_FATAL": gettext_noop("It was not sent: the producer could not go on. Send it again; it gets a new producer."),
    "_PURGE_INFLIGHT": _GIVEN_UP,
    "_PURGE_QUEUE": _GIVEN_UP,
    "OUT_OF_ORDER_SEQUENCE_NUMBER": _GIVEN_UP,
    "UNKNOWN_PRODUCER_ID": _GIVEN_UP,
    "_QUEUE_FULL": gettext_noop(
        "It was not sent. The producer's queue is full: poll it, wait a little, and send again."
    ),
    "_UNKNOWN_PARTITION": gettext_noop("Partitions count from 0: check how many this topic has."),
    "_MSG_TIMED_OUT": gettext_noop(
        "Nobody knows whether the record was written: look at the topic before you send it again. "
        "Is the partition's leader up, and are enough replicas in sync?"
    ),
    "PREFERRED_LEADER_NOT_AVAILABLE": gettext_noop(
        "The preferred leader is down, or not in sync yet: start it, wait until its copy is in sync, and try again."
    ),
    "NOT_ENOUGH_REPLICAS": gettext_noop("It was not written. Start the stopped broker, or lower min.insync.replicas."),
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": gettext_noop(
        "The leader has the record, but too few replicas do: look at the topic before you send it again."
    ),
    "OFFSET_OUT_OF_RANGE": gettext_noop("Choose an offset between the earliest and the end of the partition."),
    "UNKNOWN_MEMBER_ID": gettext_noop("The group is active: stop its members first."),
    "NON_EMPTY_GROUP": gettext_noop("The group has members: stop them first."),
    "GROUP_ID_NOT_FOUND": gettext_noop("Check the list of your groups: one appears when its first member joins."),
    "_AUTHENTICATION": _CREDENTIALS,
    "SASL_AUTHENTICATION_FAILED": _CREDENTIALS,
    "TOPIC_AUTHORIZATION_FAILED": _NOT_ALLOWED,
    "GROUP_AUTHORIZATION_FAILED": _NOT_ALLOWED,
    "CLUSTER_AUTHORIZATION_FAILED": _NOT_ALLOWED,
}

_ADVICE_UNAVAILABLE = gettext_noop(
    "Wait a few seconds, check whether it was done, and try again. The cluster page shows which brokers are up."
)
_ADVICE_OTHERWISE = gettext_noop("Check what you asked for, change it, and try again.")


def translate(kafka_error: KafkaError | KafkaException, *, asked: str, namespace: Strips | None = None) -> ClusterError:
    """The `ClusterError` (not raised) for an error of the client; its code alone decides which."""
    error: KafkaError = kafka_error.args[0] if isinstance(kafka_error, KafkaException) else kafka_error
    code, text = error.name(), error.str()
    answered = namespace.strip(text) if namespace else text
    kind = _kind(code)
    if kind is TopicMissing:
        code = "UNKNOWN_TOPIC_OR_PART"
    otherwise = _ADVICE_UNAVAILABLE if kind is KafkaUnavailable else _ADVICE_OTHERWISE
    return kind(code=code, asked=asked, answered=answered, advice=_(_ADVICE.get(code, otherwise)))


@contextmanager
def translated(*, asked: str, namespace: Strips | None = None) -> Iterator[None]:
    """Turn what the client raises inside the with block into a `ClusterError`."""
    try:
        yield
    except KafkaException as error:
        raise translate(error, asked=asked, namespace=namespace) from error
    except TimeoutError as error:
        raise no_answer(asked=asked) from error


def no_answer(*, asked: str, timeout_s: float | None = None) -> KafkaUnavailable:
    """The error (not raised) for when time ran out before the client reported anything."""
    answered = _("No answer came in time.")
    if timeout_s:
        answered = _("No answer came within %(seconds)s seconds.") % {"seconds": f"{timeout_s:g}"}
    return KafkaUnavailable(code="_TIMED_OUT", asked=asked, answered=answered, advice=_(_ADVICE_UNAVAILABLE))


def topic_missing(name: str, *, asked: str) -> TopicMissing:
    """The same answer as Kafka's, for when metadata already shows that the topic does not exist."""
    return TopicMissing(
        code="UNKNOWN_TOPIC_OR_PART",
        asked=asked,
        answered=_("Unknown topic or partition: the cluster has no topic %(topic)s.") % {"topic": name},
        advice=_(_ADVICE["UNKNOWN_TOPIC_OR_PART"]),
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
