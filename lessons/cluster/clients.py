"""The process's Kafka clients: one admin client, one producer, and a consumer whenever one is needed.

Clients do not survive a fork: each process makes its own when it first needs them, and so does a child.
librdkafka's log lines and delivery reports wait in queues until somebody polls; one thread does that.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaException, Producer, ShareConsumer
from confluent_kafka.admin import AdminClient

from lessons.cluster.coordinator_client import CoordinatorClient
from lessons.cluster.errors import ClusterError, Strips, translated
from lessons.cluster.lending import Lender

TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 3.0

_log = logging.getLogger("lessons.cluster.librdkafka")
_log.addHandler(logging.NullHandler())  # without any handler Python writes warnings to stderr

Config = dict[str, Any]
T = TypeVar("T")

CLIENT_ID = "kafkaclass"
_EVERY_CLIENT: Config = {
    "client.id": CLIENT_ID,
    "topic.metadata.refresh.interval.ms": 2000,  # a deleted topic is noticed in 2 s instead of 45
    "reconnect.backoff.max.ms": 1000,  # by default a broker that is back may wait 10 s for us
    "log.connection.close": False,
}
_ADMIN: Config = {"socket.timeout.ms": 6000}
_PRODUCER: Config = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 0,  # produce to record in hand: 2.8 ms, with the default of 5 it is 8.4
    "sticky.partitioning.linger.ms": 10,  # the default, which a linger of 0 would take away
    "topic.metadata.propagation.max.ms": 1000,  # a missing topic is reported after 1 s, not 30
    "message.timeout.ms": 10000,
}
_CONSUMER: Config = {
    "group.id": "kafkaclass-reader",  # the client asks for one even where assign() needs none
    "enable.auto.commit": False,
    "heartbeat.interval.ms": 500,  # a rebalance is noticed at a heartbeat: 4 members stable in 0.55 s, not 3
    "fetch.queue.backoff.ms": 20,  # the default of 1000 pauses a second now and then
    "fetch.message.max.bytes": 262144,  # with these two a stalled reader grows by 8 MiB instead of 85
    "queued.max.messages.kbytes": 1024,
    # When an answer is larger than this the client closes its connection, again and again, and nothing comes any more of
    # all that this broker leads. The default is 100 MB; brokers take records of 100 MiB if a topic allows them.
    "receive.message.max.bytes": 1024 * 1024 * 1024,
}
# Any other request waits behind an open fetch, for as long as that fetch waits for records.
_READER: Config = {"enable.partition.eof": True, "auto.offset.reset": "earliest", "fetch.wait.max.ms": 5}
_MOST_IDLE = 2


@dataclass(frozen=True)
class Connection:
    """The cluster's address, and the client's settings for TLS and SASL as pairs. `laptop_servers` are the same brokers, in
    the same order, as students' laptops find them; empty: they don't."""

    bootstrap_servers: str
    extra: tuple[tuple[str, str], ...] = ()
    laptop_servers: str = ""

    def from_here(self, address: str) -> str:
        """Our own address of a broker that is named by its address for laptops; any other stays as it is."""
        return counterpart(address, among=self.laptop_servers, of=self.bootstrap_servers)

    def settings(self) -> Config:
        return {"bootstrap.servers": self.bootstrap_servers, **dict(self.extra)}


def counterpart(address: str, *, among: str, of: str) -> str:
    """The same broker's address in `of`, where both lists (`host:port,…`) have the brokers in one order; else itself."""
    return dict(zip(among.split(","), of.split(","), strict=False)).get(address) or address


@dataclass
class Known:
    """What was heard of the cluster last, on the monotonic clock in seconds: kept as long as its clients."""

    answered_at: float = 0.0
    cluster_id: str | None = None
    id_heard_at: float = 0.0
    usual_replicas: int | None = None
    offsets_partitions: int = 0  # of __consumer_offsets; 0: there was no such topic yet
    coordinators: object = None  # of its partitions, when every broker was last found to know them all
    shares: Any = None  # what share_groups.py has read so far


