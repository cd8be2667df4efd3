from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from lessons.course.acts._broker_act import RESTARTS, EndBroker
from lessons.course.acts.base import Where


class StopBroker(EndBroker):
    kind: ClassVar[str] = "stop-broker"
    title: ClassVar[str] = "Stop a broker"
    submit: ClassVar[str] = "Stop"
    example: ClassVar[Mapping[str, Any]] = {"broker": 2}
    verb: ClassVar[str] = "stop"
    wants: ClassVar[Literal["stopped"]] = "stopped"
    warning: ClassVar[str] = (
        "It gives up what it leads, in good order, and ends. Everybody's partitions that have a copy elsewhere get "
        "another leader at once; those that have none cannot be written or read until it is back."
    )

    def command(self, where: Where) -> str:
        return f"# Its process is asked to end (SIGTERM). {RESTARTS}\nkafka-server-stop.sh --node-id={self.broker}\n"
