"""What a member has on the cluster that a scene would meet: said before it is played."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lessons.classroom.scenes.steps import SceneStep
from lessons.course.acts.base import topics_named
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.create_topics import CreateTopics
from lessons.course.acts.delete_topic import DeleteTopic


@dataclass(frozen=True)
class Before:
    """`there`: topics that the scene creates, and that are there. `missing`: those that it uses, and that are not."""

    there: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def look(steps: Iterable[SceneStep], topics: Iterable[str]) -> Before:
    """Goes through the steps in their order, with the topics that there are, by their short names. What the scene itself
    makes is no surprise."""
    own = set(topics)
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
    return Before(tuple(there), tuple(missing))
