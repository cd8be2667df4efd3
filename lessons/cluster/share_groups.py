"""Share groups (KIP-932): what became of each record, read from `__share_group_state`, Kafka's own topic about it.

Why it is so
------------
confluent-kafka 2.16 has a ShareConsumer, and its admin client has no call about share groups. Kafka's tools ask by requests
that a program would have to build itself, with TLS and SASL of its own on a cluster that wants them. The topic is read like
any other, and tells more: brokers write there what members have done with records, in its order, before they answer them.

Of each group, topic and partition there are snapshots and changes. A snapshot holds where the group's records begin (its
start offset), and a state for each stretch of records after that; a change holds what is otherwise. A record that is with a
member is in neither. Kafka deletes what came before a snapshot. When a group is deleted, null follows its last snapshot.

Each process reads each of these records once, and keeps the newest changes of each group.
"""

from __future__ import annotations

import base64
import struct
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from lessons.cluster import clients, configs, records
from lessons.cluster.clients import TIMEOUT_S
from lessons.cluster.errors import no_answer
from lessons.cluster.metadata import describe
from lessons.cluster.namespace import Namespace
from lessons.words import _

STATE_TOPIC = "__share_group_state"
RESET, DELIVERY_LIMIT = "share.auto.offset.reset", "share.delivery.count.limit"
KEPT_CHANGES = 300  # of each group and partition
_MOST_READ = 100_000  # records at once
_HEARSAY_S = 0.05
_SNAPSHOT, _CHANGE = 0, 1  # in the first two bytes of a key
_UNKNOWN = -1

Became = Literal["released", "accepted", "archived"]
_BECAME: dict[int, Became] = {0: "released", 2: "accepted", 4: "archived"}


class Change(NamedTuple):
    """What became of the records from `first` to `last` at that time: accepted; released, to be delivered again; or archived:
    rejected, or released once too often. `deliveries`: how often they had been delivered by then."""

    at_ms: int
    partition: int
    first: int
    last: int
    became: Became
    deliveries: int


@dataclass(frozen=True)
class Shared:
    """What a share group has done in one partition. `start`: where its records begin; None before the first. `done`: how
    many after that are over, accepted or archived."""

    group_id: str
    partition: int
    start: int | None
    done: int
    changes: tuple[Change, ...]

    def left(self, span: tuple[int, int]) -> int:
        """How many records the group still has to do, of a partition with this beginning and end."""
        earliest, end = span
        return end - earliest if self.start is None else max(0, end - max(self.start, earliest) - self.done)


class _Key(NamedTuple):
    group: str
    topic_id: str
    partition: int


@dataclass
class _State:
    start: int = _UNKNOWN
    done: int = 0
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=KEPT_CHANGES))


