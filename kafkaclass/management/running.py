"""Only one `up` or `serve` per data folder: its lock, and where it runs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil
from django.core.management import CommandParser

from kafkaclass import bootstrap
from lessons.embedded.files import write_whole
from lessons.embedded.process import try_lock


@dataclass(frozen=True)
class Running:
    """The content of up.json, for a second `up`, for commands, and for tests."""

    pid: int
    url: str
    bootstrap_servers: str


class RunsAlready(Exception):
    """Another `up` uses this data folder; str() says where."""


def add_data_argument(parser: CommandParser) -> None:
    """For every command that asks the data folder. `kafkaclass.bootstrap` has read it before the settings were."""
    parser.add_argument("--data", type=Path, help="folder for all data and logs (default: .local)")


def lock(data_dir: Path) -> IO[str]:
    """Lock the data folder. Raises: RunsAlready, with the address of the other `up`."""
    held = try_lock(data_dir / "up.lock")
    if held is None:
        other = read(data_dir)
        where = f" at {other.url} (process {other.pid})" if other else ": it is still starting"
        raise RunsAlready(
            f"kafkaclass is already running on the data folder {data_dir}{where}."
            " Stop it there with Ctrl-C, or choose another folder with --data."
        )
    (data_dir / "up.json").unlink(missing_ok=True)  # of one that was killed
    return held


def write(data_dir: Path, *, url: str, bootstrap_servers: str) -> None:
    """Also where other commands of this clone look for it. An image has no folder for that, and one class."""
    write_whole(data_dir / "up.json", json.dumps(asdict(Running(os.getpid(), url, bootstrap_servers))))
    if bootstrap.LOCAL.is_dir():
        write_whole(bootstrap.RUNNING / str(os.getpid()), str(data_dir))


def read(data_dir: Path) -> Running | None:
    try:
        return Running(**json.loads((data_dir / "up.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def read_living(data_dir: Path) -> Running | None:
    """The same, but for one that was killed and could not take its file away. The lock is not asked: an `up` that starts in
    that moment would find it taken."""
    found = read(data_dir)
    return found if found is not None and psutil.pid_exists(found.pid) else None


def forget(data_dir: Path) -> None:
    (data_dir / "up.json").unlink(missing_ok=True)
    (bootstrap.RUNNING / str(os.getpid())).unlink(missing_ok=True)
