"""The folders, the settings and the command line of a broker.

    DATA/kafka/cluster.json            the cluster's id and its ports
    DATA/kafka/tls/                    the certificates for laptops, if there is a listener for them
    DATA/kafka/kafka1/broker.properties, log4j2.properties, wanted.json, status.json
    DATA/kafka/kafka1/data/            Kafka's own data
    DATA/kafka/kafka1/logs/            kafka.log (5 files of 5 MB), output.log

Every figure below was measured on two cores; the comments say what happens without the setting.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import laptops
from .certificates import Certificates
from .files import write_whole
from .java import Java
from .ports import LOOPBACK, bracketed
from .problem import BrokerProblem

BROKER_IDS = (1, 2, 3)
LOG_FILE_MB = 5
LOG_FILES = 5
MIB = 1024 * 1024

SETTINGS = {
    # The lessons create topics on purpose, and explain what auto-creation would have done.
    "auto.create.topics.enable": "false",
    # The heap is small: with the cleaner's default buffer of 128 MB a broker dies of OutOfMemoryError when it starts.
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.cleaner.threads": "1",
    "num.io.threads": "2",
    "num.network.threads": "2",
    "background.threads": "2",
    "offsets.topic.num.partitions": "3",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.num.partitions": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "1",
    # Of share groups; 50 partitions of 3 replicas by default.
    "share.coordinator.state.topic.num.partitions": "3",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "1",
    # What a share group did with each record, in the order in which it happened, can be read for a day (for 5 min by
    # default: then Kafka sums it up, and deletes what came before).
    "share.coordinator.cold.partition.snapshot.interval.ms": str(24 * 60 * 60 * 1000),
    # With the default of 3 s every first join of a group waits 3 s.
    "group.initial.rebalance.delay.ms": "0",
    # Leaders move 3 to 5 s after a kill (9 s by default), and a killed broker is accepted again after 2 s.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Preferred leaders come back within 10 s (300 s by default).
    "leader.imbalance.check.interval.seconds": "10",
    # What a class has sent and committed lasts as long as the class: a week (by default) is less than from one lesson to
    # the next.
    "log.retention.ms": "-1",
    # Without it one seat could fill the disk. Retention deletes whole segments, so a partition holds 16 to 20 MiB at most,
    # and the 240 replicas that the app allows a seat 5 GB.
    "log.retention.bytes": str(16 * MIB),
    "log.segment.bytes": str(4 * MIB),
    # A request of 90 MB, as one's own program can send it, ended a broker with OutOfMemoryError again and again.
    "socket.request.max.bytes": str(16 * MIB),
    "queued.max.request.bytes": str(32 * MIB),
    "offsets.retention.minutes": str(10 * 365 * 24 * 60),
    # A retention of 1 s takes effect after 1.5 s (after 255 s by default).
    "log.retention.check.interval.ms": "2000",
    "log.cleaner.backoff.ms": "1000",
    # The controllers write a record just to show that they are there, twice a second by default. Three brokers that nobody
    # asks anything take 10 % of a core without it, and 13 % with it.
    "metadata.max.idle.interval.ms": "5000",
    # KIP-848: four members are stable in 2 s (10 s by default), a crash is noticed in 7 s (48 s by default).
    "group.consumer.session.timeout.ms": "6000",
    "group.consumer.min.session.timeout.ms": "6000",
    "group.consumer.heartbeat.interval.ms": "1000",
    "group.consumer.min.heartbeat.interval.ms": "500",
    # Share groups: the first record of a new group comes after 1 to 2 s (5 to 6 s by default).
    "group.share.session.timeout.ms": "6000",
    "group.share.min.session.timeout.ms": "6000",
    "group.share.heartbeat.interval.ms": "1000",
    "group.share.min.heartbeat.interval.ms": "500",
}

# Without it Java reads the letters of a path as ASCII, whatever the path is.
JAVA_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}

LOG4J2 = """\
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = logs/kafka.log
appender.file.filePattern = logs/kafka.%i.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{yyyy-MM-dd HH:mm:ss,SSS}} %p %m (%c)%n%throwable
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = {size_mb}MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = {older_files}
rootLogger.level = WARN
rootLogger.appenderRef.file.ref = file
logger.server.name = org.apache.kafka.common.utils.AppInfoParser
logger.server.level = INFO
"""


@dataclass(frozen=True)
class ClusterPlan:
    """The settings that all brokers of a data folder share. Without a `laptop_host` there is no listener for laptops; its
    ports are kept for the next time."""

    cluster_id: str
    ports: tuple[int, ...]
    controller_ports: tuple[int, ...]
    laptop_host: str = ""
    laptop_ports: tuple[int, ...] = ()

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(f"{LOOPBACK}:{port}" for port in self.ports)

    @property
    def laptop_servers(self) -> str:
        """The same for laptops; empty if there is no listener for them."""
        return ",".join(f"{bracketed(self.laptop_host)}:{port}" for port in self.laptop_ports if self.laptop_host)


@dataclass(frozen=True)
class BrokerFiles:
    """The files of one broker. Its Java runs in the folder and reads and writes by names alone: a path may have letters
    that properties files and log4j2 misread (they know Latin-1, and `%`, `#`, `$` and `,` mean something to them)."""

    folder: Path

    @property
    def properties(self) -> Path:
        return self.folder / "broker.properties"

    @property
    def log4j2(self) -> Path:
        return self.folder / "log4j2.properties"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def clean_mark(self) -> Path:
        """Kafka makes it when it has closed all logs, and deletes it once it has opened them again."""
        return self.data / ".kafka_cleanshutdown"

    @property
    def log(self) -> Path:
        return self.folder / "logs" / "kafka.log"

    @property
    def output(self) -> Path:
        """Java's own messages, such as a crash or a heap that is too large."""
        return self.folder / "logs" / "output.log"

    @property
    def wanted(self) -> Path:
        return self.folder / "wanted.json"

    @property
    def status(self) -> Path:
        return self.folder / "status.json"


