"""One `up` a data folder: its lock, and where it runs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from lessons.embedded.config import write_whole
from lessons.embedded.process import try_lock


@dataclass(frozen=True)
class Running:
    """What up.json tells: for tests, and for a second `up`."""

    pid: int
    url: str
    bootstrap_servers: str


class RunsAlready(Exception):
    """str() is a sentence."""


def lock(data_dir: Path) -> IO[str]:
    """Raises: RunsAlready, with the place where the other one runs."""
    held = try_lock(data_dir / "up.lock")
    if held is None:
        other = read(data_dir)
        where = f" at {other.url} (process {other.pid})" if other else ": it is just starting"
        raise RunsAlready(
            f"kafkaclass runs already on the data folder {data_dir}{where}."
            " Stop it there with Ctrl-C, or choose another folder with --data."
        )
    (data_dir / "up.json").unlink(missing_ok=True)  # of one that was killed
    return held


def write(data_dir: Path, *, url: str, bootstrap_servers: str) -> None:
    write_whole(data_dir / "up.json", json.dumps(asdict(Running(os.getpid(), url, bootstrap_servers))))


def read(data_dir: Path) -> Running | None:
    try:
        return Running(**json.loads((data_dir / "up.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def forget(data_dir: Path) -> None:
    (data_dir / "up.json").unlink(missing_ok=True)
