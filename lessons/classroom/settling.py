"""What became of an act: its answer is stored and told, or found out later by looking at the cluster.

Why it is so
------------
An act that was cut in the middle (the process died, or Kafka did not answer in time) may have happened or not. Nobody
guesses: the cluster is looked at, and where it shows nothing the act stays "not known".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from lessons.classroom import changes
from lessons.classroom.models import Act, Member
from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, Answer
from lessons.words import _

CUT_AFTER_S = 60.0  # no act that runs takes longer, but for a consumer, of which its process says that it is alive


def settle(act: Act, answer: Answer, *, took_s: float = 0.0) -> None:
    """Stores the answer, and tells it; what was "not known" is told again."""
    act.state, act.feed_offset = answer.state, None
    act.answer = {**asdict(answer), "details": list(answer.details), "took_ms": round(took_s * 1000, 1)}
    _store(act)


def settle_error(act: Act, error: ClusterError, *, asked: bool, took_s: float = 0.0) -> None:
    """Refused; or no answer, and then nothing happened unless Kafka was asked: that is found out later."""
    if isinstance(error, KafkaUnavailable):
        act.state = Act.State.UNKNOWN if asked else Act.State.FAILED
    else:
        act.state = Act.State.REFUSED
    act.answer = {
        "words": error.answered, "why": error.advice, "code": error.code, "asked": error.asked,
        "by": type(error).__name__, "speaker": error.speaker, "took_ms": round(took_s * 1000, 1),
    }  # fmt: skip
    _store(act)


def mark_unknown(act: Act) -> None:
    """Something failed on our side, and nobody knows how far the act came: the cluster is looked at later."""
    act.state, act.answer = (
        Act.State.UNKNOWN,
        _not_known(_("Something went wrong on our side while this was under way.")),
    )
    _store(act)


def _not_known(words: str) -> dict[str, str]:
    return {"words": words, "why": _("Look at the cluster for what became of it.")}


def _store(act: Act) -> None:
    act.settled_at = timezone.now()
    act.save(update_fields=["state", "answer", "settled_at", "feed_offset"])
    changes.tell(changes.of_act(act), act)


def say_alive(act_ids: Collection[UUID]) -> None:
    """Of acts that run in this process. A consumer runs for hours; one of which nobody has said so was cut."""
    if act_ids:
        Act.objects.filter(pk__in=act_ids, state=Act.State.RUNNING).update(alive_at=timezone.now())


def _cut(acts: QuerySet[Act]) -> QuerySet[Act]:
    """Those that were cut in the middle, and were not looked for in vain: their process has died, here or elsewhere."""
    cut_before = timezone.now() - timedelta(seconds=CUT_AFTER_S)
    return acts.filter(
        Q(state=Act.State.RUNNING, alive_at__lt=cut_before) | Q(state=Act.State.UNKNOWN, answer__looked_up__isnull=True)
    )


def members_with_cut_acts() -> list[int]:
    """The keys of those for whom `find_out` has something to do."""
    return list(_cut(Act.objects.all()).order_by().values_list("member_id", flat=True).distinct())


def find_out(member: Member) -> None:
    """Settles this member's acts that were cut in the middle, as far as the cluster still shows what became of them.

    An act that nothing is seen of is looked for again for a while: a broker that hung does what waited in its socket
    when it goes on, and all in its time.
    """
    cut_before = timezone.now() - timedelta(seconds=CUT_AFTER_S)
    for act in _cut(member.acts.select_related("member__klass")):
        try:
            answer = action_of(act).find_out(member.namespace)
        except KafkaUnavailable:
            return  # the cluster is away: another time
        except ClusterError:
            answer = None
        if not _cut(member.acts.filter(pk=act.pk)).exists():
            continue  # another thread or process has settled it meanwhile
        if answer and not _was_anothers(act, answer):
            settle(act, answer)
        elif act.settled_at is None or act.settled_at < cut_before:
            lost = _not_known(_("The app ended while this was under way."))
            act.state, act.answer = Act.State.UNKNOWN, {**lost, **act.answer, "looked_up": True}
            _store(act)


def _was_anothers(act: Act, answer: Answer) -> bool:
    """Whether what is seen is known as the doing of another act, such as a second try: Kafka does it for one only."""
    same = act.member.acts.filter(kind=act.kind, fields=act.fields, state=Act.State.DONE).exclude(pk=act.pk)
    topic_id = answer.data.get("topic_id")
    return topic_id is not None and same.filter(answer__data__topic_id=topic_id).exists()


def action_of(act: Act) -> Action:
    """The act's description, from its row."""
    return ACTIONS[act.kind].model_validate(act.fields)


def lend_connection() -> None:
    """While Kafka is waited for, the connection to the database is for others where a pool has few. (SQLite's costs 0.5 ms to
    open again, and is nobody else's.)"""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()
