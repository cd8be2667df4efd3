"""What a check may read: one seat's part of the cluster, and that seat's acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lessons.cluster import groups, records, topics
from lessons.cluster.metadata import Cluster, Topic, describe, describe_cluster
from lessons.cluster.namespace import Namespace
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.words import _


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
    """One seat's part of the cluster and its acts, read when a check asks."""

    namespace: Namespace
    acts_of_kind: Callable[[str], tuple[PastAct, ...]]

    def cluster(self) -> Cluster:
        """The cluster's id and its running brokers. Raises: KafkaUnavailable."""
        return describe_cluster()

    def visible_topics(self) -> tuple[Topic, ...]:
        """The topics in this seat's list: its own, the class's, and Kafka's, with Kafka's own `internal`.

        Raises: KafkaUnavailable.
        """
        return topics.list_for(self.namespace)[0]

    def topic(self, name: str) -> Topic | None:
        """The topic with this short name, or None. It does not wait: the page checks again. Raises: ClusterError."""
        full_name = self.namespace.full(name)
        asked = _("Describe the topic %(topic)s") % {"topic": name}
        return describe([full_name], asked=asked, namespace=self.namespace).get(full_name)

    def acts(self, kind: str) -> tuple[PastAct, ...]:
        """This seat's settled acts of a kind, oldest first."""
        return self.acts_of_kind(kind)

    def submitted(self, exercise_id: str) -> PastAct | None:
        """The last answers to an exercise, in `fields["answers"]` of the act; None if there are none."""
        submitted = self.submissions(exercise_id)
        return submitted[-1] if submitted else None

    def submissions(self, exercise_id: str) -> list[PastAct]:
        """All answers to an exercise, oldest first."""
        return [act for act in self.acts(SubmitAnswers.kind) if act.fields["exercise"] == exercise_id]

    def offsets(self, name: str) -> dict[int, tuple[int, int]]:
        """{partition: (earliest offset, end)} of a topic of this seat. Raises: ClusterError."""
        return records.offsets(self.namespace.full(name), namespace=self.namespace)

    def read(self, name: str, partition: int, *, start: int, end: int) -> tuple[records.Record, ...]:
        """The records of one partition with start <= offset < end. Raises: ClusterError."""
        full = self.namespace.full(name)
        return records.read_range(full, partition, start=start, end=end, limit=end - start, timeout_s=5)

    @cached_property
    def groups(self) -> tuple[groups.Group, ...]:
        """This seat's groups with their lag. Raises: ClusterError."""
        return groups.describe_groups(self.namespace)
