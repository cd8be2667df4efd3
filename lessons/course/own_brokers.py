"""The brokers of this data folder: whether this app may stop them, and the state of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lessons import embedded
from lessons.cluster.refusals import Refusal
from lessons.embedded import BROKER_IDS, BrokerStatus, status, wanted
from lessons.embedded.config import broker_name, kafka_dir
from lessons.embedded.process import try_lock

LOCK_WAIT_S = 5.0  # it is held for milliseconds

_data_dir: Path | None = None


def configure(folder: Path | None) -> None:
    """Name the folder of the brokers that this app may stop; None: it may stop none."""
    global _data_dir
    _data_dir = folder


def data_dir() -> Path | None:
    """The folder that was named; None if this app may stop no broker."""
    return _data_dir


@dataclass(frozen=True)
class BrokerNow:
    """The state of one broker, and which acts on it would be allowed."""

    broker_id: int
    state: Literal["up", "down", "starting", "stopping", "failed"]
    since: float  # seconds since the epoch; 0: not known
    problem: str
    may_stop: bool
    may_start: bool

    @property
    def name(self) -> str:
        return broker_name(self.broker_id)


def brokers_now() -> tuple[BrokerNow, ...]:
    """Our brokers as their supervisor last saw them; empty if we have none."""
    if _data_dir is None:
        return ()
    seen = {broker_id: status(_data_dir, broker_id) for broker_id in BROKER_IDS}
    serving = {broker_id for broker_id in BROKER_IDS if serves(_data_dir, broker_id)}
    return tuple(
        BrokerNow(
            broker_id, _state(each), each.since, each.problem or "",
            may_stop=broker_id in serving and len(serving) == len(BROKER_IDS),
            may_start=wanted(_data_dir, broker_id) != "up",
        )
        for broker_id, each in seen.items()
    )  # fmt: skip


def gone() -> set[int]:
    """Those of our brokers that do not run. The others may still list them, without a quorum for ever."""
    if _data_dir is None:
        return set()
    return {broker_id for broker_id in BROKER_IDS if _state(status(_data_dir, broker_id)) in ("down", "failed")}


def quorum_leader() -> int | None:
    """Which of our brokers leads the quorum of controllers, as they noted it last: it may have gone since. None where that is
    open, and where the brokers are not ours."""
    return None if _data_dir is None else embedded.quorum_leader(_data_dir)


def _state(seen: BrokerStatus) -> Literal["up", "down", "starting", "stopping", "failed"]:
    """The broker's state. If `up` was killed, the file may still say what is no longer true."""
    return seen.phase if seen.runs or seen.phase == "failed" else "down"


def serves(folder: Path, broker_id: int) -> bool:
    """Whether the broker is up and meant to stay up."""
    seen = status(folder, broker_id)
    return wanted(folder, broker_id) == "up" and seen.phase == "up" and seen.runs


@contextmanager
def deciding(folder: Path, *, asked: str) -> Iterator[None]:
    """Hold the lock: nobody else reads or writes what is wanted of the brokers meanwhile. Raises: AppRefused."""
    held = None
    end_at = time.monotonic() + LOCK_WAIT_S
    while (held := try_lock(kafka_dir(folder) / ".deciding")) is None and time.monotonic() < end_at:
        time.sleep(0.02)
    if held is None:
        raise Refusal.BUSY.error(asked=asked)
    with held:
        yield
