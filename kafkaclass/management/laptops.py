"""How students' laptops reach the brokers that `up` starts: at which address, and with what a seat may have."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from kafkaclass.hosts import EVERYWHERE, OwnHosts
from lessons.cluster import limits, share_groups
from lessons.embedded.laptops import SeatRules

SEAT_RULES = SeatRules(
    most_partitions=limits.MAX_PARTITIONS,
    most_replicas_at_once=limits.MAX_REPLICAS_PER_SEAT,
    replicas_per_second=8,
    settings=limits.SETTINGS,
    group_settings=(share_groups.RESET,),
    most_groups_at_once=limits.MAX_GROUPS_PER_SEAT,
    groups_per_second=0.1,
)


class CannotListen(ValueError):
    """str() is a sentence that says what to do."""


def refuse_kafka_host(kafka_host: str, *, web_host: str) -> None:
    """Raises: CannotListen."""
    if not OwnHosts(web_host).addresses():
        raise CannotListen(
            f"--kafka-host {kafka_host} is for students' laptops, and they do not reach the web site: it listens on"
            f" {web_host} only. Add --host 0.0.0.0."
        )
    ours = [address.strip("[]") for address in OwnHosts("::").addresses()]
    if kafka_host in EVERYWHERE:
        raise CannotListen(f"--kafka-host needs one address, the one at which laptops find the brokers. {_named(ours)}")
    try:
        found = sorted({str(each[4][0]) for each in socket.getaddrinfo(kafka_host, None, type=socket.SOCK_STREAM)})
    except OSError as error:
        raise CannotListen(f"--kafka-host {kafka_host} is no address, and no name of one. {_named(ours)}") from error
    if all(ipaddress.ip_address(each).is_loopback for each in found):
        raise CannotListen(f"--kafka-host {kafka_host} leads to this machine from itself alone. {_named(ours)}")
    if not set(found) <= set(ours):
        leads = "" if found == [kafka_host] else f", to which {kafka_host} leads"
        raise CannotListen(f"This machine does not have the address {', '.join(found)}{leads}. {_named(ours)}")


def _named(ours: Iterable[str]) -> str:
    return f"This machine's own: {', '.join(ours)}."
