"""One broker: start and stop it as wanted, and notice when it ends by itself."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import state
from .config import JAVA_ENVIRONMENT, broker_files, broker_name
from .probe import known_brokers
from .problem import DISK_FULL, explain
from .process import ProcessMark, is_full, mark, size_bytes, spawn, text_since
from .restarts import Restarts
from .state import BrokerStatus, Phase

# Without a quorum a broker takes minutes to stop; with one it takes less than 2 s.
_STOP_DEADLINE_S = 15.0
_PROBE_TIMEOUT_S = 0.2


@dataclass
class SupervisedBroker:
    """One broker's process. Use it from one thread, which calls tick()."""

    data_dir: Path
    broker_id: int
    port: int
    cluster_id: str
    command: Callable[[], list[str]]  # called for each start: the AOT cache may have been written meanwhile
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    phase: Phase = "down"
    problem: str | None = None
    _mark: ProcessMark | None = None
    _kill_at: float | None = None  # set once we have asked it to end
    _restarts: Restarts = field(default_factory=Restarts)
    _log_start_bytes: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        return broker_name(self.broker_id)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def has_closed_its_logs(self) -> bool:
        """Whether it may be killed without any loss. Where all brokers end at once, each goes on for 5 s after that, and
        waits for a quorum that is going away too."""
        return not self.runs or broker_files(self.data_dir, self.broker_id).clean_mark.exists()

    @property
    def stays_down(self) -> bool:
        return state.wanted(self.data_dir, self.broker_id) != "up"

    def start(self) -> None:
        """Start it, unless it was stopped on purpose. Returns at once."""
        if self.stays_down:
            self.say(f"{self.name} stays down: it was stopped on purpose. It can be started in the class's room.")
            self._become("down")
        elif not self.runs:
            self._spawn()

    def tick(self) -> None:
        """Do what is needed now to bring it to the wanted state."""
        wanted = state.wanted(self.data_dir, self.broker_id)
        if self.process is not None and not self.runs:
            self._note_end(self.process.returncode)
        if wanted == "up":
            self._tick_wanted_up()
        elif self.runs:
            self._tick_unwanted(kill=wanted == "killed")
        elif self.phase != "down":
            self._become("down")

    def ask_to_end(self) -> None:
        """Send SIGTERM; it is not restarted."""
        if self.runs and self.process and self._kill_at is None:
            self._kill_at = time.monotonic() + _STOP_DEADLINE_S
            self._become("stopping")
            self.process.terminate()

    def kill(self) -> None:
        """Send SIGKILL and wait for the end."""
        if self.runs and self.process:
            self._kill_at = time.monotonic()
            self.process.kill()
            self.process.wait()

    def note_stopped(self) -> None:
        self.process, self._mark, self._kill_at = None, None, None
        self._become("down")

    def answers(self, *, besides: frozenset[int] = frozenset()) -> bool:
        """Whether it serves, and knows that it and these others do."""
        needed = {self.broker_id, *besides}
        if not self.runs:
            return False
        return needed <= known_brokers(self.port, cluster_id=self.cluster_id, timeout_s=_PROBE_TIMEOUT_S)

    def _tick_wanted_up(self) -> None:
        if self.runs:
            self._kill_if_late()
            if self._kill_at is None and self.phase != "up" and self.answers():
                self.say(f"{self.name} is up on port {self.port}.")
                self._become("up")
            return
        if self.phase != "failed":  # new, or stopped on purpose before
            self._spawn()
        elif not self._restarts.next_in_s():
            self._restarts.note()
            self._spawn()

    def _tick_unwanted(self, *, kill: bool) -> None:
        if kill:
            self.say(f"Killing {self.name}, as asked.")
            self.kill()
            return
        if self._kill_at is None:
            self.say(f"Stopping {self.name}, as asked.")
            self.ask_to_end()
        self._kill_if_late()

    def _kill_if_late(self) -> None:
        if self._kill_at is not None and time.monotonic() > self._kill_at:
            self.say(f"{self.name} did not stop within {_STOP_DEADLINE_S:.0f} s and was killed.")
            self.kill()

    def _spawn(self) -> None:
        files = broker_files(self.data_dir, self.broker_id)
        self._log_start_bytes = (size_bytes(files.log), size_bytes(files.output))
        self._kill_at = None
        try:
            self.process = spawn(self.command(), output=files.output, environment=JAVA_ENVIRONMENT, cwd=files.folder)
        except OSError as error:
            self._fail(f"{self.name} cannot be started: {DISK_FULL if is_full(files.folder) else f'{error}.'}")
            return
        self._mark = mark(self.process.pid)
        self._become("starting")

    def _note_end(self, return_code: int) -> None:
        self.process, self._mark = None, None
        if self._kill_at is not None:
            self._kill_at = None
            self._become("down")
            return
        how = f"was ended by signal {-return_code}" if return_code < 0 else f"ended with status {return_code}"
        before = "while it started" if self.phase == "starting" else "by itself"
        why = "" if return_code == -signal.SIGKILL else self._last_error()  # its log knows nothing of a kill
        self._fail(f"{self.name} {how} {before}. {why}".strip())

    def _fail(self, what: str) -> None:
        self.problem = what
        self.say(f"{what} {self._restarts.words()}")
        self._become("failed")

    def _last_error(self) -> str:
        files = broker_files(self.data_dir, self.broker_id)
        if is_full(files.folder):
            return DISK_FULL  # its logs have room for that once, and for nothing after it
        log_start, output_start = self._log_start_bytes
        output = text_since(files.output, output_start)
        return explain(text_since(files.log, log_start)) or explain(output) or output.strip()[-300:]

    def _become(self, phase: Phase) -> None:
        self.phase = phase
        if phase in ("up", "down"):
            self.problem = None
        with suppress(OSError):  # a full disk is reported as the broker's problem and must not end the supervisor
            state.write_status(self.data_dir, BrokerStatus(self.broker_id, phase, self._mark, self.problem))
