from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from lessons.course.acts._broker_act import RESTARTS, EndBroker
from lessons.course.acts.base import Where


class KillBroker(EndBroker):
    kind: ClassVar[str] = "kill-broker"
    title: ClassVar[str] = "Kill a broker"
    submit: ClassVar[str] = "Kill"
    example: ClassVar[Mapping[str, Any]] = {"broker": 2}
    verb: ClassVar[str] = "kill"
    wants: ClassVar[Literal["killed"]] = "killed"
    warning: ClassVar[str] = (
        "It ends in the middle of whatever it does, as in a power cut. The others notice after 3 s, and for so long "
        "its partitions have no leader. Those that have no copy elsewhere cannot be written or read until it is back."
    )

    def command(self, where: Where) -> str:
        return f"# SIGKILL: it can put nothing in order. {RESTARTS}\npkill -KILL -f 'kafka\\.Kafka {self.properties}'\n"
