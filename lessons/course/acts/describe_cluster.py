from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lessons.cluster import metadata
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Where, counted


class DescribeCluster(Action):
    """Which brokers the cluster has. The cluster's "controller" is left out: in KRaft a client is told a random broker."""

    kind: ClassVar[str] = "describe-cluster"
    title: ClassVar[str] = "Describe the cluster"
    submit: ClassVar[str] = "Ask"
    example: ClassVar[Mapping[str, Any]] = {}

    def run(self, namespace: Namespace) -> Answer:
        cluster = metadata.describe_cluster()
        return Answer(
            words=f"The cluster {cluster.cluster_id} has {counted(len(cluster.addresses), 'broker')}.",
            details=tuple(f"broker {broker_id} at {address}" for broker_id, address in cluster.addresses.items()),
            data={"cluster_id": cluster.cluster_id, "brokers": list(cluster.addresses)},
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        return self.run(namespace)  # it changes nothing: asked again, it is as good

    def python(self, where: Where) -> str:
        return f"""\
from confluent_kafka.admin import AdminClient

admin = AdminClient({{"bootstrap.servers": "{where.bootstrap_servers}"}})
cluster = admin.describe_cluster().result()
print(f"The cluster {{cluster.cluster_id}} has {{len(cluster.nodes)}} broker(s).")
for broker in cluster.nodes:
    print(f"broker {{broker.id}} at {{broker.host}}:{{broker.port}}")
"""

    def command(self, where: Where) -> str:
        parts = (where.tool(f"kafka-cluster.sh {asked}") for asked in ("cluster-id", "list-endpoints"))
        return " &&\n".join(parts)

    def feed_line(self) -> str:
        return "describe the cluster"
