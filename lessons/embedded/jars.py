"""The jars of a broker: fetched from Maven Central by jgo, each compared with the committed jars.sha256.

Why it is so: jgo 3.2 takes a jar from its cache without a look at it, so the comparison is ours, before every start
(0.1 s for the 44 MB). The list names every jar with its version, so nothing is resolved on a learner's machine. And
jgo keeps what it fetches in ~/.m2 unless each call is given a folder of its own: a MavenContext made here never
touches the home folder.

To change the version of Kafka: change COORDINATES, run `python -m lessons.embedded.jars`, look at the difference.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .problem import BrokerProblem

# kafka-clients must be named: without it jgo 3.2.0 picks 3.9.1.
COORDINATES = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.apache.kafka:kafka-clients:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j2-impl:2.25.3",
)
LIST_PATH = Path(__file__).with_name("jars.sha256")

Say = Callable[[str], None]

_DOWNLOADS_AT_ONCE = 4
_DOWNLOAD_TIMEOUT_S = 30
_SAY_EVERY_S = 1.0


@dataclass(frozen=True)
class Jar:
    coordinate: str  # group:artifact:version
    sha256: str

    @property
    def file_name(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def listed_jars(list_path: Path = LIST_PATH) -> tuple[Jar, ...]:
    """What jars.sha256 lists, in the order of the class path."""
    lines = (line.split() for line in list_path.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinate=coordinate, sha256=sha256) for sha256, coordinate in lines)


def fetch_class_path(jar_dir: Path, *, say: Say, jars: Sequence[Jar] | None = None) -> tuple[Path, ...]:
    """The broker's jars, each as listed; what is missing or differs is fetched, once.

    Raises: BrokerProblem when a jar can't be fetched, or differs from the list after it was fetched.
    """
    wanted = listed_jars() if jars is None else tuple(jars)
    try:
        jar_dir.mkdir(parents=True, exist_ok=True)
        with _locked(jar_dir):
            missing = [jar for jar in wanted if not _is_as_listed(jar_dir / jar.file_name, jar)]
            if missing:
                _fetch(missing, jar_dir, say=say)
    except OSError as error:
        raise BrokerProblem(f"The jars of Kafka can't be kept in {jar_dir}: {error}.") from error
    return tuple(jar_dir / jar.file_name for jar in wanted)


def _is_as_listed(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


@contextmanager
def _locked(jar_dir: Path) -> Iterator[None]:
    """Data folders share the jars; two first starts at once must not write over each other."""
    with (jar_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(missing: Sequence[Jar], jar_dir: Path, *, say: Say) -> None:
    for left_over in jar_dir.glob(".fetch-*"):  # of a process that was killed: we hold the lock
        shutil.rmtree(left_over, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=".fetch-", dir=jar_dir))
    try:
        _Fetch(missing, folder, jar_dir).run(say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Fetch:
    """Several downloads at once, in daemon threads: Ctrl-C must not wait for a slow server."""

    def __init__(self, missing: Sequence[Jar], folder: Path, jar_dir: Path) -> None:
        self.waiting = list(missing)
        self.total = len(missing)
        self.done = 0
        self.problem: BrokerProblem | None = None
        self.folder = folder
        self.jar_dir = jar_dir

    def run(self, say: Say) -> None:
        say(f"Fetching Kafka: {self.total} jars")
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(_DOWNLOADS_AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=_SAY_EVERY_S)
                if thread.is_alive():
                    say(f"Fetching Kafka: {self.done} of {self.total} jars are here")
        if self.problem:
            raise self.problem

    def _work(self) -> None:
        while self.waiting and not self.problem:
            try:
                jar = self.waiting.pop()
            except IndexError:  # another thread took the last one
                return
            try:
                self._fetch_one(jar)
            except BrokerProblem as problem:
                self.problem = problem
            except Exception as error:  # whatever jgo or the network raises
                self.problem = BrokerProblem(
                    f"{jar.file_name} could not be fetched from Maven Central ({_reason(error)}). The first start needs"
                    " the internet; look at your connection and run the same command again."
                )

    def _fetch_one(self, jar: Jar) -> None:
        fetched = download(jar.coordinate, self.folder)
        if not _is_as_listed(fetched, jar):
            raise BrokerProblem(
                f"{jar.file_name} as it was fetched is not the jar that lessons/embedded/jars.sha256 lists. Nothing was"
                " started with it. If this happens again, something between here and Maven Central changes files."
            )
        os.replace(fetched, self.jar_dir / jar.file_name)
        self.done += 1


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def maven(folder: Path) -> Any:
    """A Maven context that keeps all that it fetches in this folder, and reads no configuration."""
    from jgo.maven import MavenContext  # late: it takes 0.3 s, and a start with all jars at hand does without

    return MavenContext(repo_cache=folder, local_repos=[], timeout=_DOWNLOAD_TIMEOUT_S)


def download(coordinate: str, folder: Path) -> Path:
    """Fetch the one jar of a group:artifact:version. Raises: whatever jgo raises."""
    group, artifact, version = coordinate.split(":")
    return Path(maven(folder).project(group, artifact).at_version(version).artifact().resolve())


def resolve(coordinates: Sequence[str], folder: Path) -> tuple[str, ...]:
    """The group:artifact:version of all that these need at run time, themselves first. Fetches no jar.

    Raises: whatever jgo raises.
    """
    from jgo.parse import Coordinate

    context = maven(folder)
    asked = [context.create_dependency(replace(Coordinate.parse(c), scope="compile")) for c in coordinates]
    inputs, others = context.resolver.resolve(asked)
    needed = [*inputs, *(other for other in others if other.scope in ("compile", "runtime"))]
    return tuple(dict.fromkeys(f"{one.groupId}:{one.artifactId}:{one.version}" for one in needed))


def _write_list() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for coordinate in resolve(COORDINATES, Path(folder)):
            with download(coordinate, Path(folder)).open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {coordinate}")
    LIST_PATH.write_text("# Written by `python -m lessons.embedded.jars`.\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    _write_list()
