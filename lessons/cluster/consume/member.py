"""The group member itself: its thread, and what it answers to owner and group."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from lessons.cluster import clients
from lessons.cluster.consume import ending
from lessons.cluster.consume.events import Assigned, AtEnd, Committed, Delivered, Event, Revoked, Stopped, Trouble
from lessons.cluster.consume.membership import Membership
from lessons.cluster.errors import ClusterError, TopicMissing, translate
from lessons.cluster.live import frames
from lessons.cluster.metadata import describe
from lessons.cluster.records import from_kafka, offsets

MAX_CREDIT = 500
POLL_S = 0.2
PAUSED_POLL_S = 0.1
TIMEOUT_S = 3.0
COMMIT_EVERY_S = 1.0

# With these no group will have the member, however long it tries.
_HOPELESS = {
    "FENCED_INSTANCE_ID",
    "GROUP_AUTHORIZATION_FAILED",
    "GROUP_MAX_SIZE_REACHED",
    "INCONSISTENT_GROUP_PROTOCOL",
    "INVALID_GROUP_ID",
    "INVALID_SESSION_TIMEOUT",
    "TOPIC_AUTHORIZATION_FAILED",
}

_log = logging.getLogger(__name__)


class GroupMember:
    """Made, then `start`ed once. `tell` is called on the member's thread, and must not block."""

    def __init__(self, membership: Membership, tell: Callable[[Event], None]) -> None:
        """Raises AppRefused."""
        membership.check()
        self._asked = membership
        self._topic = membership.full_topic
        self._tell_owner = tell
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kafka-group-member", daemon=True)
        self._stopping = self._is_killed = False
        self._credit = 0
        self._left = membership.at_most  # of what it is to hand out; None: no end to it
        self._paused = True
        self._held: deque[Message] = deque()
        self._had = _Had()
        self._to_commit: dict[int, int] = {}
        self._commit_at = 0.0

    # --- for the owner, from any thread --------------------------------------------------------------------------

    def start(self) -> None:
        ending.leave_in_time(self)
        self._thread.start()

    def grant(self, records: int) -> None:
        """The owner has room for this many more."""
        self._commands.put(lambda: self._grant(records))

    def acknowledge(self, positions: Mapping[int, int]) -> None:
        """The owner is done with everything before these offsets."""
        self._commands.put(lambda: self._acknowledge(positions))

    def begin_anew(self, topic_id: str | None, partitions: Collection[int]) -> None:
        """The topic has been deleted, and created again with these partitions."""
        self._commands.put(lambda: self._begin_anew(topic_id, partitions))

    def stop(self) -> None:
        """Commit what was acknowledged, leave the group, tell `Stopped`: a matter of ms, of 9 s if Kafka is away. Also when it
        is over already."""
        self._commands.put(self._stop)

    def commit(self) -> None:
        """Commit what was acknowledged so far, and tell `Committed`."""
        self._commands.put(self._commit_as_wanted)

    def kill(self) -> None:
        """Be gone without a word to the group, and with nothing committed. The group waits for it until its session has timed
        out. Tells `Stopped`."""
        self._commands.put(self._kill)

    def join(self, timeout_s: float) -> bool:
        """Waits for the thread; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # --- on the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        committed: Mapping[int, int] = {}
        try:
            self._consumer = clients.new_consumer(**self._asked.settings())
        except KafkaException as error:
            self._tell(Trouble(self._translate(error)))
            self._tell(Stopped({}))
            return
        try:
            self._consumer.subscribe(
                [self._topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
            )
            while not self._stopping:
                self._step()
            if not self._is_killed:
                committed = self._commit_and_look()
        except KafkaException as error:
            self._tell(Trouble(self._translate(error)))
        except Exception:
            _log.exception("a group member of %s died", self._topic)
        finally:
            self._end()
            self._tell(Stopped(committed, was_killed=self._is_killed))

    def _end(self) -> None:
        if self._is_killed:
            holder = [self._consumer]
            del self._consumer  # the last reference but that one
            clients.abandon(holder)
        else:
            clients.close(self._consumer, timeout_s=TIMEOUT_S)

    def _step(self) -> None:
        self._obey(wait_s=PAUSED_POLL_S if self._paused else 0.0)
        if self._stopping:
            return
        if self._to_commit and time.monotonic() >= self._commit_at:
            self._commit_unasked(asynchronous=True)
        if self._credit:
            first = self._consumer.poll(POLL_S)
            room = self._credit - len(self._held) - 1
            self._take(first, *(self._consumer.consume(room, 0) if first is not None and room > 0 else ()))
            self._hand_out()
        else:
            self._take(self._consumer.poll(0))  # stays in its group; paused partitions give nothing

    def _obey(self, *, wait_s: float) -> None:
        try:
            command = self._commands.get(wait_s > 0, wait_s or None)
            while not self._stopping:
                command()
                command = self._commands.get_nowait()
        except queue.Empty:
            return

    def _take(self, *messages: Message | None) -> None:
        for message in messages:
            if message is None:
                continue
            error = message.error()
            if error is None or error.code() == KafkaError._PARTITION_EOF:
                self._held.append(message)
            else:
                self._complain(error)

    def _hand_out(self) -> None:
        ready: list[Message] = []
        ends: list[Message] = []
        while self._held and (self._held[0].error() or len(ready) < self._credit):
            message = self._held.popleft()
            (ends if message.error() else ready).append(message)
        if ready:
            self._credit -= len(ready)
            if self._left is not None:
                self._left -= len(ready)
            records = [from_kafka(message) for message in ready]
            for record in records:
                self._had.record(record.partition, record.offset)
            self._tell(Delivered(tuple(frames.entry(record, self._asked.namespace) for record in records)))
        for end in ends:
            self._reach_end(end.partition() or 0, end.offset() or 0)
        if ready and not self._credit:
            self._pause()

    def _reach_end(self, partition: int, offset: int) -> None:
        if self._had.reach_end(partition, offset):
            self._to_commit[partition] = offset
        self._tell(AtEnd(partition, offset))

    def _pause(self) -> None:
        self._paused = True
        self._consumer.pause(self._consumer.assignment())

    def _grant(self, records: int) -> None:
        self._credit = min(self._credit + records, MAX_CREDIT)
        if self._left is not None:
            self._credit = min(self._credit, self._left)
        self._hand_out()
        if self._credit and self._paused:
            self._paused = False
            self._consumer.resume(self._consumer.assignment())

    def _acknowledge(self, positions: Mapping[int, int]) -> None:
        for partition, position in positions.items():
            # Never more than was handed out: a late word about an older topic of that name, or a forged one.
            position = min(position, self._had.nexts.get(partition, 0))
            if position > self._had.acknowledged.get(partition, -1) and partition in self._had.nexts:
                self._had.acknowledged[partition] = position
                self._to_commit[partition] = self._had.behind_marks(partition, position)

    def _stop(self) -> None:
        self._stopping = True

    def _kill(self) -> None:
        self._stopping = self._is_killed = True

    def _begin_anew(self, topic_id: str | None, partitions: Collection[int]) -> None:
        if topic_id == self._had.topic_id:
            return  # assigned since
        self._had.topic_id = topic_id
        ours = [each.partition for each in self._consumer.assignment() if each.partition in partitions]
        for partition in ours:
            if partition not in self._had.went_back:
                self._held = deque(each for each in self._held if each.partition() != partition)
                self._had.nexts[partition] = 0
                # What is committed may be an acknowledgment of the old topic that came in between.
                self._had.acknowledged[partition] = self._to_commit[partition] = 0
                self._consumer.seek(TopicPartition(self._topic, partition, 0))
        self._had.went_back.clear()
        if ours:
            self._tell(Assigned(dict.fromkeys(ours, 0), topic_id))

    # --- what the group says, in the poll of the thread -----------------------------------------------------------

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        starts = self._starts(consumer, [each.partition for each in partitions])
        places = [_place(self._topic, partition, start) for partition, start in starts.items()]
        kept: tuple[int, ...] = ()
        if self._asked.is_incremental:
            kept = tuple(sorted(each.partition for each in consumer.assignment()))
            consumer.incremental_assign(places)
        else:
            consumer.assign(places)
            self._held.clear()
            self._had = _Had()
        self._had.nexts |= {each: start for each, start in starts.items() if start is not None}
        self._had.topic_id = self._topic_id()
        if not self._credit:
            self._pause()
        self._tell(Assigned(starts, self._had.topic_id, kept))

    def _starts(self, consumer: Consumer, partitions: list[int]) -> dict[int, int | None]:
        """Where the group was; else, or where that offset is not there any more, what auto.offset.reset says."""
        if not partitions:
            return {}
        try:
            known = consumer.committed([TopicPartition(self._topic, each) for each in partitions], timeout=TIMEOUT_S)
            spans = offsets(self._topic, partitions=partitions, namespace=self._asked.namespace, timeout_s=TIMEOUT_S)
        except (KafkaException, ClusterError) as error:
            _log.debug("start offsets are left to the client: %s", error)
            return dict.fromkeys(partitions)
        starts: dict[int, int | None] = {}
        for committed in known:
            earliest, end = spans[committed.partition]
            reset = earliest if self._asked.auto_offset_reset == "earliest" else end
            starts[committed.partition] = committed.offset if earliest <= committed.offset <= end else reset
        return starts

    def _topic_id(self) -> str | None:
        try:
            found = describe([self._topic], asked=self._asked.asked, timeout_s=TIMEOUT_S)
        except ClusterError:
            return None
        return found[self._topic].topic_id if self._topic in found else None

    def _revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._commit_unasked(asynchronous=True)  # is sent before the partitions are given back
        self._let_go(partitions, lost=False)

    def _lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._let_go(partitions, lost=True)

    def _let_go(self, partitions: list[TopicPartition], *, lost: bool) -> None:
        gone = {each.partition for each in partitions}
        self._held = deque(each for each in self._held if each.partition() not in gone)  # so the next owner gets it
        for partition in gone:
            self._to_commit.pop(partition, None)
            self._had.let_go(partition)
        self._tell(Revoked(tuple(sorted(gone)), lost))

    def _complain(self, error: KafkaError) -> None:
        translated = self._translate(error)
        if isinstance(translated, TopicMissing):
            return  # whoever watches the topic tells it; the member goes on when it is back
        if self._had.new_complaint(translated.code):
            self._tell(Trouble(translated))
        if error.fatal() or translated.code in _HOPELESS:
            self._stopping = True

    def _commit_as_wanted(self) -> None:
        offsets = dict(self._to_commit)
        if offsets and (error := self._commit(asynchronous=False)) is not None:
            self._to_commit = offsets | self._to_commit
            self._tell(Trouble(self._translate(error)))
        else:
            self._tell(Committed(offsets))

    def _commit_unasked(self, *, asynchronous: bool) -> None:
        if self._asked.auto_commit:
            self._commit(asynchronous=asynchronous)

    def _commit(self, *, asynchronous: bool) -> KafkaException | None:
        offsets = [TopicPartition(self._topic, *place) for place in self._to_commit.items()]
        self._to_commit.clear()
        self._commit_at = time.monotonic() + COMMIT_EVERY_S
        if offsets:
            try:
                self._consumer.commit(offsets=offsets, asynchronous=asynchronous)  # type: ignore[call-overload]
            except KafkaException as error:
                _log.debug("not committed: %s", error)
                return error
        return None

    def _commit_and_look(self) -> dict[int, int]:
        """What the group has committed in our partitions, after committing what was acknowledged."""
        clients.bounded(lambda: self._commit_unasked(asynchronous=False), timeout_s=TIMEOUT_S)
        ours = [TopicPartition(self._topic, each.partition) for each in self._consumer.assignment()]
        if not ours:
            return {}
        try:
            known = self._consumer.committed(ours, timeout=TIMEOUT_S)
        except KafkaException:
            return {}
        return {each.partition: each.offset for each in known if each.offset >= 0}

    def _translate(self, error: KafkaError | KafkaException) -> ClusterError:
        asked = f"{self._asked.asked}, with session.timeout.ms {self._asked.session_timeout_ms}"
        return translate(error, asked=asked, namespace=self._asked.namespace)

    def _tell(self, event: Event) -> None:
        try:
            self._tell_owner(event)
        except Exception as error:  # the owner is gone, and its loop with it: nobody will read on
            _log.debug("nobody hears a group member of %s: %s", self._topic, error)
            self._stopping = True


@dataclass
class _Had:
    """What was handed out under one assignment."""

    nexts: dict[int, int] = field(default_factory=dict)
    topic_id: str | None = None
    acknowledged: dict[int, int] = field(default_factory=dict)
    went_back: set[int] = field(default_factory=set)
    _delivered: set[int] = field(default_factory=set)
    _ends: dict[int, tuple[int, int]] = field(default_factory=dict)  # behind the last record; behind its marks
    _complaints: set[str] = field(default_factory=set)

    def let_go(self, partition: int) -> None:
        self.nexts.pop(partition, None)
        self.acknowledged.pop(partition, None)
        self._ends.pop(partition, None)
        self._delivered.discard(partition)

    def record(self, partition: int, offset: int) -> None:
        self._complaints.clear()
        if offset < self.nexts.get(partition, 0):
            self.went_back.add(partition)  # the client found its offset out of range: it reads a new topic already
            self.acknowledged[partition] = -1
        self.nexts[partition] = offset + 1
        self._delivered.add(partition)

    def reach_end(self, partition: int, offset: int) -> bool:
        """Whether there are only marks of transactions up to there, and nothing is left to be acknowledged."""
        last = self.nexts.get(partition)
        if last is None or offset <= last:
            return False
        self._ends[partition] = last, offset
        return partition not in self._delivered or self.acknowledged.get(partition) == last

    def behind_marks(self, partition: int, position: int) -> int:
        """The same position, or the one behind the marks that follow it."""
        last, end = self._ends.get(partition, (None, 0))
        return end if position == last else position

    def new_complaint(self, code: str) -> bool:
        is_new = code not in self._complaints
        self._complaints.add(code)
        return is_new


def _place(topic: str, partition: int, offset: int | None) -> TopicPartition:
    return TopicPartition(topic, partition) if offset is None else TopicPartition(topic, partition, offset)
