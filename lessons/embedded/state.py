"""The wanted and the actual state of each broker: small files in the data folder.

Why it is so: web processes and `manage.py up` are different processes, and each may be killed. An act on a broker only
writes the wanted state; the supervisor in `up` brings it about and writes the actual state. Files outlive both.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import psutil

from .config import BROKER_IDS, broker_files, kafka_dir, read_plan
from .files import write_whole
from .process import ProcessMark, end_all, find, find_java_of

Wanted = Literal["up", "stopped", "killed"]
Phase = Literal["starting", "up", "stopping", "down", "failed"]

# Enough for a broker to close its partitions; it then waits up to 5 s more for a quorum that is going away too.
_LEFTOVERS_DEADLINE_S = 3.0
_QUORUM_STATE = "__cluster_metadata-0/quorum-state"


@dataclass(frozen=True)
class BrokerStatus:
    """The state of a broker, as its supervisor last saw it."""

    broker_id: int
    phase: Phase
    process: ProcessMark | None = None
    problem: str | None = None  # sentences: why it is not up, what to do
    since: float = 0.0  # when it entered this phase, in seconds since the epoch; 0: not known

    @property
    def runs(self) -> bool:
        return self.process is not None and find(self.process) is not None


def wanted(data_dir: Path, broker_id: int) -> Wanted:
    """The state that was asked for last; "up" if nobody asked for any."""
    try:
        kept = json.loads(broker_files(data_dir, broker_id).wanted.read_text())["state"]
    except (OSError, ValueError, KeyError, TypeError):
        return "up"
    return kept if kept in get_args(Wanted) else "up"


def set_wanted(data_dir: Path, broker_id: int, state: Wanted) -> None:
    """Ask for a broker to be up, stopped (SIGTERM) or killed (SIGKILL). This outlasts a new `up`.

    Raises: ValueError for a broker or a state that does not exist.
    """
    if state not in get_args(Wanted):
        raise ValueError(f"a broker can't be {state!r}")
    write_whole(broker_files(data_dir, broker_id).wanted, json.dumps({"state": state}))


def status(data_dir: Path, broker_id: int) -> BrokerStatus:
    """The state of the broker; "down" if it was never written."""
    try:
        kept = json.loads(broker_files(data_dir, broker_id).status.read_text())
        process = kept["process"]
        return BrokerStatus(
            broker_id=broker_id,
            phase=kept["phase"] if kept["phase"] in get_args(Phase) else "down",
            process=ProcessMark(int(process["pid"]), float(process["started_at"])) if process else None,
            problem=kept["problem"],
            since=float(kept.get("since", 0.0)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return BrokerStatus(broker_id=broker_id, phase="down")


def quorum_leader(data_dir: Path) -> int | None:
    """Which broker leads the controllers, as they noted it at their latest election; None while that is open, or not known.
    It stands there also when that broker has gone since."""
    noted: list[tuple[int, int]] = []  # (epoch, leader)
    for broker_id in BROKER_IDS:
        with suppress(OSError, ValueError, KeyError, TypeError):  # it is about to be written anew
            kept = json.loads((broker_files(data_dir, broker_id).data / _QUORUM_STATE).read_text())
            noted.append((int(kept["leaderEpoch"]), int(kept["leaderId"])))
    leader = max(noted, default=(0, -1))[1]
    return leader if leader in BROKER_IDS else None


def write_status(data_dir: Path, new: BrokerStatus) -> None:
    """Write a broker's state, with the time if the phase is a new one: a new `up` does not change "down since"."""
    before = status(data_dir, new.broker_id)
    new = replace(new, since=before.since if before.since and before.phase == new.phase else time.time())
    write_whole(broker_files(data_dir, new.broker_id).status, json.dumps(asdict(new)))


def broker_port(data_dir: Path, broker_id: int) -> int | None:
    """The broker's port in this data folder; None before the first start."""
    plan = read_plan(data_dir)
    return plan.ports[broker_id - 1] if plan else None


def end_leftovers(data_dir: Path, *, deadline_s: float = _LEFTOVERS_DEADLINE_S) -> int:
    """End brokers that a killed `up` left behind. Returns how many there were.

    Hold the lock of the data folder when you call this.
    """
    marked = (status(data_dir, broker_id).process for broker_id in BROKER_IDS)
    left: dict[int, psutil.Process] = {one.pid: one for one in find_java_of(kafka_dir(data_dir))}
    for known in marked:
        process = find(known) if known else None
        if process:
            left[process.pid] = process
    end_all(left.values(), deadline_s=deadline_s)
    for broker_id in BROKER_IDS:
        if status(data_dir, broker_id).phase != "down":
            write_status(data_dir, BrokerStatus(broker_id, "down"))
    return len(left)
