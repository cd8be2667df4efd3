"""A snapshot of the cluster as geometry and as words: what `_picture.html` draws and `_topics.html` lists.

Pure: no request, no cluster, no clock. A partition stands on each broker that holds a replica of it; what a
broker leads comes first.

Why it is so
------------
An SVG that is scaled down to a phone takes its text with it. So the picture is drawn at the width of the
narrowest panel (340 units, there about 340 pixels), with text of 12 units; a page with room draws `WIDE` as
well, and its style sheet shows one of the two. The height is bounded, so that a learner with a hundred topics
still sees three brokers: what does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lessons.cluster.namespace import Namespace
    from lessons.cluster.snapshot import Broker, Snapshot
    from lessons.cluster.topics import Partition, Topic

State = Literal["up", "some", "joining"]
Role = Literal["leader", "follower", "leaderless"]


@dataclass(frozen=True)
class Layout:
    """Measures in the SVG's units. `label_length` is what fits in a box at 12 units of a wide sans-serif."""

    name: str
    width: int
    columns: int
    most_parts: int
    fewest_rows: int
    label_length: int
    gap: int = 8
    head: int = 36
    part_height: int = 40
    part_gap: int = 6
    brokers_in_a_row: int = 3

    @property
    def broker_width(self) -> int:
        return (self.width - (self.brokers_in_a_row - 1) * self.gap) // self.brokers_in_a_row

    @property
    def part_width(self) -> int:
        return (self.broker_width - (self.columns + 1) * self.part_gap) // self.columns


NARROW = Layout("narrow", width=340, columns=1, most_parts=6, fewest_rows=3, label_length=10)
WIDE = Layout("wide", width=760, columns=2, most_parts=16, fewest_rows=4, label_length=12, gap=14, part_gap=8)


@dataclass(frozen=True)
class PartBox:
    x: int
    y: int
    w: int
    h: int
    topic_short: str
    label: str
    partition: int
    role: Role
    in_sync: bool
    end: int | None
    key: str


@dataclass(frozen=True)
class BrokerBox:
    id: int
    name: str
    x: int
    y: int
    w: int
    h: int
    up: bool
    address: str
    parts: tuple[PartBox, ...]
    internal_count: int
    more_count: int

    @property
    def right_x(self) -> int:
        return self.w - 12

    @property
    def foot_y(self) -> int:
        return self.h - 12

    @property
    def more_y(self) -> int:
        return self.h - (32 if self.internal_count else 12)

    @property
    def key(self) -> str:
        return f"{self.name}-{'up' if self.up else 'down'}"


