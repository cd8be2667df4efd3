"""Three brokers in one data folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from . import aot
from . import certificates as tls
from .config import (
    BROKER_IDS,
    ClusterPlan,
    Launch,
    broker_files,
    broker_name,
    certificates,
    check_jar_dir,
    kafka_dir,
    new_cluster_id,
    read_plan,
    write_broker_config,
    write_plan,
)
from .jars import fetch_class_path
from .java import find_java
from .laptops import POLICY_JAR, LaptopListener
from .ports import Claim, choose
from .problem import BrokerProblem
from .process import end_all, find_java_of, try_lock, wait_for
from .quotas import set_quotas
from .storage import format_all
from .supervisor import SupervisedBroker

WISHED_PORTS = (9092, 9093, 9094)
WISHED_CONTROLLER_PORTS = (19091, 19092, 19093)
DEFAULT_HEAP_MB = 128
DEFAULT_JAR_DIR = (Path(__file__).resolve().parents[2] / ".local" / "jars").resolve()
TICK_S = 0.2
_QUOTAS_TIMEOUT_S = 5


def say_nothing(_words: str) -> None:
    pass


class EmbeddedCluster:
    """Three brokers: prepare, start, wait; then tick about five times a second; stop. Use it from one thread at a time."""

    def __init__(
        self,
        data_dir: Path,
        *,
        heap_mb: int = DEFAULT_HEAP_MB,
        ports: Sequence[int] = WISHED_PORTS,
        controller_ports: Sequence[int] = WISHED_CONTROLLER_PORTS,
        for_laptops: LaptopListener | None = None,
        jar_dir: Path = DEFAULT_JAR_DIR,
        maven_url: str | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        """A port of 0 means any free one. None `for_laptops`: students' laptops don't reach the brokers. `maven_url` is a
        mirror of Maven Central."""
        self.data_dir = data_dir.resolve()
        self.heap_mb = heap_mb
        self.jar_dir = jar_dir
        self.maven_url = maven_url
        self.say = say
        self.for_laptops = for_laptops
        self.brokers: tuple[SupervisedBroker, ...] = ()
        self._wished = (tuple(ports), tuple(controller_ports))
        self._plan: ClusterPlan | None = None
        self._launch: Launch | None = None
        self._aot_writer: aot.AotWriter | None = None
        self._lock: IO[str] | None = None
        self._claims: tuple[Claim, ...] = ()

    @property
    def plan(self) -> ClusterPlan:
        if self._plan is None:
            raise BrokerProblem("The cluster is not prepared yet.")
        return self._plan

    @property
    def launch(self) -> Launch:
        """How to start a broker, with the AOT cache if there is one."""
        if self._launch is None:
            raise BrokerProblem("The cluster is not prepared yet.")
        return replace(self._launch, aot_cache=aot.fitting_cache(self._launch, self.jar_dir))

    @property
    def bootstrap_servers(self) -> str:
        """host:port of all brokers, comma-separated."""
        return self.plan.bootstrap_servers

    @property
    def laptop_servers(self) -> str:
        """The same as laptops find them; empty if they don't."""
        return self.plan.laptop_servers

    @property
    def authority(self) -> Path:
        """The PEM file of the authority that signed the brokers' certificate for laptops."""
        return certificates(self.data_dir).ca

    def prepare(self) -> None:
        """Find Java, fetch the jars, choose ports, write the configuration, format the folders. The first time takes 10 s.

        Raises: BrokerProblem
        """
        check_jar_dir(self.jar_dir)
        try:
            self._take_lock()
            java = find_java()
            jars = fetch_class_path(self.jar_dir, say=self.say, maven_url=self.maven_url)
            self._launch = Launch(java=java, class_path=(*jars, POLICY_JAR), heap_mb=self.heap_mb)
            self._plan = self._choose_plan()
            self._write_config()
        except OSError as error:
            raise BrokerProblem(f"The data folder {self.data_dir} cannot be used: {error}.") from error

    def start(self) -> None:
        """Start every broker that was not stopped on purpose. Returns at once."""
        self.brokers = tuple(self._supervised(broker_id) for broker_id in BROKER_IDS)
        for broker in self.brokers:
            broker.start()

    def tick(self) -> None:
        """Start and stop brokers as wanted, restart those that ended by themselves, and say what happened."""
        for broker in self.brokers:
            broker.tick()

    @property
    def is_up(self) -> bool:
        """Whether every broker that should be up answers and knows the others."""
        wanted = [broker for broker in self.brokers if not broker.stays_down]
        ids = frozenset(broker.broker_id for broker in wanted)
        return all(broker.answers(besides=ids) for broker in wanted)

    def wait_until_up(self, timeout_s: float = 60) -> None:
        """Wait and supervise meanwhile. Raises: BrokerProblem, with what is known, if they are not up in time."""

        def up() -> bool:
            self.tick()
            return self.is_up

        if not wait_for(up, timeout_s=timeout_s, every_s=0.05):
            known = " ".join(broker.problem for broker in self.brokers if broker.problem)
            raise BrokerProblem(f"The brokers were not up after {timeout_s:.0f} s. {known}".strip())

    def limit_laptops(self) -> None:
        """Set how much one user may take, once a broker is up. Raises: BrokerProblem."""
        problem: OSError | None = None
        for port in self.plan.ports if self.for_laptops else ():
            try:
                set_quotas(port, timeout_s=_QUOTAS_TIMEOUT_S)
                return
            except OSError as error:
                problem = error
        if problem:
            raise BrokerProblem(f"The quotas of students' programs could not be set: {problem}.") from problem

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Tick in another thread for the length of a with block."""
        ended = threading.Event()

        def supervise() -> None:
            while not ended.wait(TICK_S):
                self.tick()

        thread = threading.Thread(target=supervise, name="brokers", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def write_aot_cache(self) -> aot.AotWriter | None:
        """Begin to write the AOT cache in the background, if it is missing and can be written. Returns who writes it."""
        if self._aot_writer is None and self.launch.java.writes_aot_cache and self.launch.aot_cache is None:
            self._aot_writer = aot.AotWriter(self.launch, jar_dir=self.jar_dir, folder=kafka_dir(self.data_dir) / "aot")
            self._aot_writer.start()
        return self._aot_writer

    def stop(self, deadline_s: float = 9) -> None:
        """Stop all at the same time, because the last ones would wait for a quorum otherwise. SIGKILL once all have closed
        their logs, or at the deadline; and for one that the others have left behind without a quorum, which would wait for
        minutes: it loses nothing, and reads its logs again at its next start."""
        end_at = time.monotonic() + deadline_s
        if self._aot_writer:
            self._aot_writer.stop()
        for broker in self.brokers:
            broker.ask_to_end()
        wait_for(self._need_no_more_time, timeout_s=end_at - time.monotonic())
        for broker in self.brokers:
            broker.kill()
            broker.note_stopped()
        if self._lock:
            # A broker whose start was interrupted before it could be noted.
            end_all(find_java_of(kafka_dir(self.data_dir)), deadline_s=0)
            self._lock.close()
            self._lock = None
        self._release_ports()

    def _need_no_more_time(self) -> bool:
        have_closed = all(broker.has_closed_its_logs for broker in self.brokers)
        return have_closed or sum(broker.runs for broker in self.brokers) == 1

    def _take_lock(self) -> None:
        """Lock the folder: two supervisors would start every broker twice."""
        self._lock = self._lock or try_lock(kafka_dir(self.data_dir) / ".lock")
        if self._lock is None:
            raise BrokerProblem(f"Another process already runs the brokers in {self.data_dir}. Stop that one first.")

    def _choose_plan(self) -> ClusterPlan:
        last = read_plan(self.data_dir)
        wished, wished_controllers = self._wished
        self._release_ports()
        self._claims = choose(
            (*wished, *wished_controllers), last=(*last.ports, *last.controller_ports) if last else ()
        )
        chosen = tuple(claim.port for claim in self._claims)
        ports, controllers = chosen[: len(wished)], chosen[len(wished) :]
        last_of_laptops = last.laptop_ports if last else ()
        plan = ClusterPlan(
            last.cluster_id if last else new_cluster_id(),
            ports,
            controllers,
            self.for_laptops.host if self.for_laptops else "",
            self._choose_laptop_ports(self.for_laptops, last_of_laptops) if self.for_laptops else last_of_laptops,
        )
        self._say_other_ports(last.ports if last else wished, ports)
        write_plan(self.data_dir, plan)
        return plan

    def _choose_laptop_ports(self, listener: LaptopListener, last: tuple[int, ...]) -> tuple[int, ...]:
        claims = choose(listener.wished_ports, last=last, host=listener.host)
        self._claims += claims
        chosen = tuple(claim.port for claim in claims)
        self._say_other_ports(last or listener.wished_ports, chosen, " (for laptops)")
        return chosen

    def _say_other_ports(self, before: Sequence[int], now: Sequence[int], whose: str = "") -> None:
        for broker_id, wish, port in zip(BROKER_IDS, before, now, strict=True):
            if wish and wish != port:
                who = f"{broker_name(broker_id)}{whose}"
                self.say(f"Port {wish} is used by another program, so {who} uses {port}.")

    def _release_ports(self) -> None:
        for claim in self._claims:
            claim.release()
        self._claims = ()

    def _write_config(self) -> None:
        if self.for_laptops:
            tls.ensure(certificates(self.data_dir), self.for_laptops.host)
        for broker_id in BROKER_IDS:
            files = broker_files(self.data_dir, broker_id)
            write_broker_config(files, broker_id=broker_id, plan=self.plan, for_laptops=self.for_laptops)
        format_all(
            [broker_files(self.data_dir, broker_id) for broker_id in BROKER_IDS],
            launch=self.launch,
            cluster_id=self.plan.cluster_id,
        )

    def _supervised(self, broker_id: int) -> SupervisedBroker:
        files = broker_files(self.data_dir, broker_id)
        return SupervisedBroker(
            data_dir=self.data_dir,
            broker_id=broker_id,
            port=self.plan.ports[broker_id - 1],
            cluster_id=self.plan.cluster_id,
            command=lambda: self.launch.command(files, "kafka.Kafka", str(files.properties)),
            say=self.say,
        )