class _Clients:
    """The clients that one process has for one cluster."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.pid = os.getpid()
        self.known = Known()
        self._lock = threading.Lock()
        self._admin: AdminClient | None = None
        self._askers: dict[bool, Consumer] = {}
        self._producer: Producer | None = None
        self._producer_knows: dict[str, object] = {}
        self._retired: list[Producer] = []  # broken ones that still owe reports
        self.readers = Lender(lambda: new_consumer(**_READER), tidy=_reads_nothing, give_up=close, keeps=_MOST_IDLE)
        self.coordinators = Lender(
            lambda: CoordinatorClient(self.new_admin()),
            tidy=CoordinatorClient.is_settled,
            give_up=lambda client: bounded(client.close, timeout_s=0.0),  # nobody needs to wait for it
            keeps=_MOST_IDLE,
        )
        self._stop = threading.Event()
        self._pump: threading.Thread | None = None

    def admin(self) -> AdminClient:
        with self._lock:
            if self._admin is None:
                self._admin = self.new_admin()
                self._start_pump()
            return self._admin

    def new_admin(self, **config: Any) -> AdminClient:
        return AdminClient({**_EVERY_CLIENT, **_ADMIN, **self.connection.settings(), **config}, logger=_log)

    def asker(self, *, committed: bool) -> Consumer:
        with self._lock:
            if committed not in self._askers:
                isolation = "read_committed" if committed else "read_uncommitted"
                self._askers[committed] = new_consumer(**{"isolation.level": isolation})
                self._start_pump()
            return self._askers[committed]

    def producer(self) -> Producer:
        with self._lock:
            if self._producer is None:
                settings = {**_EVERY_CLIENT, **_PRODUCER, **self.connection.settings()}
                self._producer = Producer(settings, logger=_log)
                self._producer_knows = {}
                self._start_pump()
            return self._producer

    def replace_producer(self, broken: Producer) -> None:
        broken.purge(blocking=False)  # or some of its records would wait for their time-out, 10 s
        with self._lock:
            if self._producer is broken:
                self._producer = None
                self._retired.append(broken)

    def serve(self, producer: Producer, *, wait_s: float) -> None:
        """Poll the producer. The client raises a fatal error from one poll, and only from that one."""
        try:
            producer.poll(wait_s)
        except KafkaException as error:
            _log.error("A producer had a fatal error and was replaced: %s", error.args[0])
            self.replace_producer(producer)

    def producer_that_knows(self, topic: str, now: object, *, timeout_s: float) -> Producer:
        producer, knows = self.producer(), self._producer_knows
        if knows.get(topic) != now:
            producer.list_topics(topic, timeout=timeout_s)
            knows[topic] = now
        return producer

    def close(self) -> None:
        self._stop.set()
        if self._pump is not None:
            self._pump.join(CLOSE_TIMEOUT_S)
        if self._producer is not None:
            producer = self._producer
            bounded(lambda: producer.flush(CLOSE_TIMEOUT_S / 2), timeout_s=CLOSE_TIMEOUT_S)
        # Dropping the last reference destroys a client, which can take long: not on our thread.
        leavers = [self._admin, self._producer, *self._retired]
        self._retired.clear()
        self._admin = self._producer = None
        for leave in (leavers.clear, self._close_askers, self.readers.close, self.coordinators.close):
            bounded(leave, timeout_s=CLOSE_TIMEOUT_S)

    def _close_askers(self) -> None:
        with self._lock:
            askers, self._askers = self._askers, {}
        for asker in askers.values():
            close(asker)

    def _start_pump(self) -> None:
        if self._pump is None:
            self._pump = threading.Thread(target=self._run_pump, name="kafka-poll", daemon=True)
            self._pump.start()

    def _run_pump(self) -> None:
        """Serve delivery reports at once, and the other clients' log lines a few times a second."""
        while not self._stop.is_set():
            try:
                self._poll_all()
            except Exception:  # every report of the process comes through this thread, so it must go on
                _log.exception("The clients could not be polled; trying again")
                self._stop.wait(0.1)

    def _poll_all(self) -> None:
        producer = self._producer
        if producer is not None:
            self.serve(producer, wait_s=0.2)
        elif not self._retired:
            self._stop.wait(0.1)
        for retired in tuple(self._retired):
            self.serve(retired, wait_s=0.05)
            if not len(retired):
                self._retired.remove(retired)
        if self._admin is not None:
            self._admin.poll(0)
        for asker in tuple(self._askers.values()):
            asker.poll(0)