@dataclass(frozen=True)
class Picture:
    """`state` is for the dots in the bar; `words` say what the boxes show, a sentence for each broker."""

    layout: str
    width: int
    height: int
    state: State
    summary: str
    brokers_words: str
    brokers: tuple[BrokerBox, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def outer_width(self) -> int:
        """With the half of a line that stands outside on either side."""
        return self.width + 2

    @property
    def outer_height(self) -> int:
        return self.height + 2

    @property
    def middle_x(self) -> int:
        return self.width // 2

    @property
    def middle_y(self) -> int:
        return self.height // 2 + 4


@dataclass(frozen=True)
class PartitionRow:
    id: int
    leader: int | None
    replicas: str
    in_sync: str
    all_in_sync: bool
    end: int | None
    error: str | None
    key: str


@dataclass(frozen=True)
class TopicTable:
    name: str
    topic_id: str | None
    internal: bool
    error: str | None
    partitions: tuple[PartitionRow, ...]

    @property
    def lines(self) -> int:
        """How many rows the topic takes in a table where an error has a row of its own."""
        return len(self.partitions) + sum(row.error is not None for row in self.partitions)


@dataclass(frozen=True)
class _Held:
    """One replica as one broker holds it."""

    topic: str
    partition: Partition
    end: int | None
    role: Role
    in_sync: bool

    @property
    def words(self) -> str:
        end = "" if self.end is None or self.role == "follower" else f" (end {self.end})"
        return f"{self.topic} {self.partition.id}{end}{'' if self.in_sync else ', not in sync'}"


def draw(
    snapshot: Snapshot | None, namespace: Namespace, *, show_internal: bool = False, layout: Layout = NARROW
) -> Picture:
    """What this seat has on the cluster; internal partitions are only counted, unless they are asked for."""
    if snapshot is None or not snapshot.brokers:
        height = _height(layout, rows=layout.fewest_rows, foot_lines=1)
        return Picture(layout.name, layout.width, height, "joining", "The brokers are joining.", "joining")
    shown = _shown_topics(snapshot, namespace, show_internal=show_internal)
    held = {broker.id: _held_by(broker.id, shown, snapshot) for broker in snapshot.brokers}
    internal = {broker.id: _internal_count(broker.id, snapshot, show_internal) for broker in snapshot.brokers}
    height = _broker_height(held.values(), any(internal.values()), layout)
    boxes = tuple(
        _broker_box(broker, place, held[broker.id], internal[broker.id], height, layout)
        for place, broker in enumerate(snapshot.brokers)
    )
    return Picture(
        layout=layout.name,
        width=layout.width,
        height=boxes[-1].y + height,
        state=_state(snapshot),
        summary=_summary(snapshot, shown),
        brokers_words=_brokers_words(snapshot),
        brokers=boxes,
        words=tuple(_say(broker, held[broker.id], internal[broker.id]) for broker in snapshot.brokers),
    )


def list_topics(
    snapshot: Snapshot | None, namespace: Namespace, *, show_internal: bool = False
) -> tuple[TopicTable, ...]:
    """The same as tables: this seat's topics by name, then the internal ones when asked for."""
    if snapshot is None:
        return ()
    return tuple(
        TopicTable(
            name=name,
            topic_id=topic.topic_id,
            internal=topic.internal,
            error=topic.error,
            partitions=tuple(_row(name, topic, partition, snapshot) for partition in topic.partitions),
        )
        for name, topic in _shown_topics(snapshot, namespace, show_internal=show_internal)
    )


def broker_name(broker_id: int) -> str:
    return f"kafka{broker_id}"


def cut(text: str, length: int) -> str:
    """At most `length` characters; the middle goes, because names of one person differ at their ends."""
    if len(text) <= length:
        return text
    tail = (length - 1) // 3
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"


def _shown_topics(snapshot: Snapshot, namespace: Namespace, *, show_internal: bool) -> list[tuple[str, Topic]]:
    own = sorted((namespace.short(topic.name), topic) for topic in snapshot.topics_of(namespace))
    internal = sorted((topic.name, topic) for topic in snapshot.internal_topics)
    return own + internal if show_internal else own


def _held_by(broker_id: int, shown: Iterable[tuple[str, Topic]], snapshot: Snapshot) -> list[_Held]:
    """What this broker holds, leaders first."""
    held = [
        _Held(
            topic=name,
            partition=partition,
            end=snapshot.ends.get((topic.name, partition.id)),
            role=_role(broker_id, partition),
            in_sync=broker_id in partition.in_sync,
        )
        for name, topic in shown
        for partition in topic.partitions
        if broker_id in partition.replicas
    ]
    return sorted(held, key=lambda item: item.role == "follower")


def _role(broker_id: int, partition: Partition) -> Role:
    if partition.leader == broker_id:
        return "leader"
    return "leaderless" if partition.leader is None else "follower"


def _internal_count(broker_id: int, snapshot: Snapshot, show_internal: bool) -> int:
    """How many internal partitions this broker leads; none when they are drawn one by one."""
    if show_internal:
        return 0
    return sum(partition.leader == broker_id for topic in snapshot.internal_topics for partition in topic.partitions)


def _broker_height(held: Iterable[list[_Held]], has_internal: bool, layout: Layout) -> int:
    """The same for all brokers. A few empty rows are kept: the first topics shall not push the page down."""
    most = max((min(len(items), layout.most_parts) for items in held), default=0)
    more = any(len(items) > layout.most_parts for items in held)
    rows = max(-(-most // layout.columns), layout.fewest_rows)
    return _height(layout, rows=rows, foot_lines=int(more) + int(has_internal))


def _height(layout: Layout, *, rows: int, foot_lines: int) -> int:
    return layout.head + rows * (layout.part_height + layout.part_gap) + 20 * foot_lines + 6


def _broker_box(
    broker: Broker, place: int, held: list[_Held], internal_count: int, height: int, layout: Layout
) -> BrokerBox:
    row, column = divmod(place, layout.brokers_in_a_row)
    return BrokerBox(
        id=broker.id,
        name=broker_name(broker.id),
        x=column * (layout.broker_width + layout.gap),
        y=row * (height + layout.gap),
        w=layout.broker_width,
        h=height,
        up=broker.up,
        address=f"{broker.host}:{broker.port}",
        parts=tuple(_part_box(index, item, broker.id, layout) for index, item in enumerate(held[: layout.most_parts])),
        internal_count=internal_count,
        more_count=max(0, len(held) - layout.most_parts),
    )


def _part_box(index: int, item: _Held, broker_id: int, layout: Layout) -> PartBox:
    """Where the box stands inside its broker."""
    row, column = divmod(index, layout.columns)
    return PartBox(
        x=layout.part_gap + column * (layout.part_width + layout.part_gap),
        y=layout.head + row * (layout.part_height + layout.part_gap),
        w=layout.part_width,
        h=layout.part_height,
        topic_short=item.topic,
        label=cut(item.topic, layout.label_length),
        partition=item.partition.id,
        role=item.role,
        in_sync=item.in_sync,
        end=item.end,
        key=f"{item.topic}/{item.partition.id}/{item.role}/{broker_id}",
    )


def _state(snapshot: Snapshot) -> State:
    up = sum(broker.up for broker in snapshot.brokers)
    if not up:
        return "joining"
    return "up" if up == len(snapshot.brokers) else "some"


def _brokers_words(snapshot: Snapshot) -> str:
    down = [broker_name(broker.id) for broker in snapshot.brokers if not broker.up]
    if len(down) == len(snapshot.brokers):
        return "no broker answers"
    return f"{_join(down)} down" if down else f"{_count(len(snapshot.brokers), 'broker')} up"


def _summary(snapshot: Snapshot, shown: list[tuple[str, Topic]]) -> str:
    brokers = _brokers_words(snapshot)
    if _state(snapshot) == "joining":
        return "No broker answers."
    if not shown:
        return f"{brokers}; no topics of yours yet."
    partitions = sum(len(topic.partitions) for _, topic in shown)
    counted = f"{_count(len(shown), 'topic')} with {_count(partitions, 'partition')}"
    return f"{brokers}; {counted}."


def _say(broker: Broker, held: list[_Held], internal_count: int) -> str:
    """What one broker's box shows, as a sentence."""
    leads = _join([item.words for item in held if item.role == "leader"])
    follows = _join([item.words for item in held if item.role == "follower"])
    said = [f"leads {leads or 'nothing of yours'}"]
    if follows:
        said.append(f"follows {follows}")
    if leaderless := _join([item.words for item in held if item.role == "leaderless"]):
        said.append(f"holds {leaderless}, without a leader")
    if internal_count:
        said.append(f"leads {_count(internal_count, 'internal partition')}")
    return f"{broker_name(broker.id)} is {'up' if broker.up else 'down'}: {'; '.join(said)}."


def _row(name: str, topic: Topic, partition: Partition, snapshot: Snapshot) -> PartitionRow:
    return PartitionRow(
        id=partition.id,
        leader=partition.leader,
        replicas=", ".join(map(str, partition.replicas)),
        in_sync=", ".join(map(str, partition.in_sync)),
        all_in_sync=set(partition.in_sync) == set(partition.replicas),
        end=snapshot.ends.get((topic.name, partition.id)),
        error=partition.error,
        key=f"{name}/{partition.id}",
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _join(items: list[str], *, most: int = 8) -> str:
    if len(items) > most:
        items = [*items[:most], f"{len(items) - most} more"]
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
