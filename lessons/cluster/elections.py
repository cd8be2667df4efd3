"""Leader elections: the leadership of a partition goes back to its preferred replica, the first of its list."""

from __future__ import annotations

import time

from confluent_kafka import ElectionType, KafkaError, KafkaException, TopicPartition

from lessons.cluster import clients
from lessons.cluster.clients import TIMEOUT_S, settle
from lessons.cluster.errors import translate, translated
from lessons.cluster.metadata import Partition, find_topic, refuse_missing_partition
from lessons.cluster.namespace import Namespace
from lessons.words import _

LOOK_EVERY_S = 0.1


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
    while True:  # the broker that is asked may not have heard of it
        after = find_topic(full_name, asked=asked, namespace=namespace).partitions[partition]
        if after.leader == after.replicas[0] or time.monotonic() > deadline:
            return before, after
        time.sleep(LOOK_EVERY_S)


def _error_of(answer: KafkaException | KafkaError | None) -> KafkaError | None:
    return answer.args[0] if isinstance(answer, KafkaException) else answer
