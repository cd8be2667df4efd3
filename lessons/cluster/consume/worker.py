"""A worker: it reads records, handles each by sending one to another topic, and commits before or after it has handled some.
It may crash on the way: then it is gone without a word, and what it had not committed is the group's to read again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from lessons.cluster import clients
from lessons.cluster.consume.membership import Membership
from lessons.cluster.errors import no_answer, translated
from lessons.cluster.records import Record, from_kafka

POLL_S = 0.5
TIMEOUT_S = 30.0  # without a record: a group waits for a member that has crashed until its session has timed out


@dataclass(frozen=True)
class Step:
    """`offset` is that of the record, or the one that was committed: of the next record."""

    what: Literal["handled", "committed"]
    partition: int
    offset: int


@dataclass
class Worked:
    """What a worker did, in its order. `waited_s` is the time until it was given partitions; `is_all`: whether it saw the end
    of each of them."""

    waited_s: float = 0.0
    steps: list[Step] = field(default_factory=list)
    has_crashed: bool = False
    is_all: bool = False

    @property
    def handled(self) -> list[Step]:
        return [step for step in self.steps if step.what == "handled"]


@dataclass
class Worker:
    """`handle` is called for each record, in its order, `most` in all; `crash_after` so many of them, None: it does not."""

    membership: Membership
    handle: Callable[[Record], None]
    batch: int
    commits_before: bool
    most: int
    crash_after: int | None = None
    worked: Worked = field(default_factory=Worked)
    _handled: int = 0

    def run(self) -> Worked:
        """Until it has crashed, or everything is handled that is there now, or as many as it may.

        Raises: AppRefused, KafkaRefused, KafkaUnavailable, and whatever `handle` raises.
        """
        asked, namespace = self.membership.asked, self.membership.namespace
        self.membership.check_on_cluster()
        with translated(asked=asked, namespace=namespace):
            holder = [clients.new_consumer(**self.membership.settings())]
            try:
                self._work(holder[0])
            finally:
                if self.worked.has_crashed:
                    clients.abandon(holder)
                else:
                    clients.close(holder[0])
        return self.worked

    def _work(self, consumer: Consumer) -> None:
        began, ended, waiting = time.monotonic(), set[int](), list[Message]()
        heard_at = began
        consumer.subscribe([self.membership.full_topic])
        while not self.worked.has_crashed:
            message = consumer.poll(POLL_S)
            if not self.worked.waited_s and consumer.assignment():
                self.worked.waited_s = time.monotonic() - began
            if message is None:
                if time.monotonic() - heard_at > TIMEOUT_S:
                    raise no_answer(asked=self.membership.asked, timeout_s=TIMEOUT_S)
                continue
            heard_at = time.monotonic()
            if (error := message.error()) is None:
                waiting.append(message)
                ended.discard(message.partition() or 0)
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add(message.partition() or 0)
            elif error.fatal() or not error.retriable():
                raise KafkaException(error)
            self.worked.is_all = len(ended) == len(consumer.assignment()) > 0
            if waiting and (self.worked.is_all or len(waiting) >= min(self.batch, self.most - self._handled)):
                self._take(consumer, waiting)
                waiting = []
            if self.worked.is_all or self._handled == self.most:
                return

    def _take(self, consumer: Consumer, batch: list[Message]) -> None:
        if self.commits_before:
            self._commit(consumer, batch)
        for message in batch:
            self.handle(from_kafka(message))
            self.worked.steps.append(Step("handled", message.partition() or 0, message.offset() or 0))
            self._handled += 1
            if self._handled == self.crash_after:
                self.worked.has_crashed = True
                return
        if not self.commits_before:
            self._commit(consumer, batch)

    def _commit(self, consumer: Consumer, batch: list[Message]) -> None:
        nexts = {message.partition() or 0: (message.offset() or 0) + 1 for message in batch}
        places = [TopicPartition(self.membership.full_topic, *place) for place in nexts.items()]
        consumer.commit(offsets=places, asynchronous=False)
        self.worked.steps += [Step("committed", *place) for place in nexts.items()]
