"""Start our processes, recognize them later, and end them.

A process is recognized by its id and its start time, because ids are used again: a remembered id may belong to somebody
else's process by now.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

# psutil works the start time out from the boot time, which moves a little when the clock is set.
_SAME_START_S = 2.0
_KEPT_OUTPUT_BYTES = 5 * 1024 * 1024
_TEXT_AT_MOST_BYTES = 64 * 1024
_LAST_WORDS_BYTES = 64 * 1024


@dataclass(frozen=True)
class ProcessMark:
    pid: int
    started_at: float  # seconds since the epoch, by psutil


def spawn(
    command: Sequence[str],
    *,
    output: Path | None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in a new session, so that Ctrl-C in the terminal reaches only us and we decide what ends when.

    What it prints is added to `output`, or goes where ours goes. Raises: OSError
    """
    with _appended(output) if output else nullcontext() as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if environment is None else {**os.environ, **environment},
            cwd=cwd,
            pass_fds=pass_fds,
        )


def _appended(output: Path) -> IO[bytes]:
    output.parent.mkdir(parents=True, exist_ok=True)
    keep_short(output)
    return output.open("ab")


def keep_short(output: Path, *, at_most_bytes: int = _KEPT_OUTPUT_BYTES) -> None:
    """Move a long file's content to an older file. The process that writes it appends, so it is not disturbed."""
    if size_bytes(output) > at_most_bytes:
        output.with_suffix(".1.log").write_bytes(output.read_bytes()[-at_most_bytes:])
        os.truncate(output, 0)


def size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def is_full(folder: Path) -> bool:
    """Whether there is no room for as much as a process's last words."""
    return shutil.disk_usage(folder).free < _LAST_WORDS_BYTES


def text_since(path: Path, start_bytes: int) -> str:
    """What was written since; everything if the file was rotated meanwhile. Of a long text only the end."""
    now_bytes = size_bytes(path)
    if not now_bytes:
        return ""
    with path.open("rb") as file:
        start = start_bytes if now_bytes >= start_bytes else 0
        file.seek(max(start, now_bytes - _TEXT_AT_MOST_BYTES))
        return file.read().decode(errors="replace")


def mark(pid: int) -> ProcessMark | None:
    """The mark of a running process; None if it has already ended."""
    try:
        return ProcessMark(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def find(known: ProcessMark) -> psutil.Process | None:
    """The marked process if it still runs; None if it ended or its id belongs to another process now."""
    try:
        process = psutil.Process(known.pid)
        same = abs(process.create_time() - known.started_at) < _SAME_START_S
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def find_java_of(folder: Path) -> list[psutil.Process]:
    """Every Java that was started with files of this folder, even if its id was never written down."""
    found = []
    for process in psutil.process_iter():
        try:
            program, *arguments = process.cmdline() or [""]
        except (psutil.Error, OSError):  # it ended, or it is somebody else's
            continue
        # "nice java …": the first word is nice for a moment only.
        if Path(program).name in ("java", "nice") and any(f"{folder}{os.sep}" in one for one in arguments):
            found.append(process)
    return found


def end_all(processes: Iterable[psutil.Process], *, deadline_s: float) -> int:
    """Ask each to end (SIGTERM) and kill the rest at the deadline. Returns how many were killed."""
    asked = [process for process in processes if _tell(process.terminate)]
    _, alive = psutil.wait_procs(asked, timeout=deadline_s)
    for process in alive:
        _tell(process.kill)
    psutil.wait_procs(alive, timeout=2)
    return len(alive)


def _tell(signal: Callable[[], None]) -> bool:
    try:
        signal()
    except psutil.Error:
        return False
    return True


def wait_for(condition: Callable[[], bool], *, timeout_s: float, every_s: float = 0.05) -> bool:
    """Wait for a condition; whether it became true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def try_lock(path: Path) -> IO[str] | None:
    """Take a lock, which ends when the file is closed or this process ends; None if somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
