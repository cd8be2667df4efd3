"""What the instructor's three acts on a broker have in common: stop, kill and start.

Why it is so
------------
A web process never starts or ends a broker. It writes what is wanted of each broker into the data folder; the
supervisor in `up` does it and writes the state of each. These files outlive both, so a stopped broker stays down until
somebody starts it, even through a restart. Each of the three brokers is a controller too, and two of three have to agree
on everything. So a second one cannot be stopped, whatever brought the first one down. Reading and writing is one step,
under a lock of the data folder: if two instructors each stop a broker at the same moment, one of them is refused.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from lessons.cluster import counted
from lessons.cluster.errors import ClusterError
from lessons.cluster.metadata import list_metadata, topics_of
from lessons.cluster.namespace import Namespace
from lessons.cluster.refusals import Refusal
from lessons.course import own_brokers
from lessons.course.acts.base import About, Action, Answer, Where
from lessons.embedded import BROKER_IDS, BrokerStatus, set_wanted, status, wanted
from lessons.embedded.config import broker_files, broker_name
from lessons.embedded.process import wait_for
from lessons.words import _, gettext_noop, ngettext

WAIT_S = 15.0  # a broker is down after 2 s and up after 4 s; on a busy machine both take longer
LOOK_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Led:
    """How many partitions a broker led, and how many of them no other broker had in sync."""

    partitions: int
    alone: int

    @property
    def words(self) -> str:
        return _("It led %(partitions)s.") % {"partitions": counted.partitions(self.partitions)}

    @property
    def why(self) -> str:
        """What happens to them now."""
        if not self.alone:
            return _("Each of them gets another leader.") if self.partitions else ""
        if self.alone < self.partitions:
            words = ngettext(
                "%(alone)s of them has no leader until this broker is back, because no other replica is in sync. "
                "The others get another leader.",
                "%(alone)s of them have no leader until this broker is back, because no other replica is in sync. "
                "The others get another leader.",
                self.alone,
            )
        else:
            words = _("They have no leader until this broker is back, because no other replica is in sync.")
        return words % {"alone": self.alone}


class BrokerAct(Action):
    """An act on one broker. It is refused if it would leave no quorum, or if there is nothing to do."""

    roles: ClassVar[frozenset[str]] = frozenset({"instructor"})
    also_alone: ClassVar[bool] = True
    about: ClassVar[About] = "brokers"
    changes_topics: ClassVar[bool] = True
    asks_kafka: ClassVar[bool] = (
        False  # a cluster without a quorum does not answer, and that is when this act is needed
    )
    verb: ClassVar[str]
    asks: ClassVar[str]  # "Stop broker %(broker)s"
    late: ClassVar[str]  # what is said if it was not done within WAIT_S
    warning: ClassVar[str]  # what it does, before the instructor confirms it
    wants: ClassVar[Literal["up", "stopped", "killed"]]

    broker: int = Field(title=gettext_noop("Broker"), ge=BROKER_IDS[0], le=BROKER_IDS[-1])

    @classmethod
    def is_offered(cls) -> bool:
        return own_brokers.data_dir() is not None

    @property
    def name(self) -> str:
        return broker_name(self.broker)

    @property
    def asked(self) -> str:
        return _(self.asks) % {"broker": self.broker}

    def run(self, namespace: Namespace) -> Answer:
        began = time.monotonic()  # asking what it leads is part of the wait
        folder = self._folder()
        led = self._led()
        with own_brokers.deciding(folder, asked=self.asked):
            self.refuse(folder)
            set_wanted(folder, self.broker, self.wants)
        if wait_for(lambda: self.is_so(status(folder, self.broker)), timeout_s=WAIT_S):
            return self.answer(time.monotonic() - began, led)
        words = _(self.late) % {"broker": self.broker, "seconds": f"{WAIT_S:.0f}"}
        why = status(folder, self.broker).problem or _("It may take longer: watch the brokers on the cluster page.")
        return Answer(words, why=why, state="unknown")

    def find_out(self, namespace: Namespace) -> Answer | None:
        folder = self._folder()
        is_so = wanted(folder, self.broker) == self.wants and self.is_so(status(folder, self.broker))
        return self.answer(None, None) if is_so else None

    @abstractmethod
    def refuse(self, folder: Path) -> None:
        """Refuse what must not be done now. Raises: AppRefused."""

    @abstractmethod
    def is_so(self, seen: BrokerStatus) -> bool:
        """Whether the broker is now as wanted."""

    @abstractmethod
    def answer(self, took_s: float | None, led: Led | None) -> Answer:
        """The answer; without figures if the result was found out later."""

    def _folder(self) -> Path:
        """The data folder of our brokers. Raises: AppRefused."""
        if (folder := own_brokers.data_dir()) is None:
            raise Refusal.NOT_OURS.error(asked=self.asked)
        return folder

    def _led(self) -> Led | None:
        """What the broker leads before anything is done; None if the cluster does not answer."""
        try:
            topics = topics_of(list_metadata(asked=self.asked, timeout_s=LOOK_TIMEOUT_S))
        except ClusterError:
            return None
        led = [partition for topic in topics for partition in topic.partitions if partition.leader == self.broker]
        return Led(len(led), sum(set(partition.in_sync) == {self.broker} for partition in led))

    @property
    def properties(self) -> str:
        folder = own_brokers.data_dir() or Path(".local")
        return str(broker_files(folder, self.broker).properties)

    def python(self, where: Where) -> str:
        return f"""\
# No client can {self.verb} a broker: Kafka's protocol has no such
# request. A broker is a process, and you {self.verb} it on its machine
# (see the command line). A client can only see who leads what:
{where.imports()}from confluent_kafka.admin import AdminClient

{where.head()}

admin = AdminClient({where.client})
for topic in admin.list_topics(timeout=10).topics.values():
    for p in topic.partitions.values():
        place = f"{{topic}} [{{p.id}}]"
        print(f"{{place}} leader {{p.leader}}, in sync {{p.isrs}}")
"""

    def feed_line(self) -> str:
        return _("broker %(broker)s") % {"broker": self.broker}


RESTARTS = "# If you end an embedded broker by hand, `up` starts it again."


class EndBroker(BrokerAct):
    """What stop and kill have in common."""

    def refuse(self, folder: Path) -> None:
        if wanted(folder, self.broker) != "up":
            raise Refusal.BROKER_DOWN.error(asked=self.asked, broker=self.broker)
        others = [other for other in BROKER_IDS if other != self.broker and not own_brokers.serves(folder, other)]
        if others:
            raise Refusal.NO_QUORUM.error(asked=self.asked, other=others[0])

    def is_so(self, seen: BrokerStatus) -> bool:
        return not seen.runs and seen.phase == "down"

    def answer(self, took_s: float | None, led: Led | None) -> Answer:
        words = (
            _("Broker %(broker)s is down.") if took_s is None else _("Broker %(broker)s is down after %(seconds)s s.")
        )
        words %= {"broker": self.broker, "seconds": f"{took_s or 0:.1f}"}
        if led is None:
            return Answer(words)
        data = {"led": led.partitions, "alone": led.alone}
        return Answer(f"{words} {led.words}", data=data, why=led.why)
