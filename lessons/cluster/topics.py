"""Describe, create and delete topics, add partitions, read a topic's settings."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from confluent_kafka.admin import ConfigEntry as KafkaConfigEntry
from confluent_kafka.admin import ConfigSource, NewPartitions, NewTopic, TopicMetadata

from lessons.cluster import clients, configs, counted
from lessons.cluster.clients import TIMEOUT_S, settle, settle_each
from lessons.cluster.errors import ClusterError, KafkaRefused, translated
from lessons.cluster.limits import (
    MAX_REPLICAS_PER_BROKER,
    refuse_crowding,
    refuse_partitions,
    refuse_replicas,
    refuse_setting,
)
from lessons.cluster.metadata import (
    Partition,
    Topic,
    ask_twice,
    describe,
    describe_each,
    find_topic,
    list_metadata,
    topics_of,
    wait_for_every_broker,
)
from lessons.cluster.namespace import Namespace
from lessons.cluster.refusals import Refusal
from lessons.words import _

__all__ = [  # the names from metadata.py that belong to topics can be imported from here too
    "ConfigEntry",
    "Deletion",
    "Partition",
    "Topic",
    "add_partitions",
    "alter_config",
    "create_topic",
    "create_topics",
    "delete_topic",
    "delete_topics",
    "describe_config",
    "describe_topic",
    "describe_topics",
    "known_usual_replicas",
    "list_for",
    "list_own",
    "list_topics",
    "usual_replicas",
]

AT_ONCE = 100  # deletions in one call: a class may have a thousand topics


@dataclass(frozen=True)
class Deletion:
    """How long until Kafka accepted it, and until no broker listed the topic (None: not within the deadline)."""

    accepted_ms: float
    gone_ms: float | None


_LARGER = {".hours": 3_600_000, ".minutes": 60_000}
_UNTOLD = {"segment.ms": "604800000"}  # Kafka's default where a broker has no log.roll.ms: it names no other then


@dataclass(frozen=True)
class ConfigEntry:
    """One setting of a topic. `source` is Kafka's name for where the value was set; `unit` is "ms", "bytes" or None. `otherwise`:
    what it would be if it were not set for this topic, None if that is not known."""

    name: str
    value: str | None
    source: str
    is_default: bool
    unit: str | None
    otherwise: str | None = None


def list_topics(*, timeout_s: float = TIMEOUT_S) -> tuple[Topic, ...]:
    """Every topic of the cluster, internal ones included, without ids. Raises KafkaUnavailable."""
    return topics_of(list_metadata(asked=_("List the topics"), timeout_s=timeout_s))


def list_own(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> list[str]:
    """The short names of this namespace's topics. Raises KafkaUnavailable."""
    return [namespace.short(t.name) for t in list_topics(timeout_s=timeout_s) if namespace.owns(t.name)]


