"""What somebody asked for who wants to consume."""

from __future__ import annotations

from dataclasses import dataclass

from lessons.cluster.limits import refuse_another_group
from lessons.cluster.metadata import find_topic
from lessons.cluster.namespace import Namespace
from lessons.cluster.refusals import Refusal

RESETS = ("earliest", "latest")
MAX_POLL_INTERVAL_MS = 300_000
# What librdkafka takes; the brokers' own limits (6000 and 1800000) are theirs to say.
CLIENT_SESSION_TIMEOUTS_MS = range(1, 3_600_001)


def protocol_settings(protocol: str, session_timeout_ms: int) -> dict[str, str | int]:
    """How a Python client is told which one it is to speak: see `Membership.protocol`."""
    if protocol == "consumer":
        return {"group.protocol": "consumer"}  # the broker holds the session time-out, and the client takes none
    assignor = {} if protocol == "range" else {"partition.assignment.strategy": protocol}
    return {"session.timeout.ms": session_timeout_ms, **assignor}


@dataclass(frozen=True)
class Membership:
    """What was asked for; short names. `check` raises AppRefused where Kafka would not even be asked."""

    namespace: Namespace
    topic: str
    group_id: str
    auto_offset_reset: str = "earliest"
    session_timeout_ms: int = 45_000
    at_most: int | None = None  # records: the rest of the topic stays where it is
    protocol: str = "range"  # range or cooperative-sticky: the classic one with this assignor; consumer: KIP-848
    auto_commit: bool = True  # what its owner has acknowledged, each second and at the end; else when the owner says so

    @property
    def asked(self) -> str:
        return f"Consume {self.topic} as a member of group {self.group_id}"

    @property
    def full_topic(self) -> str:
        return self.namespace.full(self.topic)

    @property
    def full_group_id(self) -> str:
        return self.namespace.full(self.group_id, thing="group")

    @property
    def is_incremental(self) -> bool:
        """Whether a rebalance takes and gives single partitions, and leaves the member those that stay its own."""
        return self.protocol != "range"

    def check(self) -> None:
        _ = self.full_topic, self.full_group_id
        if self.auto_offset_reset not in RESETS:
            raise Refusal.ILLEGAL_RESET.error(asked=self.asked, reset=repr(self.auto_offset_reset))
        if self.session_timeout_ms not in CLIENT_SESSION_TIMEOUTS_MS:
            ms = self.session_timeout_ms
            raise Refusal.ILLEGAL_SESSION_TIMEOUT.error(asked=self.asked, session_timeout_ms=ms)

    def check_on_cluster(self) -> None:
        """`check`, and whether the topic is there and the seat may have this group. Raises: AppRefused, TopicMissing,
        KafkaUnavailable."""
        self.check()
        find_topic(self.full_topic, asked=self.asked, namespace=self.namespace)
        refuse_another_group(self.namespace, self.group_id, asked=self.asked)

    def settings(self) -> dict[str, str | int | bool]:
        return {
            "group.id": self.full_group_id,
            "auto.offset.reset": self.auto_offset_reset,
            **protocol_settings(self.protocol, self.session_timeout_ms),
            "max.poll.interval.ms": max(MAX_POLL_INTERVAL_MS, self.session_timeout_ms),  # the client wants it so
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
        }