class _Log:
    """What this process has read of the topic, up to a position in each of its partitions; `notes` counts that by group."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.states: defaultdict[_Key, _State] = defaultdict(_State)
        self.notes: Counter[str] = Counter()
        self._positions: dict[int, int] = {}

    def read_on(self, *, asked: str, timeout_s: float) -> None:
        """To its end, as it is now. Raises: ClusterError."""
        if STATE_TOPIC not in describe([STATE_TOPIC], asked=asked, timeout_s=timeout_s):
            return  # there has been no share group yet
        for partition, span in records.offsets(STATE_TOPIC, timeout_s=timeout_s).items():
            start = self._positions.get(partition, 0)
            if start > span[1]:  # it is another topic, or has lost what was read
                start = 0
            found = records.read_range(
                STATE_TOPIC, partition, start=start, span=span, limit=_MOST_READ, timeout_s=timeout_s
            )
            for record in found:
                self._take(record)
                self._positions[partition] = record.offset + 1

    def _take(self, record: records.Record) -> None:
        kind, key = _read_key(record.key or b"")
        self.notes[key.group] += 1
        if record.value is None:
            self.states.pop(key, None)
            return
        state, fields = self.states[key], _Fields(record.value)
        fields.skip("hii" if kind == _SNAPSHOT else "hi")  # its version, and the epochs of snapshot and state
        fields.skip("i")  # the leader's epoch
        (start,) = fields.take("q")
        at_ms = record.timestamp_ms or 0
        if kind == _SNAPSHOT:
            at_ms, _written_ms = fields.take("qq")  # when the first one was made: what it sums up may be as old
        stretches = [fields.take("qqbh", tagged=True) for _stretch in range(fields.count())]
        done = next((struct.unpack(">i", content)[0] for tag, content in fields.tags() if tag == 0), _UNKNOWN)
        state.start, state.done = start if start >= 0 else state.start, max(0, done)
        if kind == _CHANGE or not state.changes:  # what came before this snapshot may be gone
            state.changes += [
                Change(at_ms, key.partition, first, last, _BECAME[became], deliveries)
                for first, last, became, deliveries in stretches
                if became in _BECAME
            ]


class _Fields:
    """Reads a message of Kafka's protocol from its beginning to its end."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, layout: str, *, tagged: bool = False) -> tuple[int, ...]:
        values = struct.unpack_from(f">{layout}", self._content, self._at)
        self._at += struct.calcsize(f">{layout}")
        if tagged:
            list(self.tags())
        return values

    skip = take

    def content(self, size: int) -> bytes:
        self._at += size
        return self._content[self._at - size : self._at]

    def number(self) -> int:
        """An unsigned varint."""
        value = shift = 0
        while True:
            (byte,) = self.take("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def count(self) -> int:
        """Of a compact array."""
        return max(0, self.number() - 1)

    def tags(self) -> Iterator[tuple[int, bytes]]:
        """What newer versions have added, as numbered fields."""
        for _tag in range(self.number()):
            yield self.number(), self.content(self.number())


def _read_key(content: bytes) -> tuple[int, _Key]:
    fields = _Fields(content)
    kind, size = fields.take("hh")
    group = fields.content(size).decode()
    topic_id = base64.urlsafe_b64encode(fields.content(16)).decode().rstrip("=")
    (partition,) = fields.take("i")
    return kind, _Key(group, topic_id, partition)


def shared(
    namespace: Namespace, name: str, topic_id: str | None, *, timeout_s: float = TIMEOUT_S
) -> tuple[Shared, ...]:
    """What this seat's share groups have done with a topic, which has this id now: by group and partition. Raises:
    ClusterError, also where the app may not read the topic that tells it."""
    asked = _("Look up what share groups have done with %(topic)s") % {"topic": name}
    with _read_log(asked=asked, timeout_s=timeout_s) as log:
        return tuple(
            Shared(
                namespace.short(key.group), key.partition, None if state.start < 0 else state.start, state.done,
                tuple(state.changes),
            )
            for key, state in sorted(log.states.items())
            if key.topic_id == topic_id and namespace.owns(key.group)
        )  # fmt: skip


def notes_of_each(*, timeout_s: float = TIMEOUT_S) -> dict[str, int]:
    """{full group id: how often Kafka has noted something about it}, to see whether a share group goes on. Raises:
    ClusterError."""
    with _read_log(asked=_("Look up what share groups have done"), timeout_s=timeout_s) as log:
        return dict(log.notes)


@contextmanager
def _read_log(*, asked: str, timeout_s: float) -> Iterator[_Log]:
    """This process's, read to the end, for the length of a with block."""
    known = clients.known()
    if known.shares is None:
        known.shares = _Log()
    log: _Log = known.shares
    if not log.lock.acquire(timeout=timeout_s):
        raise no_answer(asked=asked, timeout_s=timeout_s)
    try:
        log.read_on(asked=asked, timeout_s=timeout_s)
        yield log
    finally:
        log.lock.release()


def begin_at_the_earliest(namespace: Namespace, group_id: str, *, timeout_s: float = TIMEOUT_S) -> None:
    """Have a share group begin with the first record of a topic that is new to it: this is a setting of the group, and no
    client's. Raises: AppRefused, KafkaRefused, KafkaUnavailable."""
    asked = _("Set %(setting)s of group %(group)s") % {"setting": RESET, "group": group_id}
    full_id = namespace.full(group_id, thing="group")
    configs.alter(configs.GROUP, full_id, RESET, "earliest", asked=asked, namespace=namespace, timeout_s=timeout_s)
    deadline = time.monotonic() + timeout_s
    while _settings(namespace, group_id, timeout_s=timeout_s)[RESET] != "earliest" and time.monotonic() < deadline:
        time.sleep(_HEARSAY_S)  # the broker that was asked has not heard of it yet


def delivery_limit(namespace: Namespace, group_id: str, *, timeout_s: float = TIMEOUT_S) -> int:
    """How often a record is delivered before Kafka gives it up. Raises: AppRefused, KafkaRefused, KafkaUnavailable."""
    return int(_settings(namespace, group_id, timeout_s=timeout_s)[DELIVERY_LIMIT])


def _settings(namespace: Namespace, group_id: str, *, timeout_s: float) -> dict[str, str]:
    asked = _("Describe the configuration of group %(group)s") % {"group": group_id}
    full_id = namespace.full(group_id, thing="group")
    entries = configs.entries_of(configs.GROUP, full_id, asked=asked, namespace=namespace, timeout_s=timeout_s)
    return {name: entry.value or "" for name, entry in entries.items()}