@dataclass(frozen=True)
class Launch:
    """What is needed to start a broker's Java."""

    java: Java
    class_path: tuple[Path, ...]
    heap_mb: int
    aot_cache: Path | None = None

    def command(self, files: BrokerFiles, *arguments: str, flags: Sequence[str] = ()) -> list[str]:
        """The command line, to be run in the broker's folder with `JAVA_ENVIRONMENT`; `arguments` begin with the main class."""
        cache = [f"-XX:AOTCache={self.aot_cache}", "-Xlog:aot*=off"] if self.aot_cache else []
        return [
            str(self.java.path),
            f"-Xmx{self.heap_mb}m",
            # This saves 20 MiB in a broker that has just started.
            f"-Xms{min(32, self.heap_mb)}m",
            # Three brokers share two cores: with these two they start in 4.3 s instead of 7.6 s.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            # A broker that is out of memory must end, so that it is noticed.
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            *(["--sun-misc-unsafe-memory-access=allow"] if self.java.major >= 24 else []),  # JEP 498 warns
            *cache,
            *flags,
            "-Dlog4j2.disableJmx=true",
            f"-Dlog4j2.configurationFile={files.log4j2.name}",
            "-cp",
            ":".join(map(str, self.class_path)),
            *arguments,
        ]


def kafka_dir(data_dir: Path) -> Path:
    return data_dir.resolve() / "kafka"


def certificates(data_dir: Path) -> Certificates:
    return Certificates(kafka_dir(data_dir) / "tls")


def broker_name(broker_id: int) -> str:
    return f"kafka{broker_id}"


def broker_files(data_dir: Path, broker_id: int) -> BrokerFiles:
    if broker_id not in BROKER_IDS:
        raise ValueError(f"there is no broker {broker_id}")
    return BrokerFiles(kafka_dir(data_dir) / broker_name(broker_id))


def read_plan(data_dir: Path) -> ClusterPlan | None:
    """The plan of the last start; None for a new data folder. Raises: BrokerProblem if it cannot be read."""
    path = kafka_dir(data_dir) / "cluster.json"
    try:
        kept = json.loads(path.read_text())
        return ClusterPlan(
            cluster_id=str(kept["cluster_id"]),
            ports=tuple(int(port) for port in kept["ports"]),
            controller_ports=tuple(int(port) for port in kept["controller_ports"]),
            laptop_host=str(kept.get("laptop_host", "")),
            laptop_ports=tuple(int(port) for port in kept.get("laptop_ports", ())),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokerProblem(
            f"{path} cannot be read ({error}). It holds the id of the cluster: restore it from a copy."
        ) from error


def write_plan(data_dir: Path, plan: ClusterPlan) -> None:
    write_whole(kafka_dir(data_dir) / "cluster.json", json.dumps(asdict(plan), indent=1))


def new_cluster_id() -> str:
    """A random id in Kafka's form: 16 bytes, URL-safe base64 without padding.

    Like Kafka's own `Uuid.randomUuid`, it never begins with a dash, which Kafka's tools would take for an option.
    """
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def write_broker_config(
    files: BrokerFiles, *, broker_id: int, plan: ClusterPlan, for_laptops: laptops.LaptopListener | None = None
) -> None:
    voters = ",".join(f"{one}@{LOOPBACK}:{port}" for one, port in enumerate(plan.controller_ports, start=1))
    advertised = [f"PLAINTEXT://{LOOPBACK}:{plan.ports[broker_id - 1]}"]
    second: dict[str, str] = {}
    if for_laptops:
        advertised.append(laptops.listener(for_laptops.host, plan.laptop_ports[broker_id - 1]))
        second = laptops.settings(Path("..", "tls", "brokers.pem"), for_laptops.rules)
    own = {
        "process.roles": "broker,controller",
        "node.id": str(broker_id),
        "listeners": ",".join([*advertised, f"CONTROLLER://{LOOPBACK}:{plan.controller_ports[broker_id - 1]}"]),
        "advertised.listeners": ",".join(advertised),
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": voters,
        "log.dirs": files.data.name,
    }
    files.log.parent.mkdir(parents=True, exist_ok=True)
    write_whole(files.properties, as_properties({**own, **second, **SETTINGS}))
    write_whole(
        files.log4j2,
        LOG4J2.format(size_mb=LOG_FILE_MB, older_files=LOG_FILES - 1),
    )


def as_properties(settings: dict[str, str]) -> str:
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def check_jar_dir(jar_dir: Path) -> None:
    """Raises: BrokerProblem if Java would take the folder's name for two."""
    if os.pathsep in str(jar_dir):
        raise BrokerProblem(
            f"The folder {jar_dir} has {os.pathsep!r} in its name, which Java takes for the end of it. Move the project to "
            "another folder."
        )
