"""What a program may set of its clients, and which addresses are the class's cluster.

An allow-list, for a setting of librdkafka can read a file or load a library. What is not in it is answered as the client
answers a name that does not exist, or in words where it does exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka import KafkaError, KafkaException

from lessons.cluster import clients
from lessons.cluster.entry_points import NOBODYS_ADDRESS
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs.wire import own, own_group
from lessons.words import _

Value = str | int | float | bool
Config = dict[str, Value]

# The notebook's own names, and those of the brokers that `up` and docker-compose.yml start.
_HOSTS = {"kafka1", "kafka2", "kafka3"}
_PORTS = {"9092", "9093", "9094"}

_EVERY = {
    "allow.auto.create.topics", "api.version.request", "broker.address.family", "broker.address.ttl", "client.id", "client.rack",
    "log.connection.close", "max.in.flight", "max.in.flight.requests.per.connection", "message.max.bytes",
    "metadata.max.age.ms", "metadata.recovery.strategy", "reconnect.backoff.max.ms", "reconnect.backoff.ms",
    "request.timeout.ms", "retry.backoff.max.ms", "retry.backoff.ms", "security.protocol", "socket.connection.setup.timeout.ms",
    "socket.keepalive.enable", "socket.max.fails", "socket.nagle.disable", "socket.timeout.ms",
    "topic.metadata.propagation.max.ms", "topic.metadata.refresh.interval.ms",
}  # fmt: skip
_PRODUCER = {
    "acks", "batch.num.messages", "batch.size", "compression.codec", "compression.level", "compression.type",
    "delivery.report.only.error", "delivery.timeout.ms", "enable.gapless.guarantee", "enable.idempotence", "linger.ms",
    "message.send.max.retries", "message.timeout.ms", "partitioner", "queue.buffering.max.kbytes",
    "queue.buffering.max.messages", "queue.buffering.max.ms", "queuing.strategy", "request.required.acks", "retries",
    "sticky.partitioning.linger.ms", "transaction.timeout.ms", "transactional.id",
}  # fmt: skip
_CONSUMER = {
    "auto.commit.interval.ms", "auto.offset.reset", "check.crcs", "enable.auto.commit", "enable.auto.offset.store",
    "enable.partition.eof", "fetch.error.backoff.ms", "fetch.min.bytes", "fetch.wait.max.ms", "group.id",
    "group.instance.id", "group.protocol", "group.remote.assignor", "heartbeat.interval.ms", "isolation.level",
    "max.poll.interval.ms", "partition.assignment.strategy", "session.timeout.ms",
}  # fmt: skip
ALLOWED = {"admin": _EVERY, "producer": _EVERY | _PRODUCER, "consumer": _EVERY | _CONSUMER}
# They exist and are not a program's: files, libraries, identities, memory, floods of log lines.
_NOT_OFFERED = (
    "ssl.", "sasl.", "enable.ssl.", "enable.sasl.", "https.", "plugin.", "log", "debug", "statistics.", "socket.",
    "fetch.", "queued.", "queue.", "builtin.", "internal.", "enable.metrics", "receive.message.", "connections.",
    "offset.store.", "default.topic.", "enabled_events", "client.dns.", "resolve_", "opaque", "interceptors", "api.",
)  # fmt: skip
_MOST_QUEUED_KBYTES = 16 * 1024


def is_the_class(servers: object) -> bool:
    """Whether a program's `bootstrap.servers` mean the class's cluster: one address that is known is enough."""
    ours = {each.strip() for each in clients.connection().bootstrap_servers.split(",")}
    ports = {each.rpartition(":")[2] for each in ours}
    from_here = clients.connection().from_here
    return any(_is_ours(from_here(each.strip()), ours, ports) for each in str(servers).split(","))


def _is_ours(address: str, ours: set[str], ports: set[str]) -> bool:
    host, _colon, port = address.removeprefix("PLAINTEXT://").rpartition(":")
    if address in ours or (host in ("localhost", "127.0.0.1") and f"127.0.0.1:{port}" in ours):
        return True
    return (host or port) in _HOSTS and (not host or port in _PORTS | ports)


def settings_for(kind: str, wanted: Mapping[str, Value], namespace: Namespace) -> Config:
    """The settings of a real client, from a program's. Raises: KafkaException as the client does; AppRefused for a name."""
    config = {
        name: value for name, value in wanted.items() if name not in ("bootstrap.servers", "metadata.broker.list")
    }
    for name in config:
        _refuse_others(name, kind)
    if "group.id" in config:
        config["group.id"] = own_group(str(config["group.id"]), namespace)
    if "transactional.id" in config:
        config["transactional.id"] = own(str(config["transactional.id"]), namespace)
    if kind == "producer":
        queued = int(config.get("queue.buffering.max.kbytes", _MOST_QUEUED_KBYTES))
        config["queue.buffering.max.kbytes"] = min(queued, _MOST_QUEUED_KBYTES)
    servers = wanted.get("bootstrap.servers", wanted.get("metadata.broker.list"))
    if servers is None or str(config.get("security.protocol", "plaintext")).lower() != "plaintext":
        return config  # nobody is asked, or somebody who would be asked in another language
    if is_the_class(servers):
        config.pop("security.protocol", None)
        return {**config, **clients.connection().settings()}
    return {**config, "bootstrap.servers": NOBODYS_ADDRESS}


def _refuse_others(name: str, kind: str) -> None:
    if name in ALLOWED[kind] or name in _ANY_KIND:
        return
    if name.startswith(_NOT_OFFERED):
        words = _('The setting "%(name)s" is not for a program that runs in a page.') % {"name": name}
    else:
        words = f'No such configuration property: "{name}"'
    raise KafkaException(KafkaError(KafkaError._INVALID_ARG, words))


# librdkafka takes a consumer's settings in a producer and the other way round, and only warns.
_ANY_KIND = _EVERY | _PRODUCER | _CONSUMER
