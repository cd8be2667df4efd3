"""Stopping and killing."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from lessons.actions.base import Answer, Where
from lessons.actions.brokers import ours
from lessons.actions.brokers.base import BrokerAct, Led
from lessons.brokers import BROKER_IDS, BrokerStatus, wanted
from lessons.cluster.limits import refused

QUORUM = "The three brokers are the controllers too, and two of the three have to agree on who leads what."
RESTARTS = "Of the embedded brokers, `up` starts again whichever ends by hand."


class EndBroker(BrokerAct):
    """What stopping and killing have in common."""

    def refuse(self, folder: Path) -> None:
        if wanted(folder, self.broker) != "up":
            words = f"Broker {self.broker} was stopped or killed before, and nobody has started it since."
            raise refused("BROKER_DOWN", self.asked, words, "Start it first.")
        others = [other for other in BROKER_IDS if other != self.broker and not ours.serves(folder, other)]
        if others:
            words = f"Broker {others[0]} does not serve now, and two of the three must. {QUORUM}"
            advice = f"With one left, nothing could be created and no partition would get a new leader. Start broker {others[0]} first, or wait until it is up."
            raise refused("NO_QUORUM", self.asked, words, advice)

    def is_so(self, seen: BrokerStatus) -> bool:
        return not seen.runs and seen.phase == "down"

    def answer(self, took_s: float | None, led: Led | None) -> Answer:
        after = "" if took_s is None else f" after {took_s:.1f} s"
        words = f"Broker {self.broker} is down{after}."
        if led is None:
            return Answer(words)
        data = {"led": led.partitions, "alone": led.alone}
        return Answer(f"{words} {led.words}", data=data, why=led.why)


class StopBroker(EndBroker):
    kind: ClassVar[str] = "stop-broker"
    title: ClassVar[str] = "Stop a broker"
    submit: ClassVar[str] = "Stop"
    verb: ClassVar[str] = "stop"
    wants: ClassVar[Literal["stopped"]] = "stopped"
    warning: ClassVar[str] = (
        "It gives up what it leads, in good order, and ends. Everybody's partitions that have a copy elsewhere get "
        "another leader at once; those that have none cannot be written or read until it is back."
    )

    def command(self, where: Where) -> str:
        return f"# Its process is asked to end (SIGTERM). {RESTARTS}\nkafka-server-stop.sh --node-id={self.broker}\n"


class KillBroker(EndBroker):
    kind: ClassVar[str] = "kill-broker"
    title: ClassVar[str] = "Kill a broker"
    submit: ClassVar[str] = "Kill"
    verb: ClassVar[str] = "kill"
    wants: ClassVar[Literal["killed"]] = "killed"
    warning: ClassVar[str] = (
        "It ends in the middle of whatever it does, as in a power cut. The others notice after 3 s, and for so long "
        "its partitions have no leader. Those that have no copy elsewhere cannot be written or read until it is back."
    )

    def command(self, where: Where) -> str:
        return f"# SIGKILL: it can put nothing in order. {RESTARTS}\npkill -KILL -f 'kafka\\.Kafka {self.properties}'\n"
