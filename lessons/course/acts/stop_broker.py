from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from lessons.course.acts._broker_act import RESTARTS, EndBroker
from lessons.course.acts.base import Where
from lessons.words import gettext_noop


class StopBroker(EndBroker):
    kind: ClassVar[str] = "stop-broker"
    title: ClassVar[str] = gettext_noop("Stop a broker")
    submit: ClassVar[str] = gettext_noop("Stop")
    did: ClassVar[str] = gettext_noop("stopped %(what)s")
    doing: ClassVar[str] = gettext_noop("stopping %(what)s")
    example: ClassVar[Mapping[str, Any]] = {"broker": 2}
    verb: ClassVar[str] = "stop"
    asks: ClassVar[str] = gettext_noop("Stop broker %(broker)s")
    late: ClassVar[str] = gettext_noop("Broker %(broker)s was asked to stop and is still running after %(seconds)s s.")
    wants: ClassVar[Literal["stopped"]] = "stopped"
    warning: ClassVar[str] = gettext_noop(
        "The broker hands over the partitions that it leads, and ends. Everybody's partitions that have a replica "
        "elsewhere get another leader at once; the others cannot be written or read until this broker is back."
    )

    def command(self, where: Where) -> str:
        return f"# This asks the process to end (SIGTERM).\n{RESTARTS}\nkafka-server-stop.sh --node-id={self.broker}\n"
