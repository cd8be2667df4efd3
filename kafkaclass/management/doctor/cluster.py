"""Kafka as the app sees it: each address, the number of brokers, what the app may do there, and the brokers' clocks."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from django.conf import settings

from kafkaclass.kafka_variables import variable_of
from kafkaclass.management.doctor.database import first_class
from kafkaclass.management.doctor.finding import Finding, look, ok, wrong
from lessons.classroom.feed.topic import ClassTopics
from lessons.classroom.people.seats import FIRST_CLASS
from lessons.cluster import clients, groups, records, topics
from lessons.cluster.client_settings import WrongSettings, refuse_wrong_settings
from lessons.cluster.entry_points import addresses_in
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.metadata import describe_cluster, describe_cluster_at
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.cluster.transactions import COMMIT, send_in_transaction

BROKERS_OF_LESSONS = 3  # some lessons create topics with three replicas
MOST_CLOCK_DIFFERENCE_S = 2.0
_WITHIN_S = 8.0
_STAMPED = {"message.timestamp.type": "LogAppendTime"}  # a record's time is then the clock of its broker


def examine(bootstrap_servers: str, *, each_address: bool) -> Iterator[Finding]:
    """`each_address`: where nobody else says which brokers are down."""
    connection = clients.Connection(bootstrap_servers, tuple(settings.KAFKA_SECURITY.items()))
    try:
        refuse_wrong_settings(connection)
    except WrongSettings as wrong_settings:
        yield wrong(
            "Kafka's settings", f"{wrong_settings} Variables: {', '.join(map(variable_of, settings.KAFKA_SECURITY))}"
        )
        return
    clients.configure(connection)
    try:
        if each_address:
            yield from _addresses(bootstrap_servers)
        try:
            brokers = len(describe_cluster(timeout_s=_WITHIN_S).addresses)
        except ClusterError as error:
            yield wrong("Kafka", f"none of the addresses leads to a cluster. {error.answered}")
            return
        yield _replicas(brokers)
        slug = first_class() or FIRST_CLASS["slug"]
        yield _feed(slug)
        yield from _Tried(Namespace(slug, f"doctor-{secrets.token_hex(3)}"), brokers).examine()
    finally:
        clients.close_all()


def _addresses(bootstrap_servers: str) -> Iterator[Finding]:
    """Each alone: with one that is dead all goes on, until the others are dead as well."""
    found: dict[str, list[str]] = {}
    for address in addresses_in(bootstrap_servers):
        try:
            cluster = describe_cluster_at(address, timeout_s=_WITHIN_S)
        except ClusterError as error:
            yield wrong(
                "Kafka", f"nobody answers at {address}: {error.answered} Start that broker, or correct the address."
            )
        else:
            found.setdefault(cluster.cluster_id, []).append(address)
            yield ok("Kafka", f"{address} answers, with {len(cluster.addresses)} brokers")
    if len(found) > 1:
        told = "; ".join(f"{', '.join(addresses)} of {cluster_id}" for cluster_id, addresses in found.items())
        yield wrong("Kafka", f"the addresses belong to several clusters: {told}. Name those of one.")


def _replicas(brokers: int) -> Finding:
    usual = topics.usual_replicas()
    if brokers < BROKERS_OF_LESSONS:
        words = f"{brokers} up, and lessons create topics with {BROKERS_OF_LESSONS} replicas"
        return look("Brokers", f"{words}: Kafka will refuse those. Start more brokers, or switch these lessons off.")
    return ok("Brokers", f"{brokers} up; a topic has {usual} replicas if nobody says how many")


def _feed(slug: str) -> Finding:
    try:
        topics.describe_topic(ClassTopics(slug), "feed")
    except TopicMissing:
        return look(
            "The class's feed",
            f"class {slug} has no topic for it yet. It is made when `up` starts, or with the first act.",
        )
    except ClusterError as error:
        return wrong("The class's feed", f"its topic cannot be described: {error.answered} {error.advice}")
    return ok("The class's feed", f"the topic of class {slug} is there")


class _Tried:
    """Each right that README asks for, tried on a topic and a group of our own; they are deleted at the end."""

    def __init__(self, namespace: Namespace, brokers: int) -> None:
        self._namespace = namespace
        self._partitions = min(brokers, 12)
        self._offsets: dict[int, int] = {}

    def examine(self) -> Iterator[Finding]:
        prefix, group = f"{self._namespace.class_slug}.", "group"
        failed = list(self._failed({f"create topics {prefix}…": self._create}))
        if not failed:
            steps: dict[str, Callable[[], object]] = {
                f"describe topics {prefix}…": lambda: topics.describe_topic(self._namespace, "topic"),
                f"describe the settings of topics {prefix}…": lambda: topics.describe_config(self._namespace, "topic"),
                f"alter topics {prefix}…": lambda: topics.alter_config(
                    self._namespace, "topic", "retention.ms", "60000"
                ),
                f"write to topics {prefix}…": self._write,
                f"read topics {prefix}…, and commit in groups {prefix}…": self._commit,
                f"describe groups {prefix}…": lambda: groups.describe_group(self._namespace, group),
                f"delete groups {prefix}…": self._delete_group,
                f"write in transactions {prefix}…": self._transact,
            }
            failed += self._failed(steps)
            yield from self._clocks()
            failed += self._failed({f"delete topics {prefix}…": lambda: topics.delete_topic(self._namespace, "topic")})
        yield from failed
        if not failed:
            yield ok("Rights", f"the app may create, write, read, alter and delete what begins with {prefix}")

    def _failed(self, steps: dict[str, Callable[[], object]]) -> Iterator[Finding]:
        for right, step in steps.items():
            try:
                step()
            except ClusterError as error:
                is_denied = error.code.endswith("AUTHORIZATION_FAILED")
                advice = "Grant its user what README lists below “Your own cluster”." if is_denied else error.advice
                yield wrong("Rights", f"the app cannot {right}: {error.answered} {advice}")

    def _create(self) -> None:
        topics.create_topic(
            self._namespace, "topic", partitions=self._partitions, replicas=topics.usual_replicas(), config=_STAMPED
        )

    def _write(self) -> None:
        for partition in range(self._partitions):
            [sent] = records.produce(self._namespace, "topic", [Message(value=b"?")], partition=partition)
            if sent.error is not None:
                raise sent.error

    def _commit(self) -> None:
        groups.set_offset(self._namespace, "group", "topic", 0, 0)

    def _delete_group(self) -> None:
        if problem := groups.delete_groups(self._namespace, ["group"])["group"]:
            raise problem

    def _transact(self) -> None:
        send_in_transaction(self._namespace, "topic", [Message(value=b"?")], transactional_id="id", ending=COMMIT)

    def _clocks(self) -> Iterator[Finding]:
        """Of each broker that leads a partition: it has stamped its record between our two looks at the clock."""
        found: list[float] = []
        with suppress(ClusterError):  # said already
            for partition in range(self._partitions):
                before_s = time.time()
                [sent] = records.produce(self._namespace, "topic", [Message(value=b"?")], partition=partition)
                after_s, full = time.time(), self._namespace.full("topic")
                read = records.read_range(full, partition, start=sent.offset or 0, limit=1)
                if read and read[0].timestamp_ms is not None:
                    at_s = read[0].timestamp_ms / 1000
                    found.append(max(before_s - at_s, at_s - after_s, 0.0))
        if not found:
            return
        if max(found) > MOST_CLOCK_DIFFERENCE_S:
            words = f"a broker's differs from this machine's by {max(found):.0f} s"
            yield look("Clocks", f"{words}: what is late, and the age of records, is told wrongly. Set both by NTP.")
        else:
            yield ok("Clocks", f"the brokers' agree with this machine's, within {MOST_CLOCK_DIFFERENCE_S:g} s")