_lock = threading.Lock()
_clients: _Clients | None = None


def configure(connection: Connection) -> None:
    """Set the cluster that this process talks to. Clients of an earlier one are closed."""
    global _clients
    with _lock:
        earlier, _clients = _clients, _Clients(connection)
    if earlier is not None and earlier.pid == os.getpid():
        earlier.close()


def connection() -> Connection:
    """The cluster's address and settings. Raises RuntimeError before the first `configure`."""
    return _current().connection


def known() -> Known:
    """What this process knows of its cluster."""
    return _current().known


def note_answer() -> None:
    """The cluster has answered in this moment."""
    known().answered_at = time.monotonic()


def admin() -> AdminClient:
    """The process's admin client."""
    return _current().admin()


def asker(*, committed: bool = False) -> Consumer:
    """A consumer that reads nothing: to ask where many partitions end, from any thread. That is the high watermark, or with
    `committed` the last stable offset."""
    return _current().asker(committed=committed)


def producer() -> Producer:
    """The process's producer: acks=all, idempotent, polled by a thread of its own. Never flush it."""
    return _current().producer()


def producer_that_knows(topic: str, now: object, *, timeout_s: float = TIMEOUT_S) -> Producer:
    """The process's producer, with its metadata of the topic renewed, unless it was renewed for the same `now`.

    By itself the producer renews it every 2 s. If another process adds partitions or creates the topic anew in between,
    the producer does not know them yet. Raises: KafkaException.
    """
    return _current().producer_that_knows(topic, now, timeout_s=timeout_s)


def warm_up() -> None:
    """Make the admin client and the producer now. Returns at once.

    The first record of a new idempotent producer waits 0.5 to 1 s for the producer's id; if the producer was made a
    moment earlier, it already has its id.
    """
    admin()
    producer()


def replace_producer(broken: Producer) -> None:
    """Give up a producer that had a fatal error: it cannot send any more.

    Records under way fail now, each with a report. If it was the process's producer, the next `producer()` makes a new
    one.
    """
    _current().replace_producer(broken)


def serve(producer: Producer, *, wait_s: float) -> None:
    """Poll a producer for its reports. If it has a fatal error, it is given up as by `replace_producer`."""
    _current().serve(producer, wait_s=wait_s)


def new_roamer() -> AdminClient:
    """A short-lived admin client, connected to every broker: its lists of topics come from all of them in turn.

    (A usual client, with sparse connections, keeps asking the one broker that it happens to be connected to.)
    """
    return _current().new_admin(**{"enable.sparse.connections": False})


def new_admin_at(bootstrap_servers: str) -> AdminClient:
    """A short-lived admin client that begins at these addresses, with the settings of our cluster."""
    return _current().new_admin(**{"bootstrap.servers": bootstrap_servers})


def new_consumer(**config: Any) -> Consumer:
    """A new consumer; auto-commit is off unless you turn it on. Close it with `close`."""
    settings = {**_EVERY_CLIENT, **_CONSUMER, **connection().settings(), **config}
    if settings.get("group.protocol") == "consumer":
        settings.pop("heartbeat.interval.ms")  # KIP-848: the broker decides, and the client refuses this setting
    return Consumer(settings, logger=_log)


