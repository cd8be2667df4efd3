"""What a member has on the cluster that a scene would meet: said before it is played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lessons.classroom.scenes.steps import SceneStep
from lessons.course.acts.base import groups_named, topics_named
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.create_topics import CreateTopics
from lessons.course.acts.delete_group import DeleteGroup
from lessons.course.acts.delete_topic import DeleteTopic


@dataclass(frozen=True)
class Before:
    """`there`: topics that the scene creates, and that are there. `missing`: those that it uses, and that are not. `groups`:
    those in which it reads, and that have a place already."""

    there: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def groups_of(steps: Iterable[SceneStep]) -> tuple[str, ...]:
    """Those in which the scene reads, unless it deletes them first."""
    read_in: dict[str, bool] = {}
    for step in steps:
        for name in groups_named(step.fields):
            read_in.setdefault(name, step.action is not None and step.kind != DeleteGroup.kind)
    return tuple(name for name, is_read in read_in.items() if is_read)


def look(steps: Sequence[SceneStep], topics: Iterable[str], groups: Iterable[str] = ()) -> Before:
    """Goes through the steps in their order, with the topics and the groups that there are, by their short names. What the
    scene itself makes is no surprise."""
    own, known = set(topics), set(groups)
    made: set[str] = set()
    there: dict[str, None] = {}
    missing: dict[str, None] = {}
    for step in steps:
        for name in topics_named(step.fields):
            match step.action:
                case None:
                    continue
                case CreateTopic() | CreateTopics():
                    there |= {name: None} if name in own else {}
                    made.add(name)
                case DeleteTopic() if name in own | made:
                    own.discard(name)
                    made.discard(name)
                case _ if name not in own | made:
                    missing[name] = None
    return Before(tuple(there), tuple(missing), tuple(name for name in groups_of(steps) if name in known))
