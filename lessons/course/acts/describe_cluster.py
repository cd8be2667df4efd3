from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from lessons.cluster import clients, counted, metadata
from lessons.cluster.entry_points import Reached, addresses_in, reach
from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import SHOWN_ADDRESSES, About, Action, Answer, Where
from lessons.words import _, gettext_noop

MOST_CHARACTERS = 300


class DescribeCluster(Action):
    """Show the cluster's brokers, as a client that begins at these addresses finds them; without any, as the app does.

    The controller is left out: in KRaft a client is given a random broker as controller."""

    kind: ClassVar[str] = "describe-cluster"
    title: ClassVar[str] = gettext_noop("Describe the cluster")
    submit: ClassVar[str] = gettext_noop("Ask")
    about: ClassVar[About] = "cluster"
    did: ClassVar[str] = gettext_noop("described the cluster")
    doing: ClassVar[str] = gettext_noop("describing the cluster")
    example: ClassVar[Mapping[str, Any]] = {}

    bootstrap_servers: str = Field(
        "",
        title=gettext_noop("bootstrap.servers"),
        description=gettext_noop("addresses to begin with, host:port each, separated by commas"),
        max_length=MOST_CHARACTERS,
    )

    @classmethod
    def filled(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        """With two of the cluster's addresses, as the notebook has."""
        servers = clients.connection().bootstrap_servers.split(",")
        return {"bootstrap_servers": ",".join(servers[:SHOWN_ADDRESSES]), **fields}

    @property
    def addresses(self) -> tuple[str, ...]:
        return addresses_in(self.bootstrap_servers)

    def run(self, namespace: Namespace) -> Answer:
        if not self.addresses:
            return self._answer(Reached(metadata.describe_cluster(), silent=()))
        return self._answer(reach(self.addresses, asked=_("Find the cluster")))

    def _answer(self, reached: Reached) -> Answer:
        cluster = reached.cluster
        brokers = tuple(
            _("broker %(broker)s at %(address)s") % {"broker": broker_id, "address": address}
            for broker_id, address in cluster.addresses.items()
        )
        silent = tuple(_("nobody answers at %(address)s") % {"address": address} for address in reached.silent)
        return Answer(
            words=_("The cluster %(cluster)s has %(brokers)s.")
            % {"cluster": cluster.cluster_id, "brokers": counted.brokers(len(cluster.addresses))},
            details=(*brokers, *silent),
            data={
                "cluster_id": cluster.cluster_id,
                "brokers": list(cluster.addresses),
                "addresses": {str(broker_id): address for broker_id, address in cluster.addresses.items()},
                "began_at": list(self.addresses),
                "silent": list(reached.silent),
            },
        )

    def find_out(self, namespace: Namespace) -> Answer | None:
        return self.run(namespace)  # it changes nothing, so ask again

    def _place(self, where: Where) -> Where:
        return replace(where, begin_at=",".join(self.addresses))

    def python(self, where: Where) -> str:
        return f"""\
{where.imports()}from confluent_kafka.admin import AdminClient

{self._place(where).head()}

admin = AdminClient({where.client})
cluster = admin.describe_cluster(request_timeout=10).result()
print(f"The cluster {{cluster.cluster_id}} answers with")
for broker in cluster.nodes:
    print(f"broker {{broker.id}} at {{broker.host}}:{{broker.port}}")
"""

    def command(self, where: Where) -> str:
        place = self._place(where)
        return " &&\n".join(place.tool(f"kafka-cluster.sh {asked}") for asked in ("cluster-id", "list-endpoints"))

    def feed_line(self) -> str:
        return ""
