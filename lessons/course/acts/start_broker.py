from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from lessons.cluster.refusals import Refusal
from lessons.course.acts._broker_act import BrokerAct, Led
from lessons.course.acts.base import Answer, Where
from lessons.embedded import BrokerStatus, wanted
from lessons.words import _, gettext_noop


class StartBroker(BrokerAct):
    kind: ClassVar[str] = "start-broker"
    title: ClassVar[str] = gettext_noop("Start a broker")
    submit: ClassVar[str] = gettext_noop("Start")
    did: ClassVar[str] = gettext_noop("started %(what)s")
    doing: ClassVar[str] = gettext_noop("starting %(what)s")
    example: ClassVar[Mapping[str, Any]] = {"broker": 2}
    verb: ClassVar[str] = "start"
    asks: ClassVar[str] = gettext_noop("Start broker %(broker)s")
    late: ClassVar[str] = gettext_noop("Broker %(broker)s was asked to start and is not up after %(seconds)s s.")
    wants: ClassVar[Literal["up"]] = "up"
    warning: ClassVar[str] = gettext_noop(
        "The broker first copies what it missed and is in sync again after a few seconds. About ten seconds later it "
        "leads its partitions again."
    )

    def refuse(self, folder: Path) -> None:
        if wanted(folder, self.broker) == "up":
            raise Refusal.BROKER_WANTED.error(asked=self.asked, broker=self.broker)

    def is_so(self, seen: BrokerStatus) -> bool:
        return seen.runs and seen.phase == "up"

    def answer(self, took_s: float | None, led: Led | None) -> Answer:
        words = _("Broker %(broker)s is up.") if took_s is None else _("Broker %(broker)s is up after %(seconds)s s.")
        why = _(
            "It copies what it missed and is then in sync again. About ten seconds later it leads its partitions again."
        )
        return Answer(words % {"broker": self.broker, "seconds": f"{took_s or 0:.1f}"}, why=why)

    def command(self, where: Where) -> str:
        return f"kafka-server-start.sh -daemon {self.properties}\n"
