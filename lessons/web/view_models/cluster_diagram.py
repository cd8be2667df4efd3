"""What the diagram of the cluster shows, and its tables: `_cluster_diagram.html` and `_topics.html` draw it.

Pure: no request, no cluster, no clock. A partition stands on each broker that holds a replica of it; what a broker
leads comes first. How large a box is, and what stands beside what, is up to the style sheet. The number of boxes is
bounded, so that a student with a hundred topics still sees three brokers: the rest is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.cluster import counted

if TYPE_CHECKING:
    from lessons.cluster.namespace import Namespace
    from lessons.cluster.snapshot import Broker, Snapshot
    from lessons.cluster.topics import Partition, Topic

MOST_REPLICAS = 8  # boxes on one broker

State = Literal["up", "some", "joining"]
Role = Literal["leader", "follower", "leaderless"]


@dataclass(frozen=True)
class Replica:
    """One partition as one broker holds it. `end` is known of the leader alone."""

    topic: str
    partition: int
    role: Role
    in_sync: bool
    end: int | None
    key: str

    @property
    def state(self) -> str:
        """In the words of the box: what is wrong comes before the role."""
        if self.role == "leaderless":
            return _("no leader")
        if not self.in_sync:
            return _("not in sync")
        return _("leader") if self.role == "leader" else _("follower")

    @property
    def words(self) -> str:
        """The partition and what is to be said of it: `orders 0 (end 7), not in sync`."""
        words = f"{self.topic} {self.partition}"
        if self.end is not None:
            words = _("%(partition)s (end %(end)s)") % {"partition": words, "end": self.end}
        return words if self.in_sync else _("%(partition)s, not in sync") % {"partition": words}


@dataclass(frozen=True)
class BrokerFrame:
    """`replicas` are those that are drawn, `more_count` those that are not; `words` say all of it in a sentence."""

    id: int
    name: str
    up: bool
    leads_quorum: bool
    address: str
    replicas: tuple[Replica, ...]
    more_count: int
    internal_count: int
    words: str

    @property
    def key(self) -> str:
        return f"{self.name}-{'up' if self.up else 'down'}"


@dataclass(frozen=True)
class Diagram:
    """`state` and `brokers_words` are for the dots in the bar."""

    state: State
    summary: str
    brokers_words: str
    brokers: tuple[BrokerFrame, ...] = ()


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


def draw_diagram(snapshot: Snapshot | None, namespace: Namespace, *, show_internal: bool = False) -> Diagram:
    """What this seat has on the cluster; internal partitions are only counted, unless they are asked for."""
    if snapshot is None or not snapshot.brokers:
        return Diagram("joining", _("The brokers are joining."), _("joining"))
    shown = _shown_topics(snapshot, namespace, show_internal=show_internal)
    return Diagram(
        state=_state(snapshot),
        summary=_summary(snapshot, shown),
        brokers_words=_brokers_words(snapshot),
        brokers=tuple(
            _frame(
                broker,
                _held_by(broker.id, shown, snapshot),
                _internal_count(broker.id, snapshot, show_internal),
                leads_quorum=broker.id == snapshot.quorum_leader,
            )
            for broker in snapshot.brokers
        ),
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


def _shown_topics(snapshot: Snapshot, namespace: Namespace, *, show_internal: bool) -> list[tuple[str, Topic]]:
    own = sorted((namespace.short(topic.name), topic) for topic in snapshot.topics_of(namespace))
    internal = sorted((topic.name, topic) for topic in snapshot.internal_topics)
    return own + internal if show_internal else own


def _held_by(broker_id: int, shown: Iterable[tuple[str, Topic]], snapshot: Snapshot) -> list[Replica]:
    """What this broker holds, leaders first."""
    held = [
        _replica(broker_id, name, partition, snapshot.ends.get((topic.name, partition.id)))
        for name, topic in shown
        for partition in topic.partitions
        if broker_id in partition.replicas
    ]
    return sorted(held, key=lambda replica: replica.role == "follower")


def _replica(broker_id: int, topic: str, partition: Partition, end: int | None) -> Replica:
    role = _role(broker_id, partition)
    return Replica(
        topic=topic,
        partition=partition.id,
        role=role,
        in_sync=broker_id in partition.in_sync,
        end=end if role == "leader" else None,
        key=f"{topic}/{partition.id}/{role}/{broker_id}",
    )


def _role(broker_id: int, partition: Partition) -> Role:
    if partition.leader == broker_id:
        return "leader"
    return "leaderless" if partition.leader is None else "follower"


def _internal_count(broker_id: int, snapshot: Snapshot, show_internal: bool) -> int:
    """How many internal partitions this broker leads; none when they are drawn one by one."""
    if show_internal:
        return 0
    return sum(partition.leader == broker_id for topic in snapshot.internal_topics for partition in topic.partitions)


def _frame(broker: Broker, held: list[Replica], internal_count: int, *, leads_quorum: bool) -> BrokerFrame:
    return BrokerFrame(
        id=broker.id,
        name=broker_name(broker.id),
        up=broker.up,
        leads_quorum=leads_quorum,
        address=f"{broker.host}:{broker.port}",
        replicas=tuple(held[:MOST_REPLICAS]),
        more_count=max(0, len(held) - MOST_REPLICAS),
        internal_count=internal_count,
        words=_say(broker, held, internal_count, leads_quorum=leads_quorum),
    )


def _state(snapshot: Snapshot) -> State:
    up = sum(broker.up for broker in snapshot.brokers)
    if not up:
        return "joining"
    return "up" if up == len(snapshot.brokers) else "some"


def _brokers_words(snapshot: Snapshot) -> str:
    down = [broker_name(broker.id) for broker in snapshot.brokers if not broker.up]
    if len(down) == len(snapshot.brokers):
        return _("no broker answers")
    if down:
        return _("%(brokers)s down") % {"brokers": _join(down)}
    return _("%(brokers)s up") % {"brokers": counted.brokers(len(snapshot.brokers))}


def _summary(snapshot: Snapshot, shown: list[tuple[str, Topic]]) -> str:
    brokers = _brokers_words(snapshot)
    if _state(snapshot) == "joining":
        return _("No broker answers.")
    if not snapshot.has_quorum:
        return _(
            "%(brokers)s: no quorum. Kafka elects no leader and changes nothing until most controllers are up."
        ) % {"brokers": brokers}
    if not shown:
        return _("%(brokers)s; no topics of yours yet.") % {"brokers": brokers}
    return _("%(brokers)s; %(topics)s with %(partitions)s.") % {
        "brokers": brokers,
        "topics": counted.topics(len(shown)),
        "partitions": counted.partitions(sum(len(topic.partitions) for _name, topic in shown)),
    }


def _say(broker: Broker, held: list[Replica], internal_count: int, *, leads_quorum: bool) -> str:
    """What one broker's frame shows, as a sentence."""
    leads = _join([item.words for item in held if item.role == "leader"])
    follows = _join([item.words for item in held if item.role == "follower"])
    said = [_("leads %(partitions)s") % {"partitions": leads} if leads else _("leads nothing of yours")]
    if follows:
        said.append(_("follows %(partitions)s") % {"partitions": follows})
    if leaderless := _join([item.words for item in held if item.role == "leaderless"]):
        said.append(_("holds %(partitions)s, without a leader") % {"partitions": leaderless})
    if internal_count:
        said.append(
            ngettext("leads %(number)s internal partition", "leads %(number)s internal partitions", internal_count)
            % {"number": internal_count}
        )
    if leads_quorum:
        said.append(_("leads the quorum of controllers"))
    words = _("%(broker)s is up: %(what)s.") if broker.up else _("%(broker)s is down: %(what)s.")
    return words % {"broker": broker_name(broker.id), "what": "; ".join(said)}


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


def _join(items: list[str], *, most: int = 8) -> str:
    if len(items) > most:
        items = [*items[:most], _("%(number)s more") % {"number": len(items) - most}]
    if len(items) < 2:
        return "".join(items)
    return _("%(several)s and %(last)s") % {"several": ", ".join(items[:-1]), "last": items[-1]}
