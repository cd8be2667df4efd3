"""Which act did the work: its time decides whether the work was late.

Why it is so
------------
A check may come long after the work, and much may have been done in between that has nothing to do with it: a list of
topics after the due date makes nothing late. So only those acts count that touched what the check has read. What a program
of one's own did is no act: then the work is of the moment in which it was first seen done. So it is when a check of the
same kind has said "not yet" after the act, or when a consumer is still running that may have committed at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from lessons.classroom.models import Act, Attempt, Member, Observation
from lessons.course.acts import ACTIONS
from lessons.course.acts.consume import Consume
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.evidence import Part, Read, topics_of
from lessons.course.exercise import Exercise

LATEST_ACTS = 1000  # it reads no further back


def deciding_act(member: Member, seen: Observation, exercise: Exercise, *, until: datetime | None = None) -> Act | None:
    """The last act before a "done" of those that touched what was read; refused ones too, for some exercises ask for a
    refusal. None: the work is of the moment of the observation. `member` has the attempt now: seats are merged."""
    read = read_by(seen)
    consumers = member.acts.filter(kind=Consume.kind, state=Act.State.RUNNING)
    if Read(Part.GROUPS) in read and consumers.exists():
        return None
    settled = member.acts.filter(state__in=(Act.State.DONE, Act.State.REFUSED))
    if until is not None:
        settled = settled.filter(settled_at__lte=until)
    latest = settled.defer("answer").order_by("-settled_at")[:LATEST_ACTS]
    act = next((each for each in latest if touched(each, exercise.id, read)), None)
    return None if act is not None and _was_not_enough(act, exercise, seen) else act


def read_by(seen: Observation) -> frozenset[Read]:
    """What the check has read, from the row."""
    return frozenset(Read(Part(part), *names) for part, *names in seen.read)


def stored(read: Iterable[Read]) -> list[list[str]]:
    """The same for the row."""
    return sorted([each.part.value, *filter(None, (each.name, each.of))] for each in read)


def touched(act: Act, exercise: str, read: AbstractSet[Read]) -> bool:
    """Whether the act may have changed what a check of this exercise has read."""
    if act.kind == SubmitAnswers.kind:
        return act.fields.get("exercise") == exercise
    action = ACTIONS.get(act.kind)
    if action is None:
        return False
    names = {each.name for each in read if each.part in (Part.TOPIC, Part.RECORDS)}
    topics = topics_of(act.fields)
    changes_groups = action.changes_groups and Read(Part.GROUPS) in read
    if changes_groups or any(Read(Part.ACTS, act.kind, of) in read for of in ("", *topics)):
        return not topics or not names or not names.isdisjoint(topics)
    if action.changes_topics:
        return not names.isdisjoint(topics)
    return action.changes_records and any(Read(Part.RECORDS, topic) in read for topic in topics)


def _was_not_enough(act: Act, exercise: Exercise, seen: Observation) -> bool:
    """Whether the very same check has seen after this act that it was not done yet; or not even begun, and remembers it."""
    remembered = Observation.objects.exclude(pk=seen.pk).filter(
        member=act.member_id, exercise=exercise.id, attempts=None, observed_at__gt=act.settled_at
    )
    later = Attempt.objects.counted().filter(
        member=act.member_id, exercise=exercise.id, state=Attempt.State.NOT_YET, check_hash=exercise.text_hash,
        observation__observed_at__gt=act.settled_at,
    )  # fmt: skip
    return later.exists() or remembered.exists()
