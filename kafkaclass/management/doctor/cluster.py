"""Kafka as the app sees it: each address, the number of brokers, the class's feed. What it may do there is in `rights`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from kafkaclass.kafka_variables import variable_of
from kafkaclass.management.doctor.database import first_class
from kafkaclass.management.doctor.finding import Finding, look, ok, wrong
from kafkaclass.management.doctor.rights import Tried
from lessons.classroom.feed.topic import TOPIC, ClassTopics
from lessons.classroom.people.seats import FIRST_CLASS
from lessons.cluster import clients, counted, topics
from lessons.cluster.client_settings import WrongSettings, refuse_wrong_settings
from lessons.cluster.entry_points import addresses_in
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.metadata import describe_cluster, describe_cluster_at

BROKERS_OF_LESSONS = 3  # some lessons create topics with three replicas
_WITHIN_S = 8.0


def examine(bootstrap_servers: str, *, each_address: bool) -> Iterator[Finding]:
    """`each_address`: where nobody else says which brokers are down."""
    connection = clients.Connection(bootstrap_servers, tuple(settings.KAFKA_SECURITY.items()))
    try:
        refuse_wrong_settings(connection)
    except WrongSettings as problem:
        variables = ", ".join(map(variable_of, settings.KAFKA_SECURITY))
        yield wrong("Kafka's settings", f"{problem} Variables: {variables or 'KAFKA_BOOTSTRAP_SERVERS'}.")
        return
    clients.configure(connection)
    with _clients_are_silent():
        try:
            if each_address:
                yield from _addresses(bootstrap_servers)
            yield from _what_answers()
        finally:
            clients.close_all()


@contextmanager
def _clients_are_silent() -> Iterator[None]:
    """What they log of a broker that is away is said here in a sentence."""
    log = logging.getLogger("lessons.cluster.librdkafka")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _addresses(bootstrap_servers: str) -> Iterator[Finding]:
    """Each alone: with one that is dead all goes on, until the others are dead as well."""
    found: dict[str, list[str]] = {}
    for address in addresses_in(bootstrap_servers):
        try:
            cluster = describe_cluster_at(address, timeout_s=_WITHIN_S)
        except ClusterError as error:
            words = f"nobody answers at {address} ({error.answered.rstrip('.')})"
            yield wrong("Kafka", f"{words}. Start that broker, or correct the address.")
        else:
            found.setdefault(cluster.cluster_id, []).append(address)
            yield ok("Kafka", f"{address} answers, and knows of {counted.brokers(len(cluster.addresses))}")
    if len(found) > 1:
        told = "; ".join(f"{', '.join(addresses)} of {cluster_id}" for cluster_id, addresses in found.items())
        yield wrong("Kafka", f"the addresses belong to several clusters: {told}. Name those of one.")


def _what_answers() -> Iterator[Finding]:
    try:
        brokers = len(describe_cluster(timeout_s=_WITHIN_S).addresses)
    except ClusterError as error:
        yield wrong("Kafka", f"none of the addresses leads to a cluster ({error.answered.rstrip('.')}).")
        return
    yield _replicas(brokers)
    slug = first_class() or FIRST_CLASS["slug"]
    yield _feed(slug)
    yield from Tried(slug, brokers).examine()


def _replicas(brokers: int) -> Finding:
    usual = topics.usual_replicas()
    if brokers < BROKERS_OF_LESSONS:
        words = f"{brokers} up, and lessons create topics with {BROKERS_OF_LESSONS} replicas"
        return look("Brokers", f"{words}: Kafka will refuse those. Start more brokers, or switch these lessons off.")
    return ok("Brokers", f"{brokers} up; a topic has {counted.replicas(usual)} if nobody says how many")


def _feed(slug: str) -> Finding:
    try:
        topics.describe_topic(ClassTopics(slug), TOPIC)
    except TopicMissing:
        return look(
            "The class's feed",
            f"class {slug} has no topic for it yet. It is made when `up` starts, or with the first act.",
        )
    except ClusterError as error:
        return wrong("The class's feed", f"its topic cannot be described: {error.answered} {error.advice}")
    return ok("The class's feed", f"the topic of class {slug} is there")
