"""What stopping, killing and starting have in common."""

from __future__ import annotations

import time
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from lessons.actions.base import Action, Answer, Where, counted
from lessons.actions.brokers import ours
from lessons.brokers import BROKER_IDS, BrokerStatus, set_wanted, status, wanted
from lessons.brokers.config import broker_files, broker_name
from lessons.brokers.process import wait_for
from lessons.cluster.errors import ClusterError
from lessons.cluster.limits import refused
from lessons.cluster.metadata import list_metadata, topics_of
from lessons.cluster.namespace import Namespace

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
    asks_kafka: ClassVar[bool] = False  # a cluster without a quorum gives no answer, and that is when it is needed
    verb: ClassVar[str]
    warning: ClassVar[str]  # what it does, for whoever is asked whether to do it
    wants: ClassVar[Literal["up", "stopped", "killed"]]

    broker: int = Field(title="Broker", ge=BROKER_IDS[0], le=BROKER_IDS[-1])

    @classmethod
    def is_offered(cls) -> bool:
        return ours.data_dir() is not None

    @property
    def name(self) -> str:
        return broker_name(self.broker)

    @property
    def asked(self) -> str:
        return f"{self.verb.capitalize()} broker {self.broker}"

    def run(self, namespace: Namespace) -> Answer:
        folder = self._folder()
        led = self._led()
        with ours.deciding(folder, asked=self.asked):
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
        if (folder := ours.data_dir()) is None:
            raise refused("NOT_OURS", self.asked, "These brokers are not ours.", "Ask whoever runs the cluster.")
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
        folder = ours.data_dir() or Path(".local")
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
