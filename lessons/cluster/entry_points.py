"""From which addresses a client finds the cluster: `bootstrap.servers` are where it begins.

Why it is so
------------
A student types the addresses, and a real client asks them. It has the credentials of the class's cluster, and it runs in
the class's network: so it asks only addresses that the cluster itself has named. Any other is one at which nobody answers,
as it is for the programs that run in a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from confluent_kafka import KafkaException
from confluent_kafka.admin import ClusterMetadata

from lessons.cluster import clients
from lessons.cluster.errors import AppRefused, KafkaRefused, KafkaUnavailable
from lessons.cluster.metadata import Cluster, cluster_of, list_metadata
from lessons.cluster.refusals import Refusal
from lessons.words import _, gettext_noop

MOST_ADDRESSES = 4
REACHED_WITHIN_S = 5.0
ALONE_WITHIN_S = 2.0
NOBODY = "_TRANSPORT"  # as the client calls it
_SILENCE = gettext_noop("Nobody answers at any of these addresses.")
_ADVICE = gettext_noop("One that answers has to be among them: without it there is nobody to ask.")
NOBODYS_ADDRESS = "127.0.0.1:1"  # a port where nobody listens
_HERE = ("127.0.0.1", "localhost")
_ADDRESS = re.compile(r"[\w.-]+:(?P<port>\d{1,5})", re.ASCII)


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
    known = _known(asked=asked)
    asked_for_real = [each if each in known else NOBODYS_ADDRESS for each in addresses]
    with ThreadPoolExecutor(len(addresses)) as threads:
        alone = threads.map(_answers_alone, asked_for_real)
        try:
            cluster = cluster_of(_list(",".join(asked_for_real), REACHED_WITHIN_S))
        except KafkaException:
            raise KafkaRefused(code=NOBODY, asked=asked, answered=_(_SILENCE), advice=_(_ADVICE)) from None
        answered = {address for address, answers in zip(addresses, alone, strict=True) if answers}
    answered |= set(cluster.addresses.values())  # one that is up may be slow
    return Reached(cluster, tuple(each for each in addresses if each not in answered))


def may_ask(addresses: Sequence[str], *, asked: str) -> bool:
    """Whether a client of ours that begins at these would find the cluster; not while that is away."""
    try:
        _refuse(addresses, asked=asked)
        return not _known(asked=asked).isdisjoint(addresses)
    except (AppRefused, KafkaUnavailable):
        return False


def _refuse(addresses: Sequence[str], *, asked: str) -> None:
    if not 0 < len(addresses) <= MOST_ADDRESSES:
        raise Refusal.HOW_MANY_ADDRESSES.error(asked=asked, most=MOST_ADDRESSES)
    for address in addresses:
        match = _ADDRESS.fullmatch(address)
        if match is None or not 0 < int(match["port"]) < 2**16:
            raise Refusal.NO_ADDRESS.error(asked=asked, address=address)


def _known(*, asked: str) -> set[str]:
    """The addresses at which the app itself begins, and those of the brokers; of this machine by each of its names."""
    brokers = list_metadata(asked=asked).brokers.values()
    named = {*addresses_in(clients.connection().bootstrap_servers), *(f"{each.host}:{each.port}" for each in brokers)}
    here = {each.rpartition(":")[2] for each in named if each.rpartition(":")[0] in _HERE}
    return named | {f"{host}:{port}" for host in _HERE for port in here}


def _answers_alone(address: str) -> bool:
    try:
        _list(address, ALONE_WITHIN_S)
    except KafkaException:
        return False
    return True


def _list(bootstrap_servers: str, timeout_s: float) -> ClusterMetadata:
    return clients.new_admin_at(bootstrap_servers).list_topics(timeout=timeout_s)
