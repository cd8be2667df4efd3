"""Settings that brokers keep, of a topic, a group or a broker: how they are asked for, and how one is changed."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from lessons.cluster import clients
from lessons.cluster.clients import settle
from lessons.cluster.errors import Strips, translated

TOPIC, GROUP, BROKER = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.BROKER


def entries_of(
    kind: ResourceType, full_name: str, *, asked: str, namespace: Strips | None = None, timeout_s: float
) -> Mapping[str, ConfigEntry]:
    """All of them, by name. Raises: KafkaRefused, KafkaUnavailable."""
    resource = ConfigResource(kind, full_name)
    with translated(asked=asked, namespace=namespace):
        futures = clients.admin().describe_configs([resource], request_timeout=timeout_s)
    entries: Mapping[str, ConfigEntry] = settle(
        futures[resource], asked=asked, namespace=namespace, timeout_s=timeout_s + 1
    )
    return entries


def alter(
    kind: ResourceType,
    full_name: str,
    setting: str,
    value: str | None,
    *,
    asked: str,
    namespace: Strips | None = None,
    timeout_s: float,
) -> None:
    """Set one, or with None set it back to its default. Brokers hear of it a little later. Raises: KafkaRefused,
    KafkaUnavailable."""
    operation = AlterConfigOpType.SET if value is not None else AlterConfigOpType.DELETE
    entry = ConfigEntry(setting, value, incremental_operation=operation)
    resource = ConfigResource(kind, full_name, incremental_configs=[entry])
    with translated(asked=asked, namespace=namespace):
        futures = clients.admin().incremental_alter_configs([resource], request_timeout=timeout_s)
    settle(futures[resource], asked=asked, namespace=namespace, timeout_s=timeout_s + 1)
