from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lessons.cluster import counted, metadata
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Where
from lessons.words import _, gettext_noop


class DescribeCluster(Action):
    """Show the cluster's brokers. The controller is left out: in KRaft a client is given a random broker as controller."""

    kind: ClassVar[str] = "describe-cluster"
    title: ClassVar[str] = gettext_noop("Describe the cluster")
    submit: ClassVar[str] = gettext_noop("Ask")
    did: ClassVar[str] = gettext_noop("described the cluster")
    doing: ClassVar[str] = gettext_noop("describing the cluster")
    example: ClassVar[Mapping[str, Any]] = {}

    def run(self, namespace: Namespace) -> Answer:
        cluster = metadata.describe_cluster()
        return Answer(
            words=_("The cluster %(cluster)s has %(brokers)s.")
            % {"cluster": cluster.cluster_id, "brokers": counted.brokers(len(cluster.addresses))},
            details=tuple(
                _("broker %(broker)s at %(address)s") % {"broker": broker_id, "address": address}
                for broker_id, address in cluster.addresses.items()
            ),
            data={"cluster_id": cluster.cluster_id, "brokers": list(cluster.addresses)},
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        return self.run(namespace)  # it changes nothing, so ask again

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
        return ""
