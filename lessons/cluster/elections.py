"""Leader elections: the leadership of a partition goes back to its preferred replica, the first of its list."""

from __future__ import annotations

import time
from functools import partial

from confluent_kafka import ElectionType, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import TopicMetadata

from lessons.cluster import clients
from lessons.cluster.clients import TIMEOUT_S, settle
from lessons.cluster.errors import translate, translated
from lessons.cluster.metadata import Partition, find_topic, refuse_missing_partition, wait_for_every_broker
from lessons.cluster.namespace import Namespace
from lessons.words import _


def elect_preferred_leader(
    namespace: Namespace, name: str, partition: int, *, timeout_s: float = TIMEOUT_S
) -> tuple[Partition, Partition]:
    """The partition before and after. Where the preferred replica leads already nothing happens.

    Raises: AppRefused, TopicMissing, KafkaRefused (PREFERRED_LEADER_NOT_AVAILABLE), KafkaUnavailable.
    """
    asked = _("Elect the preferred leader of %(topic)s [%(partition)s]") % {"topic": name, "partition": partition}
    full_name, deadline = namespace.full(name), time.monotonic() + timeout_s
    topic = find_topic(full_name, asked=asked, namespace=namespace)
    refuse_missing_partition(topic, partition, asked=asked)
    before = topic.partitions[partition]
    place = TopicPartition(full_name, partition)
    with translated(asked=asked, namespace=namespace):
        future = clients.admin().elect_leaders(ElectionType.PREFERRED, [place])  # its time-outs are broken in 2.16
    answers = settle(future, asked=asked, namespace=namespace, timeout_s=timeout_s)
    for error in map(_error_of, answers.values()):
        if error is not None and error.code() != KafkaError.ELECTION_NOT_NEEDED:
            raise translate(error, asked=asked, namespace=namespace)
    wait_for_every_broker(partial(_is_led_as_preferred, partition), full_name, timeout_s=deadline - time.monotonic())
    return before, find_topic(full_name, asked=asked, namespace=namespace).partitions[partition]


def _is_led_as_preferred(partition: int, topic: TopicMetadata | None) -> bool:
    found = topic.partitions.get(partition) if topic is not None else None
    return found is not None and found.leader == found.replicas[0]


def _error_of(answer: KafkaException | KafkaError | None) -> KafkaError | None:
    return answer.args[0] if isinstance(answer, KafkaException) else answer