def list_for(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> tuple[tuple[Topic, ...], int]:
    """The topics that this seat may see, its own first, with Kafka's own `internal`; and the number of all others.

    Raises KafkaUnavailable.
    """
    listed = list_topics(timeout_s=timeout_s)
    seen = sorted((t for t in listed if namespace.may_see(t.name)), key=lambda t: (not namespace.owns(t.name), t.name))
    described = describe([topic.name for topic in seen], asked=_("List the topics"), timeout_s=timeout_s)
    flagged = tuple(replace(t, internal=described[t.name].internal) if t.name in described else t for t in seen)
    return flagged, len(listed) - len(seen)


def describe_topic(namespace: Namespace, name: str) -> Topic:
    """One of this seat's topics. Raises AppRefused, TopicMissing, KafkaUnavailable."""
    asked = _("Describe the topic %(topic)s") % {"topic": name}
    return find_topic(namespace.full(name), asked=asked, namespace=namespace)


def describe_topics(namespace: Namespace, names: Iterable[str]) -> dict[str, Topic]:
    """This seat's topics of these names; those that do not exist are left out. Raises AppRefused, KafkaUnavailable."""
    full_names = {namespace.full(name): name for name in names}
    asked = _("Describe the topic %(topic)s") % {"topic": ", ".join(full_names.values())}
    return {full_names[full]: topic for full, topic in describe(full_names, asked=asked, namespace=namespace).items()}


def create_topic(
    namespace: Namespace,
    name: str,
    *,
    partitions: int,
    replicas: int,
    config: Mapping[str, str] | None = None,
    replica_limit: int = MAX_REPLICAS_PER_BROKER,
    timeout_s: float = TIMEOUT_S,
) -> Topic:
    """The topic, once every broker knows it. Any `config` goes to Kafka; what a seat may set is `limits.refuse_setting`'s
    to say. Zero partitions or too many replicas are left for Kafka to refuse.

    Raises AppRefused, TopicExists, KafkaRefused, KafkaUnavailable.
    """
    asked = _("Create the topic %(topic)s with %(partitions)s and %(replicas)s") % {
        "topic": name, "partitions": counted.partitions(partitions), "replicas": counted.replicas(replicas),
    }  # fmt: skip
    full_name = namespace.full(name)
    refuse_partitions(partitions, asked=asked)
    refuse_replicas(replicas, asked=asked)
    refuse_crowding(namespace, partitions, replicas, limit=replica_limit, asked=asked, timeout_s=timeout_s)
    new = NewTopic(full_name, partitions, replicas, config=dict(config or {}))
    for refusal in _ask_to_create([new], asked=asked, namespace=namespace, timeout_s=timeout_s).values():
        raise refusal
    wait_for_every_broker(_exists, full_name, timeout_s=timeout_s)
    return find_topic(full_name, asked=asked, namespace=namespace)


def create_topics(
    namespace: Namespace,
    names: Iterable[str],
    *,
    partitions: int,
    replicas: int,
    timeout_s: float = TIMEOUT_S,
) -> dict[str, Topic | ClusterError]:
    """Create several in one call, each with these numbers; for each name the topic, or why it was not created.

    Raises AppRefused or KafkaUnavailable, and then none was asked for.
    """
    asked = _("Create the topics")
    full_names = {namespace.full(name): name for name in names}
    refuse_partitions(partitions, asked=asked)
    refuse_replicas(replicas, asked=asked)
    refuse_crowding(
        namespace,
        partitions * len(full_names),
        replicas,
        limit=MAX_REPLICAS_PER_BROKER,
        asked=asked,
        timeout_s=timeout_s,
    )
    new = [NewTopic(full_name, partitions, replicas) for full_name in full_names]
    answers: dict[str, Topic | ClusterError] = {}
    answers |= _ask_to_create(new, asked=asked, namespace=namespace, timeout_s=timeout_s)
    if created := [full_name for full_name in full_names if full_name not in answers]:
        wait_for_every_broker(_exists, created[-1], timeout_s=timeout_s)  # the controller takes them in order
        answers |= _described(created, asked=asked, namespace=namespace)
    return {name: answers[full_name] for full_name, name in full_names.items()}


def _ask_to_create(
    new: Sequence[NewTopic], *, asked: str, namespace: Namespace, timeout_s: float
) -> dict[str, ClusterError]:
    """{full name: why it was not created}. Raises KafkaUnavailable, and then none was asked for."""
    with translated(asked=asked, namespace=namespace):
        futures = clients.admin().create_topics(list(new), request_timeout=timeout_s, operation_timeout=timeout_s)
    answers = settle_each(futures, asked=asked, namespace=namespace, timeout_s=timeout_s + 1)
    return {full_name: answer for full_name, answer in answers.items() if answer is not None}


def _described(full_names: Sequence[str], *, asked: str, namespace: Namespace) -> dict[str, Topic | ClusterError]:
    """Each in the place of its full name, or why it could not be described."""
    try:
        return describe_each(full_names, asked=asked, namespace=namespace)
    except ClusterError as error:
        return dict.fromkeys(full_names, error)


def delete_topic(namespace: Namespace, name: str, *, timeout_s: float = TIMEOUT_S) -> Deletion:
    """Kafka accepts a deletion first and carries it out later; both times are counted from the call.

    Raises AppRefused, TopicMissing, KafkaRefused, KafkaUnavailable.
    """
    asked = _("Delete the topic %(topic)s") % {"topic": name}
    full_name = namespace.full(name)
    list_metadata(asked=asked, timeout_s=timeout_s)  # the second trap of metadata.py: a client that is cured asks once
    began = time.monotonic()
    with translated(asked=asked, namespace=namespace):
        futures = clients.admin().delete_topics([full_name], request_timeout=timeout_s)
    settle(futures[full_name], asked=asked, namespace=namespace, timeout_s=timeout_s + 1)
    accepted_ms = (time.monotonic() - began) * 1000
    gone = wait_for_every_broker(lambda topic: topic is None, full_name, timeout_s=timeout_s)
    return Deletion(accepted_ms, (time.monotonic() - began) * 1000 if gone else None)


def delete_topics(
    namespace: Namespace, names: Iterable[str], *, timeout_s: float = TIMEOUT_S
) -> dict[str, ClusterError | None]:
    """Delete many at once: for each name None if Kafka accepted it, else its error. Returns when the last one is gone.

    Raises AppRefused or KafkaUnavailable, and then none was deleted.
    """
    asked = _("Delete the topics")
    full_names = {namespace.full(name): name for name in names}
    list_metadata(asked=asked, timeout_s=timeout_s)
    answers: dict[str, ClusterError | None] = {}
    for some in _chunks(list(full_names), AT_ONCE):
        futures = clients.admin().delete_topics(some, request_timeout=timeout_s, operation_timeout=timeout_s)
        settled = settle_each(futures, asked=asked, namespace=namespace, timeout_s=timeout_s + 1)
        answers |= {full_names[full_name]: answer for full_name, answer in settled.items()}
    if accepted := [name for name, problem in answers.items() if problem is None]:
        last = namespace.full(accepted[-1])  # the controller takes them in order
        wait_for_every_broker(lambda topic: topic is None, last, timeout_s=timeout_s)
    return answers


def add_partitions(
    namespace: Namespace,
    name: str,
    *,
    total: int,
    replica_limit: int = MAX_REPLICAS_PER_BROKER,
    timeout_s: float = TIMEOUT_S,
) -> Topic:
    """The topic with `total` partitions, once every broker knows them.

    Raises AppRefused, TopicMissing, KafkaRefused, KafkaUnavailable.
    """
    asked = _("Give the topic %(topic)s %(partitions)s in all") % {
        "topic": name, "partitions": counted.partitions(total),
    }  # fmt: skip
    full_name = namespace.full(name)
    if total == 0:
        raise Refusal.NO_PARTITIONS.error(asked=asked)
    refuse_partitions(total, asked=asked)
    now = find_topic(full_name, asked=asked, namespace=namespace)
    more, replicas = total - len(now.partitions), len(now.partitions[0].replicas)
    refuse_crowding(namespace, more, replicas, limit=replica_limit, asked=asked, timeout_s=timeout_s)
    with translated(asked=asked, namespace=namespace):
        futures = clients.admin().create_partitions(
            [NewPartitions(full_name, total)], request_timeout=timeout_s, operation_timeout=timeout_s
        )
    settle(futures[full_name], asked=asked, namespace=namespace, timeout_s=timeout_s + 1)
    wait_for_every_broker(lambda topic: _has(topic, total), full_name, timeout_s=timeout_s)
    return find_topic(full_name, asked=asked, namespace=namespace)


def describe_config(namespace: Namespace, name: str, *, timeout_s: float = TIMEOUT_S) -> tuple[ConfigEntry, ...]:
    """The topic's settings, by name. Raises AppRefused, TopicMissing, KafkaUnavailable."""
    asked = _("Describe the settings of the topic %(topic)s") % {"topic": name}
    full_name = namespace.full(name)

    def ask(within_s: float) -> Mapping[str, KafkaConfigEntry]:
        return configs.entries_of(configs.TOPIC, full_name, asked=asked, namespace=namespace, timeout_s=within_s)

    entries = ask_twice(ask, asked=asked, timeout_s=timeout_s)
    return tuple(_config_entry(entry) for _name, entry in sorted(entries.items()))


def alter_config(
    namespace: Namespace, name: str, setting: str, value: str | None, *, timeout_s: float = TIMEOUT_S
) -> ConfigEntry:
    """Set one setting of a topic, or with None set it back to its default; the setting as it is then.

    Raises AppRefused, TopicMissing, KafkaRefused (INVALID_CONFIG), KafkaUnavailable.
    """
    asked = _("Set %(setting)s of the topic %(topic)s") % {"setting": setting, "topic": name}
    full_name = namespace.full(name)
    refuse_setting(setting, value, asked=asked)
    find_topic(full_name, asked=asked, namespace=namespace)
    configs.alter(configs.TOPIC, full_name, setting, value, asked=asked, namespace=namespace, timeout_s=timeout_s)
    return _wait_for_setting(namespace, name, setting, value, timeout_s=timeout_s)


def _wait_for_setting(
    namespace: Namespace, name: str, setting: str, value: str | None, *, timeout_s: float
) -> ConfigEntry:
    """Once the broker that is asked knows it."""
    deadline = time.monotonic() + timeout_s
    while True:
        entry = next(each for each in describe_config(namespace, name) if each.name == setting)
        is_own = entry.source == "DYNAMIC_TOPIC_CONFIG"
        if is_own == (value is not None) and (value is None or entry.value == value):
            return entry
        if time.monotonic() >= deadline:
            return entry  # Kafka writes some values in another way: a list without its spaces
        time.sleep(0.05)


def usual_replicas(*, timeout_s: float = TIMEOUT_S) -> int:
    """How many replicas a topic of this cluster has that nobody chose a number for: its default.replication.factor.

    Some clusters take no other number. Asked once of each cluster; 1 where this user may not ask. Raises KafkaUnavailable.
    """
    known = clients.known()
    if known.usual_replicas is None:
        try:
            known.usual_replicas = _ask_usual_replicas(timeout_s=timeout_s)
        except KafkaRefused:
            known.usual_replicas = 1
    return known.usual_replicas


def known_usual_replicas() -> int:
    """The same without asking: 1 as long as nobody has asked."""
    return clients.known().usual_replicas or 1


def _ask_usual_replicas(*, timeout_s: float) -> int:
    asked = _("Describe the settings of the brokers")
    brokers = list_metadata(asked=asked, timeout_s=timeout_s).brokers
    entries = configs.entries_of(configs.BROKER, str(min(brokers)), asked=asked, timeout_s=timeout_s)
    return min(int(str(entries["default.replication.factor"].value)), len(brokers))


def _chunks(names: list[str], size: int) -> Iterator[list[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def _exists(topic: TopicMetadata | None) -> bool:
    return topic is not None and all(partition.leader != -1 for partition in topic.partitions.values())


def _has(topic: TopicMetadata | None, partitions: int) -> bool:
    return topic is not None and _exists(topic) and len(topic.partitions) >= partitions


def _config_entry(entry: KafkaConfigEntry) -> ConfigEntry:
    unit = next((unit for unit in ("ms", "bytes") if entry.name.endswith(f".{unit}")), None)
    source = ConfigSource(entry.source).name
    return ConfigEntry(entry.name, entry.value, source, entry.is_default, unit, _otherwise(entry))


def _otherwise(entry: KafkaConfigEntry) -> str | None:
    """Brokers have some settings in larger units, too: retention.ms of a topic is log.retention.hours of a broker."""
    if ConfigSource(entry.source) is not ConfigSource.DYNAMIC_TOPIC_CONFIG:
        return entry.value
    for other in (entry.synonyms or {}).values():
        if other.source != entry.source:
            factor, value = (
                next((ms for unit, ms in _LARGER.items() if other.name.endswith(unit)), 1),
                other.value or "",
            )
            return str(int(value) * factor) if factor > 1 and value.isdecimal() else other.value
    return _UNTOLD.get(entry.name)
