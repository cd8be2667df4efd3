"""A PostgreSQL of one's own, of Debian's package, for the length of a with block; or for the length of a command:

    .venv/bin/python -m tests.running_postgresql python3 manage.py test --long

runs the whole suite on it. The command finds it in DATABASE_URL.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.waiting import wait_for

PACKAGES = Path("/usr/lib/postgresql")  # Debian and Ubuntu keep each version's programs here, and not in PATH
DAEMON_USER = "postgres"  # made by the package; PostgreSQL refuses to run as root
START_TIMEOUT_S = 30
END_TIMEOUT_S = 10
INSTALL_TIMEOUT_S = 600
# What is kept for one with block need not survive a power cut.
SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class NoPostgreSQL(Exception):
    """str() says what to install."""


class Server:
    """One that listens on a socket in a folder that only its own user may enter."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.url = f"postgres://kafkaclass@{quote(str(folder), safe='')}/postgres"
        self._programs, self._folder = programs, folder
        _run(programs / "initdb", "-D", folder / "data", "-U", "kafkaclass", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Returns when it answers."""
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        folder, log = self._folder, self._folder / "log"
        with log.open("ab") as output:
            self._process = _start(
                self._programs / "postgres", "-D", folder / "data", "-k", folder, *settings, output=output
            )
        wait_for(
            lambda: _answers(self._programs, folder),
            timeout_s=START_TIMEOUT_S,
            why=lambda: log.read_text(errors="replace"),
        )

    def stop(self) -> None:
        """Whoever is connected is cut off."""
        _end(self._process)


@contextmanager
def running_server() -> Iterator[Server]:
    """Raises: NoPostgreSQL"""
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="kafkaclass-postgresql-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, DAEMON_USER)
        server = Server(programs, Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Yields what DATABASE_URL is to be. Raises: NoPostgreSQL"""
    with running_server() as server:
        yield server.url


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`, installed if need be. Raises: NoPostgreSQL"""
    if found := _on_this_machine():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "postgresql"]):
            subprocess.run(["apt-get", *words], check=False, timeout=INSTALL_TIMEOUT_S, env=environment)
        if found := _on_this_machine():
            return found
    raise NoPostgreSQL(
        "The tests on PostgreSQL need its server, and it could not be installed. Install it, for example by"
        " `sudo apt-get install postgresql` on Debian or `brew install postgresql` on macOS."
    )


def _on_this_machine() -> Path | None:
    newest_first = sorted(PACKAGES.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    in_path = shutil.which("initdb")
    candidates = [*newest_first, *([Path(in_path).resolve().parent] if in_path else [])]
    return next((each for each in candidates if (each / "initdb").exists() and (each / "postgres").exists()), None)


def _start(*words: str | Path, output: int | object) -> subprocess.Popen[bytes]:
    user = {"user": DAEMON_USER, "group": DAEMON_USER, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.Popen(
        list(map(str, words)), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/",
        start_new_session=True, **user,  # Ctrl-C reaches us alone
    )  # fmt: skip


def _run(*words: str | Path) -> None:
    process = _start(*words, output=subprocess.PIPE)
    output, _ = process.communicate(timeout=START_TIMEOUT_S)
    assert process.returncode == 0, output.decode(errors="replace")


def _answers(programs: Path, folder: Path) -> bool:
    return subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode == 0


def _end(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: whoever is connected is cut off. Then at once, without an orderly end."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        server.send_signal(number)
        try:
            server.wait(END_TIMEOUT_S)
            return
        except subprocess.TimeoutExpired:
            continue
    server.kill()
    server.wait()


def main(command: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # or nobody would end the server
    with running_postgresql() as url:
        return subprocess.run(command, check=False, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
