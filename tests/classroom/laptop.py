"""A student's laptop: how it reaches the class, and what real clients on it do and hear."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Producer, ShareConsumer, TopicCollection
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from tests.waiting import PATIENCE_S, wait_for

PLUGGED_IN = "KAFKACLASS_TEST_CABLE"  # one that is there already: its host, and its namespace


@dataclass(frozen=True)
class Cable:
    """How the laptop reaches the class. Without a namespace both are this machine."""

    host: str
    namespace: str = ""

    def on_the_laptop(self, *command: str, cwd: Path, timeout_s: float = PATIENCE_S) -> str:
        before = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        done = subprocess.run(
            [*before, *command], cwd=cwd, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def plugged_in() -> Iterator[Cable]:
    """Where the machine allows it (root on Linux, `ip`), a network namespace stands for the laptop: it reaches the class's
    machine by one cable, and nothing else. A browser drops all that it is loading when it sees a new network: so where others run
    beside, it is there before they begin (tests/workers.py)."""
    if named := os.environ.get(PLUGGED_IN):
        yield Cable(*named.split())
        return
    pid = os.getpid()
    name = f"laptop{pid}"
    ours, theirs = f"kc{pid}a", f"kc{pid}b"
    inside = f"ip netns exec {name} "
    # A run that was killed leaves its cable behind, and another may be going on beside this one: each has its own network.
    host, laptop = (str(IPv4Address("10.192.0.0") + 4 * (pid % 2**18) + number) for number in (1, 2))

    def unplug() -> None:
        for step in (f"ip netns del {name}", f"ip link del {ours}") if shutil.which("ip") else ():
            subprocess.run(step.split(), check=False, capture_output=True)

    steps = [
        f"ip netns add {name}", f"ip link add {ours} type veth peer name {theirs}", f"ip link set {theirs} netns {name}",
        f"ip addr add {host}/30 dev {ours}", f"ip link set {ours} up", f"{inside}ip addr add {laptop}/30 dev {theirs}",
        f"{inside}ip link set {theirs} up", f"{inside}ip link set lo up",
    ]  # fmt: skip
    unplug()  # what a process that had this number has left
    try:
        if shutil.which("ip") and all(subprocess.run(step.split(), check=False).returncode == 0 for step in steps):
            yield Cable(host, name)
        else:
            yield Cable("127.0.0.1")
    finally:
        unplug()


def code_of(call: Callable[[], object]) -> str:
    """Kafka's name for the refusal; empty if there was none."""
    try:
        call()
    except KafkaException as refusal:
        return refusal.args[0].name()
    return ""


def each(futures: dict) -> None:
    for future in futures.values():
        future.result(PATIENCE_S)


def produced(config: dict, topic: str, value: str = "x") -> None:
    """Raises: KafkaException, with what the report says."""
    reports: list = []
    producer = Producer({**config, "message.timeout.ms": 20_000, "retries": 3})
    producer.produce(topic, value, on_delivery=lambda error, _message: reports.append(error))
    assert producer.flush(PATIENCE_S) == 0
    if reports[0]:
        raise KafkaException(reports[0])


def read(config: dict, topic: str, group: str) -> bytes:
    """The first record for a new group. Raises: KafkaException."""
    consumer = Consumer({**config, "group.id": group, "auto.offset.reset": "earliest", "session.timeout.ms": 6000})
    try:
        consumer.subscribe([topic])
        message = wait_for(lambda: consumer.poll(1))
        if message.error():
            raise KafkaException(message.error())
        return message.value()
    finally:
        consumer.close()


def share(config: dict, topic: str, group: str) -> bytes:
    """The first record, as a member of a share group that begins with it."""
    change(AdminClient(config), group, "share.auto.offset.reset", "earliest", of=ResourceType.GROUP)
    member = ShareConsumer({**config, "group.id": group})
    try:
        member.subscribe([topic])
        message = wait_for(lambda: member.poll(1))[0]
        if message.error():
            raise KafkaException(message.error())
        return message.value()
    finally:
        member.close()


def change(admin: AdminClient, of_what: str, name: str, value: str, *, of: ResourceType = ResourceType.TOPIC) -> None:
    """A setting of a topic or a group."""
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    each(admin.incremental_alter_configs([ConfigResource(of, of_what, incremental_configs=[entry])]))


def describe(admin: AdminClient, topic: str) -> dict[str, str]:
    asked = admin.describe_topics(TopicCollection([topic]))
    return {name: code_of(lambda future=future: future.result(PATIENCE_S)) for name, future in asked.items()}


def refused_user(config: dict) -> str:
    """What a new client hears; empty if it is let in."""
    heard: list[str] = []
    admin = AdminClient({**config, "error_cb": lambda error: heard.append(error.name())})

    def is_decided() -> bool:
        try:
            return bool(admin.list_topics(timeout=1).brokers)
        except KafkaException:
            admin.poll(0)
            return "_AUTHENTICATION" in heard

    wait_for(is_decided)
    return "_AUTHENTICATION" if "_AUTHENTICATION" in heard else ""
