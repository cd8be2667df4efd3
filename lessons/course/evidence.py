"""What a check may read: one seat's part of the cluster, and that seat's acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from lessons.cluster import groups, records, share_groups, topics, transactions
from lessons.cluster.errors import ClusterError, TopicMissing, no_answer
from lessons.cluster.metadata import Cluster, Topic, describe, describe_cluster, describe_each
from lessons.cluster.namespace import Namespace
from lessons.cluster.offsets import stable_end
from lessons.cluster.snapshot import Snapshot
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.words import _

T = TypeVar("T")

SHOWN_CHARACTERS = 100  # of a record's value, in what is kept as evidence
NEAR = 20  # offsets: to read so many more costs less than to ask twice
NEWEST = 60  # records of a partition, for checks that ask for no place


class Part(Enum):
    """What evidence is read from."""

    BROKERS = "brokers"
    TOPICS = "topics"  # which there are
    TOPIC = "topic"  # its partitions, replicas, id
    RECORDS = "records"  # of a topic, and where its partitions end
    SETTINGS = "settings"  # of a topic
    GROUPS = "groups"
    ACTS = "acts"  # of a kind
    NAMES = "names"  # of topics outside the seat's part of the cluster
    SEEN = "seen"  # what earlier checks have observed; noted for what is shown alone


ANY_TOPIC = "*"  # which is no topic's name


class Read(NamedTuple):
    """One thing that was read, or is not as it was. `name`: of the topic, or the kind of act; empty: of any. `of`: the topic that
    the acts were done to, where only those were read; ANY_TOPIC where something is new that may be of any."""

    part: Part
    name: str = ""
    of: str = ""


def touches(changed: AbstractSet[Read], read: Iterable[Read]) -> bool:
    """Whether something that was read is not as it was."""
    return any(_is_among(each, changed) for each in read)


def _is_among(read: Read, changed: AbstractSet[Read]) -> bool:
    may_be = bool(read.of) and Read(read.part, read.name, ANY_TOPIC) in changed
    return read in changed or Read(read.part) in changed or may_be


def acts_like(kind: str, topic: str) -> frozenset[Read]:
    """What is not as it was after an act of this kind, done to this topic; empty: to none, or to which is not known."""
    return frozenset({Read(Part.ACTS, kind), Read(Part.ACTS, kind, topic or ANY_TOPIC)})


def topics_of(fields: Mapping[str, Any]) -> set[str]:
    """The topics that an act with these fields is done to, by their short names; empty: to none that it names."""
    named = (fields.get("topic"), fields.get("name"), *str(fields.get("names") or "").split("\n"))
    return {name for name in named if name}


class Found(NamedTuple):
    """A record where it stands. `value` and `key` are cut; `at_ms` is the record's own time, since the epoch, 0 if it has
    none."""

    partition: int
    offset: int
    value: str
    at_ms: int
    key: str | None = None


@dataclass
class _Records:
    """What was read of a topic's records: {partition: (earliest, end)}, and the newest once they were asked for."""

    spans: dict[int, tuple[int, int]]
    newest: tuple[Found, ...] | None = None


@dataclass(frozen=True)
class PastAct:
    """A stored act of this seat. `state` is done, refused, failed or unknown."""

    id: str
    kind: str
    fields: Mapping[str, Any]
    state: str
    data: Mapping[str, Any]
    code: str
    settled_at: str


