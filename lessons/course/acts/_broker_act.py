"""What stopping, killing and starting one of the class's own brokers have in common: acts of the instructor.

Why it is so
------------
A web process starts and ends no broker. It writes what is wanted of each into the data folder; the supervisor in `up`
makes it so, and writes how they are. What is wanted outlives both, so a broker that was stopped stays down until it is
started, through a restart too. Each of the three is a controller as well, and two of three have to agree on anything:
so a second one is not stopped, whatever brought the first one down. Looking and writing is one step, under a lock of
the data folder: of two instructors who stop one each at the same moment, one is refused.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from lessons.cluster.errors import ClusterError
from lessons.cluster.limits import refused
from lessons.cluster.metadata import list_metadata, topics_of
from lessons.cluster.namespace import Namespace
from lessons.course import own_brokers
from lessons.course.acts.base import Action, Answer, Where, counted
from lessons.embedded import BROKER_IDS, BrokerStatus, set_wanted, status, wanted
from lessons.embedded.config import broker_files, broker_name
from lessons.embedded.process import wait_for

WAIT_S = 15.0  # a broker is down after 2 s and up after 4 s; on a busy machine both take longer
LOOK_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Led:
    """What a broker led, and how much of it no other broker had in sync."""

    partitions: int
    alone: int

    @property
    def words(self) -> str:
        return f"It led {counted(self.partitions, 'partition')}."

    @property
    def why(self) -> str:
        """What becomes of it."""
        alone = f"{self.alone} of them have their only copy in sync there, and no leader until it is back"
        if not self.alone:
            return "Each of them gets another leader." if self.partitions else ""
        return f"{alone}; the others get another leader." if self.alone < self.partitions else f"{alone}."


class BrokerAct(Action):
    """Raises AppRefused when it would leave no quorum, or when there is nothing to do."""

    roles: ClassVar[frozenset[str]] = frozenset({"instructor"})
    changes_topics: ClassVar[bool] = True
    asks_kafka: ClassVar[bool] = False  # a cluster without a quorum gives no answer, and that is when it is needed
    verb: ClassVar[str]
    warning: ClassVar[str]  # what it does, for whoever is asked whether to do it
    wants: ClassVar[Literal["up", "stopped", "killed"]]

    broker: int = Field(title="Broker", ge=BROKER_IDS[0], le=BROKER_IDS[-1])

    @classmethod
    def is_offered(cls) -> bool:
        return own_brokers.data_dir() is not None

    @property
    def name(self) -> str:
        return broker_name(self.broker)

    @property
    def asked(self) -> str:
        return f"{self.verb.capitalize()} broker {self.broker}"

    def run(self, namespace: Namespace) -> Answer:
        folder = self._folder()
        led = self._led()
        with own_brokers.deciding(folder, asked=self.asked):
            self.refuse(folder)
            set_wanted(folder, self.broker, self.wants)
        began = time.monotonic()
        if wait_for(lambda: self.is_so(status(folder, self.broker)), timeout_s=WAIT_S):
            return self.answer(time.monotonic() - began, led)
        words = f"Broker {self.broker} is to be {self.wants}, and is not after {WAIT_S:.0f} s."
        why = status(folder, self.broker).problem or "It is still on its way: the picture of the cluster shows it."
        return Answer(words, why=why, state="unknown")

    def find_out(self, namespace: Namespace) -> Answer | None:
        folder = self._folder()
        is_so = wanted(folder, self.broker) == self.wants and self.is_so(status(folder, self.broker))
        return self.answer(None, None) if is_so else None

    @abstractmethod
    def refuse(self, folder: Path) -> None:
        """Raises: AppRefused."""

    @abstractmethod
    def is_so(self, seen: BrokerStatus) -> bool:
        """Whether it has become what was wanted."""

    @abstractmethod
    def answer(self, took_s: float | None, led: Led | None) -> Answer:
        """Without figures when it was found out later."""

    def _folder(self) -> Path:
        """Raises: AppRefused."""
        if (folder := own_brokers.data_dir()) is None:
            raise refused("NOT_OURS", self.asked, "These brokers are not own_brokers.", "Ask whoever runs the cluster.")
        return folder

    def _led(self) -> Led | None:
        """What it leads before anything is done; None when the cluster does not say."""
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
# No client can {self.verb} a broker: Kafka's protocol has no such request. A broker is a process on its machine, and
# that is where it is done (see the command line). What a client sees of it is who leads, and who is in sync:
from confluent_kafka.admin import AdminClient

admin = AdminClient({{"bootstrap.servers": "{where.bootstrap_servers}"}})
for topic in admin.list_topics(timeout=10).topics.values():
    for partition in topic.partitions.values():
        print(f"{{topic.topic}} [{{partition.id}}] leader {{partition.leader}}, in sync {{partition.isrs}}")
"""

    def feed_line(self) -> str:
        return f"{self.verb} broker {self.broker}"


QUORUM = "The three brokers are the controllers too, and two of the three have to agree on who leads what."
RESTARTS = "Of the embedded brokers, `up` starts again whichever ends by hand."


class EndBroker(BrokerAct):
    """What stopping and killing have in common."""

    def refuse(self, folder: Path) -> None:
        if wanted(folder, self.broker) != "up":
            words = f"Broker {self.broker} was stopped or killed before, and nobody has started it since."
            raise refused("BROKER_DOWN", self.asked, words, "Start it first.")
        others = [other for other in BROKER_IDS if other != self.broker and not own_brokers.serves(folder, other)]
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
