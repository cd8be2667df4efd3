"""How soon a class can begin: from the command to the first page and to three brokers that answer, and what all of it takes.

    .venv/bin/python -m tests.benchmarks.start [--clone]

Each run starts `manage.py up` in a data folder of its own, stops it, and starts it again: that one is warm, and has the
cache that a first start writes in the background for later ones (`lessons.embedded.aot`). Beside the
first page, a bare Daphne with one sentence; beside the brokers, the same three alone. A broker answers when it lists the
topics and knows both others. Memory is each process's share (PSS, where the system tells it, else USS), a few seconds later.
With `--clone` also from a fresh clone of this commit, without .venv and jars, to the links of the class: that
needs the internet, and is as fast as that.
"""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from lessons.embedded import EmbeddedCluster
from lessons.embedded.config import read_plan
from lessons.embedded.ports import free_port
from tests.benchmarks import report
from tests.benchmarks.measuring import DEADLINE_S
from tests.environment import environment

EVERY_S = 0.01  # it is asked again
SETTLED_S = 4.0  # the second web process is there, too
STOP_S = 20.0
CLONE_DEADLINE_S = 600.0
WARM_S, BROKERS_S, CLONE_S = 3.0, 2.5, 45.0  # the goals
OPEN = "is open."  # what `up` says of the class
BARE_DAPHNE = """
import sys
from daphne.server import Server

async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"Hello."})

Server(application, endpoints=[f"tcp:port={sys.argv[1]}:interface=127.0.0.1"], signal_handlers=False).run()
"""


@dataclass(frozen=True)
class Started:
    """Seconds since the command."""

    page_s: float
    brokers_s: float
    memory_mib: dict[str, float]


@contextmanager
def running(command: Sequence[str], log: Path, *, cwd: Path = report.ROOT) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=cwd, env=environment())
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)


def up(folder: Path, *, with_memory: bool = False) -> Started:
    """Of one start, which is stopped then."""
    port, data_dir, took = free_port(), folder / "data", {}
    command = [sys.executable, "manage.py", "up", "--data", str(data_dir), "--port", str(port)]
    began = time.monotonic()

    def take_time(name: str, wait: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            wait()
            took[name] = time.monotonic() - began

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    with running(command, folder / "up.log") as process:
        waiting = [
            take_time("page", lambda: wait_for_page(port, "/join/")),
            take_time("brokers", lambda: wait_for_brokers(data_dir)),
        ]
        while len(took) < len(waiting):
            if process.poll() is not None or time.monotonic() - began > DEADLINE_S:
                raise RuntimeError((folder / "up.log").read_text())
            time.sleep(EVERY_S)
        memory_mib = {}
        if with_memory:
            time.sleep(SETTLED_S)
            memory_mib = parts_mib(psutil.Process(process.pid))
    return Started(took["page"], took["brokers"], memory_mib)


def wait_for_page(port: int, path: str) -> None:
    end_at = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_at:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(EVERY_S)


def wait_for_brokers(data_dir: Path) -> None:
    """All of them."""
    end_at = time.monotonic() + DEADLINE_S
    while (plan := read_plan(data_dir)) is None:
        time.sleep(EVERY_S)
    quick = {"reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 50, "log_level": 0}
    for server in plan.bootstrap_servers.split(","):
        admin = AdminClient({"bootstrap.servers": server, **quick})
        while time.monotonic() < end_at:
            try:
                if len(admin.list_topics(timeout=0.5).brokers) == len(plan.ports):
                    break
            except KafkaException:
                continue
            time.sleep(EVERY_S)


def parts_mib(command: psutil.Process) -> dict[str, float]:
    """By what they are."""
    parts = {"up": mib(command)}
    for child in command.children(recursive=True):
        words = child.cmdline()
        kind = "web process" if "daphne" in words else "broker" if "java" in words[0] else child.name()
        number = sum(name.startswith(kind) for name in parts) + 1
        parts[f"{kind} {number}"] = mib(child)
    return parts


def mib(process: psutil.Process) -> float:
    memory = process.memory_full_info()
    return float(getattr(memory, "pss", memory.uss)) / 2**20


# --- the least that it could take ----------------------------------------------------------------------------------


def bare_daphne_s(folder: Path) -> float:
    port, began = free_port(), time.monotonic()
    with running([sys.executable, "-c", BARE_DAPHNE, str(port)], folder / "daphne.log"):
        wait_for_page(port, "/")
        return time.monotonic() - began


@contextmanager
def brokers_of(folder: Path) -> Iterator[EmbeddedCluster]:
    """Those of an `up` that has stopped, not started yet."""
    cluster = EmbeddedCluster(folder / "data", say=lambda words: None)
    cluster.prepare()
    try:
        yield cluster
    finally:
        cluster.stop()


def bare_brokers_s(folder: Path) -> float:
    with brokers_of(folder) as cluster:
        began = time.monotonic()
        cluster.start()
        wait_for_brokers(folder / "data")
        return time.monotonic() - began


def write_cache(folder: Path) -> None:
    """Unless it is there, or this Java has none."""
    with brokers_of(folder) as cluster:
        if writer := cluster.write_aot_cache():
            writer.wait(DEADLINE_S)


# --- from nothing --------------------------------------------------------------------------------------------------


def clone_s(folder: Path) -> float:
    """By the Python of which .venv was made, as there is no .venv yet."""
    python, log, began = getattr(sys, "_base_executable", sys.executable), folder / "clone.log", time.monotonic()
    subprocess.run(["git", "clone", "--quiet", str(report.ROOT), str(folder / "clone")], check=True)
    command = [python, "manage.py", "up", "--data", str(folder / "data"), "--port", str(free_port())]
    with running(command, log, cwd=folder / "clone") as process:
        while OPEN not in log.read_text():
            if process.poll() is not None or time.monotonic() - began > CLONE_DEADLINE_S:
                raise RuntimeError(log.read_text())
            time.sleep(EVERY_S)
        return time.monotonic() - began


def run(*, from_a_clone: bool) -> list[report.Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        new = up(folder)
        write_cache(folder)
        warm = up(folder, with_memory=True)
        rows = [
            report.Row("a bare Daphne: the first page", {"s": bare_daphne_s(folder)}),
            report.Row("a new data folder: the first page", {"s": new.page_s}),
            report.Row("warm: the first page", {"s": warm.page_s}, {"s": WARM_S}),
            report.Row("the three brokers alone", {"s": bare_brokers_s(folder)}),
            report.Row("a new data folder: three brokers", {"s": new.brokers_s}),
            report.Row("warm: three brokers", {"s": warm.brokers_s}, {"s": BROKERS_S}),
        ]
        memory = [report.Row(f"memory: {part}", {"MiB": each}) for part, each in warm.memory_mib.items()]
        rows += [*memory, report.Row("memory: all of it", {"MiB": sum(warm.memory_mib.values())})]
    if from_a_clone:
        with tempfile.TemporaryDirectory() as name:
            rows.insert(0, report.Row("from the clone to the class", {"s": clone_s(Path(name))}, {"s": CLONE_S}))
    return rows


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--clone", action="store_true", help="also from a fresh clone, by the internet")
    options = parser.parse_args()
    report.show(options, report.medians_of(options.runs, lambda: run(from_a_clone=options.clone)))


if __name__ == "__main__":
    main()
