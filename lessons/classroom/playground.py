"""The playground: all acts on one page. What a seat does there is one session, until it is begun anew."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from lessons.classroom.access import may_do
from lessons.classroom.models import Act, Member
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import TOPIC_FIELDS, Action, topics_named
from lessons.course.loader import lessons

PLAYGROUND = "playground"  # stands where acts of a lesson have its slug
MOST_SHOWN = 100
LOOKED_AT = 50  # acts, for which topics were used last


def offered(member: Member) -> list[type[Action]]:
    """The acts that the playground has for this member, in the order in which the lessons bring them."""
    brought = dict.fromkeys(block.name for lesson in lessons() for block in lesson.notebook if block.name in ACTIONS)
    kinds = [*brought, *(kind for kind in ACTIONS if kind not in brought)]
    return [ACTIONS[kind] for kind in kinds if ACTIONS[kind].about and may_do(member, ACTIONS[kind])]


def session_of(member: Member) -> QuerySet[Act]:
    """What was done in the playground since it was begun anew, oldest first."""
    acts = member.acts.filter(lesson=PLAYGROUND).order_by("started_at", "pk")
    return acts.filter(started_at__gte=member.playground_anew_at) if member.playground_anew_at else acts


def begin_anew(member: Member) -> None:
    """The acts stay where all acts are; the session begins with the next one."""
    member.playground_anew_at = timezone.now()
    Member.objects.filter(pk=member.pk).update(playground_anew_at=member.playground_anew_at)


def recent_topics(member: Member) -> list[str]:
    """The topics that the member's latest acts name, wherever they were done; the last one first."""
    names = [f"fields__{field}" for field in TOPIC_FIELDS]  # and not what was sent, which may be much
    rows = member.acts.order_by("-started_at").values_list(*names)[:LOOKED_AT]
    named = (topics_named(dict(zip(TOPIC_FIELDS, row, strict=True))) for row in rows)
    return list(dict.fromkeys(name for each in named for name in each))


def last_fields(member: Member, action: type[Action]) -> dict[str, object]:
    """What the form is filled with: as it was sent last in this session, or else the act's example."""
    last = session_of(member).filter(kind=action.kind).last()
    return dict(last.fields) if last else action.filled(action.example)
