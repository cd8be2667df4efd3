from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from lessons.cluster.limits import refused
from lessons.course.acts._broker_act import BrokerAct, Led
from lessons.course.acts.base import Answer, Where
from lessons.embedded import BrokerStatus, status, wanted


class StartBroker(BrokerAct):
    kind: ClassVar[str] = "start-broker"
    title: ClassVar[str] = "Start a broker"
    submit: ClassVar[str] = "Start"
    example: ClassVar[Mapping[str, Any]] = {"broker": 2}
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
