"""From which addresses a client finds the cluster: `bootstrap.servers` are where it begins.

Why it is so
------------
A student types the addresses, and a real client asks them. It has the credentials of the class's cluster, and it runs in
the class's network: so it asks only hosts that the cluster itself names, at any port, and names that end in `.invalid`,
which nobody has (RFC 6761).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from confluent_kafka import KafkaException
from confluent_kafka.admin import ClusterMetadata

from lessons.cluster import clients
from lessons.cluster.errors import KafkaRefused, KafkaUnavailable
from lessons.cluster.metadata import Cluster, cluster_of, list_metadata
from lessons.cluster.refusals import Refusal
from lessons.words import _, gettext_noop

MOST_ADDRESSES = 4
REACHED_WITHIN_S = 5.0
ALONE_WITHIN_S = 2.0
NOBODY = "_TRANSPORT"  # as the client calls it
_SILENCE = gettext_noop("Nobody answers at any of these addresses.")
_ADVICE = gettext_noop("One that answers has to be among them: without it there is nobody to ask.")
_NOBODYS = ".invalid"
_HERE = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Reached:
    """The cluster that was found, and those of the addresses at which nobody answered."""

    cluster: Cluster
    silent: tuple[str, ...]


def addresses_in(bootstrap_servers: str) -> tuple[str, ...]:
    """`host:port` each, as they were typed."""
    return tuple(each.strip() for each in bootstrap_servers.split(",") if each.strip())


def reach(addresses: Sequence[str], *, asked: str) -> Reached:
    """Ask as a client that begins at these addresses, and beside it at each of them alone.

    Raises: AppRefused; KafkaRefused with the code NOBODY if nobody answers at any of them: the cluster itself may be up,
    and nothing is left to find out. KafkaUnavailable, if that is away.
    """
    _refuse(addresses, asked=asked)
    with ThreadPoolExecutor(len(addresses)) as threads:
        alone = threads.map(_answers_alone, addresses)
        try:
            cluster = cluster_of(_list(",".join(addresses), REACHED_WITHIN_S))
        except KafkaException:
            raise KafkaRefused(code=NOBODY, asked=asked, answered=_(_SILENCE), advice=_(_ADVICE)) from None
        answered = {address for address, answers in zip(addresses, alone, strict=True) if answers}
    answered |= set(cluster.addresses.values())  # one that is up may be slow
    return Reached(cluster, tuple(each for each in addresses if each not in answered))


def may_ask(addresses: Sequence[str], *, asked: str) -> bool:
    """Whether a client of ours would ask these; not while the cluster is away."""
    try:
        hosts = _hosts(asked=asked)
    except KafkaUnavailable:
        return False
    return 0 < len(addresses) <= MOST_ADDRESSES and all(_is_ours(each, hosts) for each in addresses)


def _refuse(addresses: Sequence[str], *, asked: str) -> None:
    if not 0 < len(addresses) <= MOST_ADDRESSES:
        raise Refusal.HOW_MANY_ADDRESSES.error(asked=asked, most=MOST_ADDRESSES)
    hosts = _hosts(asked=asked)
    if others := [each for each in addresses if not _is_ours(each, hosts)]:
        raise Refusal.OTHER_HOST.error(asked=asked, address=others[0], hosts=", ".join(sorted(hosts)))


def _hosts(*, asked: str) -> set[str]:
    named = {_host(each) for each in addresses_in(clients.connection().bootstrap_servers)}
    brokers = list_metadata(asked=asked).brokers.values()
    hosts = named | {str(broker.host) for broker in brokers if broker.host}
    return hosts | _HERE if hosts & _HERE else hosts


def _is_ours(address: str, hosts: set[str]) -> bool:
    host, port = _host(address), address.rpartition(":")[2]
    return (host in hosts or host.endswith(_NOBODYS)) and port.isdecimal() and 0 < int(port) < 2**16


def _host(address: str) -> str:
    return address.rpartition(":")[0]


def _answers_alone(address: str) -> bool:
    try:
        _list(address, ALONE_WITHIN_S)
    except KafkaException:
        return False
    return True


def _list(bootstrap_servers: str, timeout_s: float) -> ClusterMetadata:
    return clients.new_admin_at(bootstrap_servers).list_topics(timeout=timeout_s)
