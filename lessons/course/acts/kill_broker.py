from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from lessons.course.acts._broker_act import RESTARTS, EndBroker
from lessons.course.acts.base import Where
from lessons.words import gettext_noop


class KillBroker(EndBroker):
    kind: ClassVar[str] = "kill-broker"
    title: ClassVar[str] = gettext_noop("Kill a broker")
    submit: ClassVar[str] = gettext_noop("Kill")
    did: ClassVar[str] = gettext_noop("killed %(what)s")
    doing: ClassVar[str] = gettext_noop("killing %(what)s")
    example: ClassVar[Mapping[str, Any]] = {"broker": 2}
    verb: ClassVar[str] = "kill"
    asks: ClassVar[str] = gettext_noop("Kill broker %(broker)s")
    late: ClassVar[str] = gettext_noop("Broker %(broker)s was to be killed and is still running after %(seconds)s s.")
    wants: ClassVar[Literal["killed"]] = "killed"
    warning: ClassVar[str] = gettext_noop(
        "The broker ends in the middle of its work, as in a power cut. The others notice after 3 s; until then its "
        "partitions have no leader. Partitions without a replica elsewhere cannot be written or read until it is back."
    )

    def command(self, where: Where) -> str:
        return f"# SIGKILL: the broker has no time to clean up.\n{RESTARTS}\npkill -KILL -f 'kafka\\.Kafka {self.properties}'\n"
