"""The brokers of this data folder: whether they are ours to stop, and how each is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lessons.cluster.limits import refused
from lessons.embedded import BROKER_IDS, BrokerStatus, status, wanted
from lessons.embedded.config import broker_name, kafka_dir
from lessons.embedded.process import try_lock

LOCK_WAIT_S = 5.0  # it is held for milliseconds

_data_dir: Path | None = None


def configure(folder: Path | None) -> None:
    """Name the folder of the brokers that are ours to stop; None: none are."""
    global _data_dir
    _data_dir = folder


def data_dir() -> Path | None:
    return _data_dir


@dataclass(frozen=True)
class BrokerNow:
    """How one broker is, and which acts would not be refused."""

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
    """Ours as their supervisor saw them last; empty when none are ours."""
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


def _state(seen: BrokerStatus) -> Literal["up", "down", "starting", "stopping", "failed"]:
    """`up` may have been killed, and have left a word that is not true any more."""
    return seen.phase if seen.runs or seen.phase == "failed" else "down"


def serves(folder: Path, broker_id: int) -> bool:
    seen = status(folder, broker_id)
    return wanted(folder, broker_id) == "up" and seen.phase == "up" and seen.runs


@contextmanager
def deciding(folder: Path, *, asked: str) -> Iterator[None]:
    """Nobody else looks and writes meanwhile. Raises: AppRefused."""
    held = None
    end_at = time.monotonic() + LOCK_WAIT_S
    while (held := try_lock(kafka_dir(folder) / ".deciding")) is None and time.monotonic() < end_at:
        time.sleep(0.02)
    if held is None:
        raise refused("BUSY", asked, "Somebody else is just stopping or starting a broker.", "Try again in a moment.")
    with held:
        yield
