"""Puts a seat back to the start of a lesson: the topics and groups of the seat that belong to it are deleted, and what the
lesson begins with is created again.

Why it is so: acts, attempts and points stay, and done stays done. A topic belongs to a lesson if an exercise reads it, a
form of its page names it, or the seat created it there; a group, if a form names it, the seat used it there, or it has a
place in topics of this lesson alone. Only what was shown is deleted: see `reset`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any
from uuid import uuid4

from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.limits import TooFast
from lessons.classroom.models import Act, Change, Member, Role
from lessons.classroom.people.reset import Things, delete_now
from lessons.classroom.perform import perform
from lessons.cluster.groups import describe_groups, list_other_groups
from lessons.cluster.topics import list_own
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, groups_named, topics_named
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.create_topics import CreateTopics
from lessons.course.loader import Lesson, lessons


def topics_of(lesson: Lesson) -> frozenset[str]:
    """Those that its exercises read and its forms name."""
    read = {name for exercise in lesson.exercises for name in exercise.reads_topics}
    named = {name for fields in _forms(lesson) for name in topics_named(fields)}
    return frozenset(read | named | ({lesson.topic} if lesson.topic else set()))


def _forms(lesson: Lesson) -> Iterator[dict[str, Any]]:
    return (block.fields for block in lesson.notebook if block.fields)


def also_in(lesson: Lesson, topic: str) -> list[Lesson]:
    """The other lessons that a topic belongs to."""
    return [each for each in lessons() if each.slug != lesson.slug and topic in topics_of(each)]


def things_of_lesson(seat: Member, lesson: Lesson) -> Things:
    """What the seat has on the cluster now that belongs to the lesson. Raises: ClusterError."""
    wanted = topics_of(lesson) | _made_in(seat, lesson)
    return Things(
        tuple(f"{seat.slug}.{name}" for name in sorted(list_own(seat.namespace)) if name in wanted),
        tuple(f"{seat.slug}.{name}" for name in sorted(_groups(seat, lesson, wanted))),
    )


def begins_with(lesson: Lesson) -> list[Action]:
    """What earlier lessons leave behind for this one: the acts at the head of its notebook."""
    first = takewhile(lambda block: block.kind == "cell", lesson.notebook)
    kinds = [(ACTIONS[block.name], block.fields or {}) for block in first]
    return [kind.model_validate(kind.filled(fields)) for kind, fields in kinds]


def begin_anew(seat: Member, lesson: Lesson, shown: Things, *, with_start: bool = False) -> Change:
    """Delete what was shown, belongs to the lesson and is still there; `with_start`: then create what it begins with. The
    change that comes back says what became of it.

    Raises: ClusterError, and then nothing was deleted.
    """
    data = delete_now(seat.klass, things_of_lesson(seat, lesson) & shown)
    if with_start:
        data["made"] = [_made(seat, action, lesson) for action in begins_with(lesson)]
    of = seat if seat.role == Role.STUDENT else None
    return record_change(seat.klass, seat, ChangeKind.LESSON_ANEW, seat=of, data={"lesson": lesson.slug, **data})


def _made(seat: Member, action: Action, lesson: Lesson) -> str:
    """What became of it, in words."""
    try:
        act = perform(seat, action, act_id=uuid4(), lesson=lesson.slug)
    except TooFast as refusal:
        return str(refusal)
    return f"{act.told}. {act.answer.get('words', '')}"


def _made_in(seat: Member, lesson: Lesson) -> set[str]:
    made = _acts_in(seat, lesson).filter(kind__in=(CreateTopic.kind, CreateTopics.kind), state=Act.State.DONE)
    return {name for fields in made.values_list("fields", flat=True) for name in topics_named(fields)}


def _acts_in(seat: Member, lesson: Lesson) -> Any:
    return seat.acts.filter(lesson=lesson.slug)


def _groups(seat: Member, lesson: Lesson, topics: frozenset[str]) -> set[str]:
    named = {name for fields in _forms(lesson) for name in groups_named(fields)}
    used = {name for fields in _acts_in(seat, lesson).values_list("fields", flat=True) for name in groups_named(fields)}
    found = set()
    for group in (*describe_groups(seat.namespace), *list_other_groups(seat.namespace)):
        reads = {lag.topic for lag in group.lags} | {topic for each in group.members for topic, _ in each.assignment}
        if group.group_id in named | used or (reads and reads <= topics):
            found.add(group.group_id)
    return found
