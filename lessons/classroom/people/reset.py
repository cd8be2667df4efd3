"""Deletes the topics and groups of a seat, or of a whole class, from the cluster. Acts and evidence stay.

Why it is so
------------
Only what was shown before is deleted, and only what belongs to a seat. A topic created since then stays, and so do the
class's feed, Kafka's own topics, and, on a shared cluster, anything else whose name begins like the class's. Groups are
deleted first. Kafka refuses to delete a group that has members; the page says so, and the rest is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Change, Class, Member
from lessons.cluster import groups, topics
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.namespace import Namespace

GONE_ALREADY = {"GROUP_ID_NOT_FOUND", "UNKNOWN_TOPIC_OR_PART"}
MOST_LISTED = 50  # of those that are left


@dataclass(frozen=True)
class ClassNames(Namespace):
    """The names of all seats of a class: a short name is `<seat>.<name>`."""

    seat_slug: str = "all"

    @property
    def prefix(self) -> str:
        return f"{self.class_slug}."


@dataclass(frozen=True, slots=True)
class Things:
    """Topics and groups by their names in the class, `<seat>.<name>`."""

    topics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.topics or self.groups)

    def __and__(self, shown: Things) -> Things:
        known_topics, known_groups = set(shown.topics), set(shown.groups)
        return Things(
            tuple(name for name in self.topics if name in known_topics),
            tuple(name for name in self.groups if name in known_groups),
        )


def things_of(klass: Class, seat: Member | None = None) -> Things:
    """What this seat, or everybody in the class, has on the cluster now. Raises: ClusterError."""
    names = ClassNames(klass.slug)
    slugs = {seat.slug} if seat else set(klass.members.values_list("slug", flat=True))
    joined = [group.group_id for group in groups.list_every_group(names)]
    joined += [group.group_id for group in groups.list_other_groups(names)]
    return Things(_of_seats(topics.list_own(names), slugs), _of_seats(joined, slugs))


def _of_seats(names: Iterable[str], slugs: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if name.partition(".")[0] in slugs and name.partition(".")[2]))


def delete(klass: Class, shown: Things, by: Member, *, seat: Member | None = None) -> Change:
    """Delete what was shown and is still there; the change that comes back says what was deleted and what was not.

    Raises: ClusterError, and then nothing was deleted.
    """
    data = delete_now(klass, things_of(klass, seat) & shown)
    return record_change(klass, by, ChangeKind.RESET, seat=seat, data=data)


def delete_now(klass: Class, there: Things) -> dict[str, Any]:
    """Delete all of these, groups first: how many are gone, and what was left, with Kafka's answers. Raises: ClusterError."""
    names = ClassNames(klass.slug)
    of_groups = groups.delete_groups(names, there.groups)
    of_topics = topics.delete_topics(names, there.topics) if there.topics else {}
    left = [*_left("group", of_groups), *_left("topic", of_topics)]
    return {
        "topics": sum(_is_gone(problem) for problem in of_topics.values()),
        "groups": sum(_is_gone(problem) for problem in of_groups.values()),
        "left": left[:MOST_LISTED],
        "left_in_all": len(left),
    }


def _is_gone(problem: ClusterError | None) -> bool:
    return problem is None or isinstance(problem, TopicMissing) or problem.code in GONE_ALREADY


def _left(kind: str, answers: Mapping[str, ClusterError | None]) -> list[dict[str, str]]:
    return [
        {"kind": kind, "name": name, "words": problem.answered, "advice": problem.advice}
        for name, problem in answers.items()
        if problem is not None and not _is_gone(problem)
    ]
