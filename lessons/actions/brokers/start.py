"""Starting one that was stopped or killed."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from lessons.actions.base import Answer, Where
from lessons.actions.brokers.base import BrokerAct, Led
from lessons.brokers import BrokerStatus, status, wanted
from lessons.cluster.limits import refused


class StartBroker(BrokerAct):
    kind: ClassVar[str] = "start-broker"
    title: ClassVar[str] = "Start a broker"
    submit: ClassVar[str] = "Start"
    verb: ClassVar[str] = "start"
    wants: ClassVar[Literal["up"]] = "up"
    warning: ClassVar[str] = (
        "It catches up with the leaders first, and is in sync again after a few seconds; leadership comes back to it "
        "some ten seconds later."
    )

    def refuse(self, folder: Path) -> None:
        if wanted(folder, self.broker) == "up":
            is_up = status(folder, self.broker).phase == "up"
            words = f"Broker {self.broker} {'is up already' if is_up else 'is on its way already'}."
            raise refused("BROKER_WANTED", self.asked, words, "There is nothing to do but look at the picture.")

    def is_so(self, seen: BrokerStatus) -> bool:
        return seen.runs and seen.phase == "up"

    def answer(self, took_s: float | None, led: Led | None) -> Answer:
        after = "" if took_s is None else f" after {took_s:.1f} s"
        why = "It copies what it missed, and is then in sync again; its partitions come back to it some ten seconds later."
        return Answer(f"Broker {self.broker} is up{after}.", why=why)

    def command(self, where: Where) -> str:
        return f"kafka-server-start.sh -daemon {self.properties}\n"
