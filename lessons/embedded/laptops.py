"""The second listener, by which students' laptops reach the brokers. Off unless `up --kafka-host` names an address.

Why it is so
------------
On loopback everybody is the app: a listener without passwords, and a super user. On this one the client has to know a
password (SCRAM-SHA-256, so that it never travels), TLS by our own authority says that it talks to the class, and what no
ACL allows is refused (`lessons.cluster.users` makes users and ACLs). The brokers among themselves and the controllers
stay on loopback, where nobody else can be `User:ANONYMOUS`.

ACLs count nothing, so a policy of ours, in the brokers, refuses topics that a seat could not make in a page.

Deleting a user ends no connection of theirs: Kafka looks at a password when somebody connects. Without ACLs such a
connection can do nothing any more, and it ends within a minute, when it has to prove itself anew (KIP-368).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .ports import bracketed

NAME = "LAPTOPS"
MECHANISM = "SCRAM-SHA-256"
PROVE_ANEW_EVERY_MS = 60_000  # a client that a quota holds up at that moment is cut off: with 10 s that was seen
MOST_CONNECTIONS = 1000  # of one broker: three for each of a hundred students' programs, and some that nobody knows

# Of policy/kafkaclass/SeatPolicy.java; `python -m tests.build_policy` makes it anew.
POLICY_JAR = Path(__file__).with_name("policy") / "seat-policy.jar"
_POLICY = "kafkaclass.SeatPolicy"

_OWN = f"listener.name.{NAME.lower()}"


@dataclass(frozen=True)
class SeatRules:
    """What the brokers let a seat make of its topics and groups, in the numbers that the app's forms have. `settings` are
    those of a topic that it may change, with the least and the most of a number."""

    most_partitions: int
    most_replicas_at_once: int
    replicas_per_second: int
    settings: Mapping[str, tuple[int, int] | None]
    group_settings: tuple[str, ...]
    most_groups_at_once: int
    groups_per_second: float

    def as_properties(self) -> dict[str, str]:
        """As SeatPolicy reads them."""
        settings = [":".join(map(str, (name, *(bounds or ())))) for name, bounds in self.settings.items()]
        return {
            "create.topic.policy.class.name": _POLICY,
            "alter.config.policy.class.name": _POLICY,
            "kafkaclass.most.partitions": str(self.most_partitions),
            "kafkaclass.most.replicas.at.once": str(self.most_replicas_at_once),
            "kafkaclass.replicas.per.second": str(self.replicas_per_second),
            "kafkaclass.settings": ",".join(settings),
            "kafkaclass.group.settings": ",".join(self.group_settings),
            "kafkaclass.most.groups.at.once": str(self.most_groups_at_once),
            "kafkaclass.groups.per.second": str(self.groups_per_second),
        }


@dataclass(frozen=True)
class LaptopListener:
    """`host` is the address of this machine at which laptops find the brokers."""

    host: str
    rules: SeatRules
    wished_ports: tuple[int, ...] = (9192, 9193, 9194)


def listener(host: str, port: int) -> str:
    """As `listeners` and `advertised.listeners` take it."""
    return f"{NAME}://{bracketed(host)}:{port}"


def settings(certificate: Path, rules: SeatRules) -> dict[str, str]:
    """What a broker needs for it; `certificate` as the broker finds it from its own folder."""
    return {
        **rules.as_properties(),
        "listener.security.protocol.map": f"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,{NAME}:SASL_SSL",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": "User:ANONYMOUS",
        f"{_OWN}.sasl.enabled.mechanisms": MECHANISM,
        f"{_OWN}.{MECHANISM.lower()}.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        f"{_OWN}.{MECHANISM.lower()}.connections.max.reauth.ms": str(PROVE_ANEW_EVERY_MS),
        f"{_OWN}.max.connections": str(MOST_CONNECTIONS),
        f"{_OWN}.ssl.keystore.type": "PEM",  # KIP-651
        f"{_OWN}.ssl.keystore.location": str(certificate),
    }