def new_share_consumer(**config: Any) -> ShareConsumer:
    """A new member of a share group, for one thread at a time. Close it with `close`."""
    # Each one warns that this part of the client is a preview.
    return ShareConsumer({**_EVERY_CLIENT, "log_level": 3, **connection().settings(), **config}, logger=_log)


def reader() -> AbstractContextManager[Consumer]:
    """A consumer to read by assign(), for the length of a with block; it reports the end of a partition.

    Two are kept for the next callers: a new one costs 3 ms of CPU, five threads, and connections to all brokers.
    """
    return _current().readers.lend()


def coordinators() -> AbstractContextManager[CoordinatorClient]:
    """A client for questions to groups' coordinators, for the length of a with block."""
    return _current().coordinators.lend()


def _reads_nothing(reader: Consumer) -> bool:
    reader.unassign()
    return True


def new_producer(**config: Any) -> Producer:
    """A new producer, with the process's settings except for those in `config`."""
    return Producer({**_EVERY_CLIENT, **_PRODUCER, **connection().settings(), **config}, logger=_log)


def new_plain_producer(**config: Any) -> Producer:
    """A new producer with the client's own defaults, like a student's `Producer({"bootstrap.servers": …})`.

    A new idempotent producer holds its first record back for 0.5 to 1 s. A lesson about partitions that stick for 10 ms,
    or about a queue that fills up, would then show something else.
    """
    return new_producer(**{"enable.idempotence": False, "linger.ms": 5, **config})


def close(consumer: Consumer | ShareConsumer, *, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
    """Close a consumer; whether that was done in time. It can hang (confluent-kafka-python issue 1667)."""
    return bounded(consumer.close, timeout_s=timeout_s)


def abandon(holder: list[Consumer]) -> None:
    """Let go of a consumer whose only reference is in this list: it is gone without a word to its group."""
    bounded(holder.clear, timeout_s=CLOSE_TIMEOUT_S)


def close_all() -> None:
    """Close all clients of this process, within a few seconds. A later call makes new ones."""
    with _lock:
        clients = _clients
    if clients is not None and clients.pid == os.getpid():
        configure(clients.connection)


def settle(future: Future[T], *, asked: str, namespace: Strips | None = None, timeout_s: float = TIMEOUT_S) -> T:
    """The result of an admin call, within the time limit. Raises ClusterError."""
    with translated(asked=asked, namespace=namespace):
        result = future.result(timeout_s)
    note_answer()
    return result


def settle_each(
    futures: Mapping[str, Future[T]],
    *,
    asked: str,
    namespace: Strips | None = None,
    timeout_s: float = TIMEOUT_S,
) -> dict[str, T | ClusterError]:
    """The results of one admin call about several things, all within the time limit; in the place of a result its error."""
    deadline = time.monotonic() + timeout_s
    answers: dict[str, T | ClusterError] = {}
    for name, future in futures.items():
        left_s = max(0.0, deadline - time.monotonic())
        try:
            answers[name] = settle(future, asked=asked, namespace=namespace, timeout_s=left_s)
        except ClusterError as error:
            answers[name] = error
    return answers


def bounded(call: Callable[[], object], *, timeout_s: float) -> bool:
    """Run a call that may hang, on its own thread; whether it returned in time, with success or an error."""

    def run() -> None:
        try:
            call()
        except Exception as error:  # such as _DESTROY: the client was destroyed while it was being closed
            _log.debug("a client was not closed cleanly: %s", error)

    thread = threading.Thread(target=run, name="kafka-close", daemon=True)
    thread.start()
    thread.join(timeout_s)
    return not thread.is_alive()


def _current() -> _Clients:
    global _clients
    with _lock:
        if _clients is None:
            raise RuntimeError("call lessons.cluster.clients.configure(Connection(...)) first")
        if _clients.pid != os.getpid():  # a fork: the threads of the parent's clients are not here
            _clients = _Clients(_clients.connection)
        return _clients


atexit.register(close_all)