@dataclass(frozen=True)
class Evidence:
    """Reads the cluster as it is now, for one seat.

    With a `memory` each thing is read once: for a check of many exercises at the same moment. The topics whose short
    names are in `ahead` are then described in one call, when the first topic is asked for. What is asked for stands in
    `read` afterwards: an exercise need not be checked again before something of it has changed.
    """

    namespace: Namespace
    acts_of_kind: Callable[[str], tuple[PastAct, ...]]
    memory: dict[Read, Any] | None = None
    ahead: frozenset[str] = frozenset()
    read: set[Read] = field(default_factory=set)
    seen_before: Callable[[str], tuple[Mapping[str, Any], ...]] = lambda exercise_id: ()

    def _once(self, key: Read, read: Callable[[], T]) -> T:
        self.read.add(key)
        return self._remembered(key, read)

    def _remembered(self, key: Read, read: Callable[[], T]) -> T:
        if self.memory is None:
            return read()
        if key not in self.memory:
            self.memory[key] = read()
        found: T = self.memory[key]
        return found

    def cluster(self) -> Cluster:
        """Its id and its brokers. Raises: KafkaUnavailable."""
        return self._once(Read(Part.BROKERS), describe_cluster)

    def earlier(self, exercise_id: str) -> tuple[Mapping[str, Any], ...]:
        """What earlier checks of an exercise observed of this seat, oldest first: what the cluster has forgotten since."""
        return self.seen_before(exercise_id)

    def unprefixed(self, names: Iterable[str]) -> dict[str, str]:
        """{name: full name} of those that the cluster lists without this seat's prefix: a program that used the short
        name may have made them. Raises: KafkaUnavailable."""
        return {name: self.namespace.prefix + name for name in sorted(names) if self._is_listed_bare(name)}

    def _is_listed_bare(self, name: str) -> bool:
        return self._once(Read(Part.NAMES, name), lambda: self._look_for_bare(name))

    def _look_for_bare(self, name: str) -> bool:
        """This one, and with it those that will be asked for."""
        names = self._with_those_ahead(Part.NAMES, name)
        listed = describe(names, asked=_("Describe the topic %(topic)s") % {"topic": ", ".join(names)})
        self._keep({Read(Part.NAMES, each): each in listed for each in names})
        return name in listed

    def usual_replicas(self) -> int:
        """How many replicas are usual on this cluster. Raises: KafkaUnavailable."""
        return topics.usual_replicas()

    def visible_topics(self) -> tuple[Topic, ...]:
        """The topics in this seat's list: its own, the class's, and Kafka's, with Kafka's own `internal`.

        Raises: KafkaUnavailable.
        """
        return self._once(Read(Part.TOPICS), lambda: topics.list_for(self.namespace)[0])

    def topic(self, name: str) -> Topic | None:
        """The topic with this short name, or None, at once: it is checked again. Raises: ClusterError."""
        answer = self._once(Read(Part.TOPIC, name), lambda: self._describe(name))
        if isinstance(answer, ClusterError) and not isinstance(answer, TopicMissing):
            raise answer
        return answer if isinstance(answer, Topic) else None

    def _describe(self, name: str) -> Topic | ClusterError:
        """This one, and with it those that will be asked for."""
        names = self._with_those_ahead(Part.TOPIC, name)
        asked = f"Describe {', '.join(names)}"
        full_names = {self.namespace.full(each): each for each in names}
        answers = describe_each(full_names, asked=asked, namespace=self.namespace)
        self._keep({Read(Part.TOPIC, full_names[full]): answer for full, answer in answers.items()})
        return answers[self.namespace.full(name)]

    def _with_those_ahead(self, part: Part, name: str) -> list[str]:
        """This topic, and those that will be asked for, as far as they have not been read."""
        known = self.memory or {}
        return sorted({name, *(each for each in self.ahead if Read(part, each) not in known)})

    def _keep(self, found: Mapping[Read, Any]) -> None:
        if self.memory is not None:
            self.memory.update(found)

    def settings(self, name: str) -> dict[str, str]:
        """{setting: its value, as Kafka writes it} of a topic of this seat, with those that nobody has set. Raises:
        ClusterError."""
        return self._once(
            Read(Part.SETTINGS, name),
            lambda: {each.name: each.value or "" for each in topics.describe_config(self.namespace, name)},
        )

    def acts(self, kind: str, *, topic: str = "") -> tuple[PastAct, ...]:
        """This seat's settled acts of a kind, oldest first. With a `topic` those that were done to it: an exercise that asks
        for no others is not checked again after others."""
        self.read.add(Read(Part.ACTS, kind, topic))
        acts = self._remembered(Read(Part.ACTS, kind), lambda: self.acts_of_kind(kind))
        return tuple(act for act in acts if topic in topics_of(act.fields)) if topic else acts

    def submitted(self, exercise_id: str) -> PastAct | None:
        """The last answers to an exercise, in `fields["answers"]` of the act; None if there are none."""
        submitted = self.submissions(exercise_id)
        return submitted[-1] if submitted else None

    def typed(self, exercise_id: str, *fields: str) -> list[Any] | None:
        """What the last answers to an exercise have in these fields, whatever it is; None if there are no answers."""
        given = self.submitted(exercise_id)
        return None if given is None else [given.fields["answers"].get(name) for name in fields]

    def submissions(self, exercise_id: str) -> list[PastAct]:
        """All answers to an exercise, oldest first."""
        return [act for act in self.acts(SubmitAnswers.kind) if act.fields["exercise"] == exercise_id]

    def offsets(self, name: str) -> dict[int, tuple[int, int]]:
        """{partition: (earliest, end)} of a topic of this seat. Raises: ClusterError."""
        return self._records_of(name).spans

    def _records_of(self, name: str) -> _Records:
        full_name = self.namespace.full(name)
        return self._once(
            Read(Part.RECORDS, name), lambda: _Records(records.offsets(full_name, namespace=self.namespace))
        )

    def newest(self, name: str) -> tuple[Found, ...]:
        """The newest records of each partition, at most NEWEST of each, by partition and offset: for what somebody sent,
        by whatever program. Raises: ClusterError."""
        known = self._records_of(name)
        if known.newest is None:
            known.newest = tuple(
                found_in(record)
                for partition, (_earliest, end) in sorted(known.spans.items())
                for record in self.records(name, partition, start=max(0, end - NEWEST), end=end)
            )
        return known.newest

    def stable_end(self, name: str, partition: int) -> int:
        """How far a consumer can read: where the first transaction that is still open begins, or the end. Raises:
        ClusterError."""
        self.read.add(Read(Part.RECORDS, name))
        return stable_end(self.namespace, name, partition)

    def offsets_of_records(self, name: str, partition: int) -> tuple[int, ...]:
        """Of the newest records, at most NEWEST offsets: also of those that were aborted, which consumers are not given.
        Raises: ClusterError."""
        self.read.add(Read(Part.RECORDS, name))
        return transactions.offsets_of_records(self.namespace, name, partition, most=NEWEST)

    def records(
        self, name: str, partition: int, *, start: int, end: int, at_most: int | None = None
    ) -> tuple[records.Record, ...]:
        """The records of one partition with start <= offset < end, as a consumer gets them. Raises: ClusterError."""
        full, span = self.namespace.full(name), self.offsets(name).get(partition)
        limit = end - start if at_most is None else at_most
        return records.read_range(full, partition, start=start, end=end, limit=limit, span=span, timeout_s=5)

    def values_at(self, name: str, partition: int, offsets: Iterable[int]) -> dict[int, str]:
        """{offset: value, as text of at most 100 characters} of what stands at these offsets now. What others sent in
        between is not read, however much it is. Raises: ClusterError."""
        wanted = sorted(set(offsets))
        return {
            record.offset: found_in(record).value
            for run in _runs(wanted)
            for record in self.records(name, partition, start=run[0], end=run[-1] + 1)
            if record.offset in wanted
        }

    def values_from(self, name: str, partition: int, *, start: int, end: int, at_most: int) -> dict[int, str]:
        """{offset: value, as text of at most 100 characters} of the next records, as a consumer gets them. Raises:
        ClusterError."""
        found = self.records(name, partition, start=start, end=end, at_most=at_most)
        return {record.offset: found_in(record).value for record in found}

    @property
    def groups(self) -> tuple[groups.Group, ...]:
        """This seat's groups with their lag. Raises: ClusterError."""
        return self._once(Read(Part.GROUPS), lambda: groups.describe_groups(self.namespace))

    def shared(self, name: str) -> tuple[share_groups.Shared, ...]:
        """What this seat's share groups have done with a topic, by group and partition; nothing if there is no topic. Raises:
        ClusterError."""
        self.read.add(Read(Part.GROUPS))
        topic = self.topic(name)
        return share_groups.shared(self.namespace, name, topic.topic_id) if topic else ()


