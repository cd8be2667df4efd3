"""Daphne as a child of `up`: started, looked after, stopped."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from lessons.brokers.config import write_whole
from lessons.brokers.process import ProcessMark, end_all, find, keep_short, mark, size_bytes, spawn, text_since
from lessons.brokers.restarts import Restarts
from lessons.management.addresses import ALL_ADDRESSES

BASE_DIR = Path(__file__).resolve().parents[2]
APPLICATION = "kafkaclass.asgi:application"
_KEEP_SHORT_EVERY_S = 60.0
_LAST_WORDS_LINES = 12
# No access log (verbosity 0): the addresses hold one-time links. A socket that was cut off is noticed after 14 s.
_OPTIONS = [
    *("--verbosity", "0", "--no-server-name"),
    *("--ping-interval", "4", "--ping-timeout", "8", "--websocket_timeout", "86400"),
]


@dataclass
class WebServer:
    """Belongs to one thread, which calls tick()."""

    data_dir: Path
    host: str
    port: int
    environment: Mapping[str, str]
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    problem: str | None = None  # why it ended, when it did so by itself
    answered: bool = False
    _restarts: Restarts = field(default_factory=Restarts)
    _log_start_bytes: int = 0
    _kept_short_at: float = 0.0

    @property
    def log(self) -> Path:
        return self.data_dir / "logs" / "web.log"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self._log_start_bytes = size_bytes(self.log)
        command = [
            sys.executable,
            "-m",
            "daphne",
            "--bind",
            self.host,
            "--port",
            str(self.port),
            *_OPTIONS,
            APPLICATION,
        ]
        self.process = spawn(command, output=self.log, environment=self.environment, cwd=BASE_DIR)
        started = mark(self.process.pid)
        with suppress(OSError):  # a full disk: it is found without the mark
            if started:
                write_whole(_mark_path(self.data_dir), json.dumps(asdict(started)))

    def tick(self) -> None:
        """Start it again when it ended by itself; keep its log short."""
        if time.monotonic() - self._kept_short_at > _KEEP_SHORT_EVERY_S:
            self._kept_short_at = time.monotonic()
            with suppress(OSError):  # a full disk must not end the class
                keep_short(self.log)
        if self.process is not None and not self.runs:
            self.problem = f"The web server ended by itself (status {self.process.returncode})."
            self.say(f"{self.problem} {self._restarts.words()} Its log: {self.log}")
            self.process = None
        if self.process is None and not self._restarts.next_in_s():
            self._restarts.note()
            try:
                self.start()
            except OSError as error:
                self.say(f"The web server can't be started: {error}. {self._restarts.words()}")

    def answers(self) -> bool:
        """Whether the first page comes, whatever it redirects to."""
        where = ALL_ADDRESSES.get(self.host, self.host)
        connection = http.client.HTTPConnection(where, self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{self.port}"})
            self.answered = connection.getresponse().status < 500
            return self.answered
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last_words(self) -> str:
        """The end of what it wrote since it was started."""
        return "\n".join(text_since(self.log, self._log_start_bytes).splitlines()[-_LAST_WORDS_LINES:])

    def stop(self, deadline_s: float) -> None:
        if self.process is not None and self.runs:
            self.process.terminate()
            try:
                self.process.wait(deadline_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        _mark_path(self.data_dir).unlink(missing_ok=True)


def end_leftover(data_dir: Path, *, deadline_s: float = 3.0) -> None:
    """End the web server that an `up` which was killed left behind. Only for the holder of the folder's lock."""
    left = [process for process in psutil.process_iter() if _is_ours(process, data_dir)]
    try:
        kept = json.loads(_mark_path(data_dir).read_text())
        marked = find(ProcessMark(int(kept["pid"]), float(kept["started_at"])))
    except (OSError, ValueError, KeyError, TypeError):
        marked = None
    end_all(
        {process.pid: process for process in [*left, *([marked] if marked else [])]}.values(), deadline_s=deadline_s
    )
    _mark_path(data_dir).unlink(missing_ok=True)


def _is_ours(process: psutil.Process, data_dir: Path) -> bool:
    """Also one whose number nobody had time to write down."""
    try:
        if APPLICATION not in process.cmdline() or "daphne" not in process.cmdline():
            return False
        return process.environ().get("KAFKACLASS_DATA") == str(data_dir)
    except (psutil.Error, OSError):
        return False


def _mark_path(data_dir: Path) -> Path:
    return data_dir / "web.json"
