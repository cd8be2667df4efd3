"""What the app may do on the cluster, each right tried on names of its own; and the clocks of the brokers that led there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from kafkaclass.management.doctor.finding import Finding, look, ok, wrong
from lessons.classroom.feed.topic import ClassTopics
from lessons.cluster import groups, records, topics
from lessons.cluster.errors import ClusterError
from lessons.cluster.limits import MAX_PARTITIONS
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.cluster.transactions import COMMIT, send_in_transaction

MOST_CLOCK_DIFFERENCE_S = 2.0
TOPIC, GROUP = "topic", "group"
_STAMPED = {"message.timestamp.type": "LogAppendTime"}  # a record's time is then the clock of its broker


class Tried:
    """All that README asks for, below the prefixes of one class. What was made is deleted at the end, whatever happens."""

    def __init__(self, class_slug: str, brokers: int) -> None:
        name = f"doctor-{secrets.token_hex(3)}"
        self._seat, self._class = Namespace(class_slug, name), ClassTopics(class_slug)
        self._of_class = name
        self._partitions = min(brokers, MAX_PARTITIONS)  # so that each broker leads one

    def examine(self) -> Iterator[Finding]:
        prefix, prefix_of_class = f"{self._seat.class_slug}.", self._class.prefix
        failed = self._failed({f"create topics that begin with {prefix}": self._create})
        if not failed:
            try:
                failed = self._failed(self._steps(prefix))
                yield from self._clocks()
                failed += self._failed({f"delete topics that begin with {prefix}": self._delete})
            finally:
                with suppress(ClusterError):  # said already
                    self._delete()
        failed += self._failed({f"create and delete topics that begin with {prefix_of_class}": self._create_of_class})
        yield from failed
        if not failed:
            yield ok("Rights", f"the app may do all that it needs with what begins with {prefix} and {prefix_of_class}")

    def _steps(self, prefix: str) -> Mapping[str, Callable[[], object]]:
        return {
            f"describe topics that begin with {prefix}": lambda: topics.describe_topic(self._seat, TOPIC),
            f"describe their settings ({prefix})": lambda: topics.describe_config(self._seat, TOPIC),
            f"alter their settings ({prefix})": lambda: topics.alter_config(self._seat, TOPIC, "retention.ms", "60000"),
            f"add partitions ({prefix})": lambda: topics.add_partitions(self._seat, TOPIC, total=self._partitions + 1),
            f"write to topics that begin with {prefix}": lambda: self._send(0),
            f"read topics that begin with {prefix}": lambda: records.read_range(self._seat.full(TOPIC), 0),
            f"commit in groups that begin with {prefix}": lambda: groups.set_offset(self._seat, GROUP, TOPIC, 0, 0),
            f"describe groups that begin with {prefix}": lambda: groups.describe_group(self._seat, GROUP),
            f"delete groups that begin with {prefix}": self._delete_group,
            f"write in transactions whose ids begin with {prefix}": self._transact,
        }

    def _failed(self, steps: Mapping[str, Callable[[], object]]) -> list[Finding]:
        found = []
        for right, step in steps.items():
            try:
                step()
            except ClusterError as error:
                is_denied = error.code.endswith("AUTHORIZATION_FAILED")
                advice = "Grant its user what README lists in “Your own cluster”." if is_denied else error.advice
                found.append(wrong("Rights", f"the app cannot {right}: {error.answered.rstrip('.')}. {advice}"))
        return found

    def _create(self) -> None:
        replicas = topics.usual_replicas()
        topics.create_topic(self._seat, TOPIC, partitions=self._partitions, replicas=replicas, config=_STAMPED)

    def _delete(self) -> None:
        topics.delete_topic(self._seat, TOPIC)

    def _create_of_class(self) -> None:
        topics.create_topic(self._class, self._of_class, partitions=1, replicas=topics.usual_replicas())
        topics.delete_topic(self._class, self._of_class)

    def _send(self, partition: int) -> int:
        """Its offset. Raises: ClusterError."""
        [sent] = records.produce(self._seat, TOPIC, [Message(value=b"?")], partition=partition)
        if sent.error is not None:
            raise sent.error
        return sent.offset or 0

    def _delete_group(self) -> None:
        if problem := groups.delete_groups(self._seat, [GROUP])[GROUP]:
            raise problem

    def _transact(self) -> None:
        [sent] = send_in_transaction(self._seat, TOPIC, [Message(value=b"?")], transactional_id="id", ending=COMMIT)
        if sent.error is not None:
            raise sent.error

    def _clocks(self) -> Iterator[Finding]:
        """Each broker has stamped its record between our two looks at the clock."""
        off_s: list[float] = []
        with suppress(ClusterError):  # said already
            for partition in range(self._partitions):
                before_s, offset, after_s = time.time(), self._send(partition), time.time()
                [record] = records.read_range(self._seat.full(TOPIC), partition, start=offset, limit=1)
                at_s = (record.timestamp_ms or 0) / 1000
                off_s.append(max(before_s - at_s, at_s - after_s))
        if off_s and max(off_s) > MOST_CLOCK_DIFFERENCE_S:
            words = f"a broker's differs from this machine's by {max(off_s):.0f} s"
            yield look("Clocks", f"{words}: what is late, and the age of records, is told wrongly. Set both by NTP.")
        elif off_s:
            yield ok("Clocks", f"the brokers' agree with this machine's, within {MOST_CLOCK_DIFFERENCE_S:g} s")