def found_in(record: records.Record) -> Found:
    value = text_of(record.value) or ""
    return Found(record.partition, record.offset, value, record.timestamp_ms or 0, text_of(record.key))


def text_of(content: bytes | None) -> str | None:
    """A key or a value as text, cut; None is null."""
    return None if content is None else content.decode(errors="replace")[:SHOWN_CHARACTERS]


def _runs(offsets: Iterable[int]) -> list[list[int]]:
    """Those that are near each other together: each is read in one go."""
    runs: list[list[int]] = []
    for offset in offsets:
        if runs and offset - runs[-1][-1] <= NEAR:
            runs[-1].append(offset)
        else:
            runs.append([offset])
    return runs


@dataclass(frozen=True)
class SnapshotEvidence(Evidence):
    """The same from a snapshot: for the questions of an exercise on a page, which waits for no broker. While none answers
    the questions stay as they were: somebody may be typing."""

    snapshot: Snapshot | None = None

    def earlier(self, exercise_id: str) -> tuple[Mapping[str, Any], ...]:
        self.read.add(Read(Part.SEEN))
        return super().earlier(exercise_id)

    def cluster(self) -> Cluster:
        """Also the brokers that are gone now and have been there."""
        self.read.add(Read(Part.BROKERS))
        brokers = self.snapshot.brokers if self.snapshot is not None else ()
        addresses = {each.id: f"{each.host}:{each.port}" for each in brokers if each.host}
        if self.snapshot is None or not addresses:
            raise no_answer(asked="Describe the cluster")
        return Cluster(self.snapshot.cluster_id or "", addresses)

    def visible_topics(self) -> tuple[Topic, ...]:
        self.read.add(Read(Part.TOPICS))
        if self.snapshot is None or (self.snapshot.problem is not None and not self.snapshot.topics):
            raise no_answer(asked="List the topics")
        return tuple(topic for topic in self.snapshot.topics if self.namespace.may_see(topic.name))
