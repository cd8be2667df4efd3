"""Run Daphne as child processes of `up` or `serve`: start them, watch them, stop them.

Why it is so
------------
In Python one thread of a process works at a time, so three hundred busy seats are too many for one web process, however
many cores there are. So several processes share one socket, on which the command listens: a free one takes the next connection,
and while one is started again, the others take its share. They have only the database and Kafka in common.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from kafkaclass.management.addresses import ALL_ADDRESSES
from lessons.embedded.ports import family_of
from lessons.embedded.process import end_all, keep_short, size_bytes, spawn, text_since
from lessons.embedded.restarts import Restarts

BASE_DIR = Path(__file__).resolve().parents[2]
APPLICATION = "kafkaclass.asgi:application"
USUAL_PROCESSES = min(2, os.cpu_count() or 1)
_KEEP_SHORT_EVERY_S = 60.0
_LAST_WORDS_LINES = 12
_WAITING_CONNECTIONS = 512  # a class that comes at once
_MOST_FRAME_BYTES = str(2 * 1024 * 1024)  # a record of 1 MB, as base64: `lessons.web.sockets.program_protocol`
# No access log (verbosity 0): the addresses hold one-time links. A socket that was cut off is noticed after 40 s, and after
# 14 s where a group waits for its member (`kafkaclass.server`); a proxy cuts one that is silent for 60 s.
_OPTIONS = [
    *("--verbosity", "0", "--no-server-name"),
    *("--ping-interval", "30", "--ping-timeout", "8", "--websocket_timeout", "86400"),
    *("--websocket-max-message-size", _MOST_FRAME_BYTES, "--websocket-max-frame-size", _MOST_FRAME_BYTES),
]


def listen(host: str, port: int) -> socket.socket:
    """The socket that all web processes share. Raises: OSError."""
    both = host == "::" and socket.has_dualstack_ipv6()
    listener = socket.create_server(
        (host, port), family=family_of(host), backlog=_WAITING_CONNECTIONS, dualstack_ipv6=both
    )
    listener.setblocking(False)  # one that comes too late to a connection must not wait for the next
    return listener


@dataclass
class WebProcess:
    """One Daphne process."""

    command: list[str]
    log: Path | None
    environment: Mapping[str, str]
    listener: socket.socket
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    problem: str | None = None  # why it ended, when it did so by itself
    _restarts: Restarts = field(default_factory=Restarts)
    _is_renewed: bool = False  # told to end, for another one to take its place

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Raises: OSError."""
        shared = [self.listener.fileno()]
        self.process = spawn(self.command, output=self.log, environment=self.environment, cwd=BASE_DIR, pass_fds=shared)

    def renew(self) -> None:
        if self.process is not None and self.runs:
            self._is_renewed = True
            self.process.terminate()

    def tick(self) -> None:
        """Start it if it does not run."""
        if self._is_renewed and not self.runs:
            self._is_renewed = False
            self.start()
        if self.process is not None and not self.runs:
            self.problem = f"A web process ended by itself (status {self.process.returncode})."
            where = f" Its log: {self.log}" if self.log else ""
            self.say(f"{self.problem} {self._restarts.words()}{where}")
            self.process = None
        if self.process is None and not self._restarts.next_in_s():
            self._restarts.note()
            try:
                self.start()
            except OSError as error:
                self.say(f"A web process cannot be started: {error}. {self._restarts.words()}")


class WebServer:
    """All web processes. Use it from one thread, which calls tick().

    The first process runs alone until it answers, so that the first page comes sooner. `log`: where they log to, or None for
    the command's own output.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        log: Path | None,
        processes: int,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.log = log
        self.host, self.port = listener.getsockname()[:2]
        self.answered = False
        self._listener = listener
        command = [sys.executable, "-m", "daphne", "--fd", str(listener.fileno()), *_OPTIONS, APPLICATION]
        self._all = [WebProcess(command, log, environment, listener, say) for _ in range(processes)]
        self._log_start_bytes = 0
        self._kept_short_at = 0.0
        self._asking: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """Why a process ended, if it ended by itself."""
        return next((each.problem for each in self._all if each.problem), None)

    def start(self) -> None:
        """Raises: OSError."""
        self._log_start_bytes = size_bytes(self.log) if self.log else 0
        self._all[0].start()

    def tick(self) -> None:
        """Start the processes that should run and do not; keep the log short."""
        if self.log and time.monotonic() - self._kept_short_at > _KEEP_SHORT_EVERY_S:
            self._kept_short_at = time.monotonic()
            with suppress(OSError):  # a full disk must not end the class
                keep_short(self.log)
        for each in self._all if self.answered else self._all[:1]:
            each.tick()

    def renew(self) -> None:
        """They end, and are started anew."""
        for each in self._all:
            each.renew()

    def answers(self) -> bool:
        """Whether the web site has answered, whatever the answer was. Another thread asks: our socket accepts the request
        long before a process is there to answer it."""
        if not self.answered and (self._asking is None or not self._asking.is_alive()):
            self._asking = threading.Thread(target=self._ask, daemon=True)
            self._asking.start()
        return self.answered

    def last_words(self) -> str:
        """The end of what the log got since the start, where it is a file."""
        if not self.log:
            return ""
        lines = text_since(self.log, self._log_start_bytes).splitlines()[-_LAST_WORDS_LINES:]
        return "\n".join([f" The last lines of {self.log}:", *lines])

    def stop(self, deadline_s: float) -> None:
        self._listener.close()
        running = [each.process.pid for each in self._all if each.process and each.runs]
        end_all(map(psutil.Process, running), deadline_s=deadline_s)

    def _ask(self) -> None:
        where = ALL_ADDRESSES.get(self.host, self.host)
        connection = http.client.HTTPConnection(where, self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{self.port}"})
            self.answered = connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            pass  # it is asked again
        finally:
            connection.close()


def end_leftovers(data_dir: Path, *, deadline_s: float = 3.0) -> None:
    """End web processes that a killed command left behind. Hold the lock of the data folder when you call this."""
    end_all([each for each in psutil.process_iter() if _is_ours(each, data_dir)], deadline_s=deadline_s)


def _is_ours(process: psutil.Process, data_dir: Path) -> bool:
    try:
        if APPLICATION not in process.cmdline() or "daphne" not in process.cmdline():
            return False
        return process.environ().get("KAFKACLASS_DATA") == str(data_dir)
    except (psutil.Error, OSError):  # gone, or somebody else's
        return False
