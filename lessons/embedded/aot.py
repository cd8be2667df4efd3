"""The AOT cache: what a JVM learned at one start of a broker, saved for later starts (JEP 483, JEP 514).

Why it is so: with it three brokers start in 2 s instead of 4, but writing it takes 10 s of one core. So a throwaway
broker with its own folder and ports writes it, at the lowest priority, while the class is already running. Its name,
beside the jars, is a hash of everything that it depends on: a cache that does not fit is never found.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path

from .config import JAVA_ENVIRONMENT, BrokerFiles, ClusterPlan, Launch, new_cluster_id, write_broker_config
from .ports import free_port
from .probe import known_brokers
from .problem import BrokerProblem
from .process import spawn
from .storage import format_all

_START_TIMEOUT_S = 120
_WRITE_TIMEOUT_S = 180
_EVERY_S = 0.3
_HEAP_MB = 128


def cache_path(launch: Launch, jar_dir: Path) -> Path:
    """The path of the cache for this Java and these jars, whether it exists or not.

    The JVM compares the class path and the times and sizes of the jars, and refuses a cache that differs. So do we,
    before it can write warnings.
    """
    parts = [str(launch.java.path.resolve()), str(_stat_of(launch.java.path.parent.parent / "lib" / "modules"))]
    parts += [f"{jar}{_stat_of(jar)}" for jar in launch.class_path]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return jar_dir / "aot" / f"kafka-{digest[:16]}.aot"


def fitting_cache(launch: Launch, jar_dir: Path) -> Path | None:
    """The cache for this Java and these jars; None if there is none yet."""
    if not launch.java.writes_aot_cache:
        return None
    path = cache_path(launch, jar_dir)
    return path if path.exists() else None


def _stat_of(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_size, int(stat.st_mtime))


class AotWriter:
    """Runs the throwaway broker in a thread. A failure is not reported: it only makes the next start slower."""

    def __init__(self, launch: Launch, *, jar_dir: Path, folder: Path) -> None:
        self.path = cache_path(launch, jar_dir)
        self._launch = Launch(java=launch.java, class_path=launch.class_path, heap_mb=_HEAP_MB)
        self._files = BrokerFiles(folder / "throwaway")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="aot-cache", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait; whether the cache was written. Only tests wait."""
        self._thread.join(timeout_s)
        return self.path.exists()

    def stop(self) -> None:
        """Kill it. Returns at once."""
        self._stopped.set()
        self._kill()

    def _run(self) -> None:
        try:
            self._write()
        except (OSError, BrokerProblem):
            pass
        finally:
            self._kill()
            shutil.rmtree(self._files.folder.parent, ignore_errors=True)

    def _write(self) -> None:
        half = self._files.folder / "half.aot"
        self._prepare()
        command = self._launch.command(
            self._files, "kafka.Kafka", str(self._files.properties), flags=(f"-XX:AOTCacheOutput={half}",)
        )
        if self._stopped.is_set():
            return
        self._process = spawn(
            ["nice", "-n", "19", *command],
            output=self._files.output,
            environment=JAVA_ENVIRONMENT,
            cwd=self._files.folder,
        )
        if self._comes_up() and self._ends() and half.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for outdated in self.path.parent.glob("*.aot"):
                outdated.unlink()
            half.replace(self.path)

    def _prepare(self) -> None:
        shutil.rmtree(self._files.folder.parent, ignore_errors=True)
        port = free_port()
        plan = self._plan = ClusterPlan(new_cluster_id(), (port,), (free_port(besides={port}),))
        write_broker_config(self._files, broker_id=1, plan=plan)
        format_all([self._files], launch=self._launch, cluster_id=plan.cluster_id)

    def _comes_up(self) -> bool:
        for _ in range(int(_START_TIMEOUT_S / _EVERY_S)):
            if self._process is None or self._process.poll() is not None:
                return False
            if known_brokers(self._plan.ports[0], cluster_id=self._plan.cluster_id, timeout_s=1):
                return not self._stopped.is_set()
            if self._stopped.wait(_EVERY_S):
                return False
        return False

    def _ends(self) -> bool:
        """Stop it cleanly: then the JVM writes the cache, in a second process."""
        if self._process is None:
            return False
        self._process.terminate()
        try:
            self._process.wait(timeout=_WRITE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return False
        return not self._stopped.is_set()

    def _kill(self) -> None:
        """Kill the whole session, because the JVM that writes the cache is a child of the broker."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return
