"""The only place where an act happens.

Why it is so
------------
An act is stored before it is run, so that nothing that reached Kafka is without a row. Its id came with the form: the
second half of a double click finds the row and waits for the first one's answer. What was cut in the middle (the
process died, or Kafka did not answer in time) is settled by looking at the cluster, or stays "not known".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from channels.db import database_sync_to_async
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from lessons.classroom import changes
from lessons.classroom.limits import count_act, running_act, weigh_act
from lessons.classroom.models import Act, Member
from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.cluster.metadata import ask_whether_it_answers
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, Answer
from lessons.course.acts.consume import Consume
from lessons.words import _

DOUBLE_CLICK_WAIT_S = 15.0
CUT_AFTER_S = 60.0  # no act that runs takes longer, but for a consumer, which is settled by its socket


class ActIdTaken(Exception):
    """The id belongs to another act: of somebody else, or with other fields."""


def perform(member: Member, action: Action, *, act_id: UUID, lesson: str = "") -> Act:
    """Does it once, and returns the settled act, refused ones too. Raises: ActIdTaken, TooFast."""
    with running_act(member, asked=_(action.title)):
        return _perform(member, action, act_id=act_id, lesson=lesson)


def perform_form(member: Member, action: Action, *, act_id: UUID | None, lesson: str = "") -> Act:
    """Does what a form asked for: once, however often its button was pressed. Raises: TooFast.

    A page that came back from the browser's history and was filled in anew has an id that is taken: that is another act.
    """
    try:
        return perform(member, action, act_id=act_id or uuid4(), lesson=lesson)
    except ActIdTaken:
        return perform(member, action, act_id=uuid4(), lesson=lesson)


def _perform(member: Member, action: Action, *, act_id: UUID, lesson: str) -> Act:
    act, is_new = begin(member, action, act_id=act_id, lesson=lesson)
    if not is_new:
        return _wait_until_settled(act)
    lend_connection()
    started = time.perf_counter()
    asked = False
    try:
        if action.asks_kafka:
            # If even that gets no answer, then nothing has happened for sure.
            ask_whether_it_answers(asked=_(action.title))
        asked = True
        answer = action.run(member.namespace)
    except ClusterError as error:
        settle_error(act, error, asked=asked, took_s=time.perf_counter() - started)
    except Exception:
        # A fault of ours. Nobody knows how far it came: the cluster is looked at later.
        act.state = Act.State.UNKNOWN
        _store(act)
        raise
    else:
        settle(act, answer, took_s=time.perf_counter() - started)
    return act


def lend_connection() -> None:
    """While Kafka is waited for, the connection to the database is for others where a pool has few. (SQLite's costs 0.5 ms to
    open again, and is nobody else's.)"""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


def begin(member: Member, action: Action, *, act_id: UUID, lesson: str = "") -> tuple[Act, bool]:
    """Stores the act as running; (act, False) when it was there already. Raises: ActIdTaken, TooFast."""
    count_act(member, asked=_(action.title))
    fields = action.model_dump(mode="json")
    weigh_act(member, fields, act_id=act_id, asked=_(action.title))
    try:
        with transaction.atomic():
            act = Act.objects.create(
                id=act_id, member=member, lesson=lesson, kind=action.kind, fields=fields, line=action.feed_line()[:200]
            )
        return act, True
    except IntegrityError:
        act = Act.objects.select_related("member__klass").get(id=act_id)
    if act.member_id != member.pk or act.kind != action.kind or act.fields != fields:
        raise ActIdTaken(f"The act id {act_id} was used for something else.")
    return act, False


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


def _store(act: Act) -> None:
    act.settled_at = timezone.now()
    act.save(update_fields=["state", "answer", "settled_at", "feed_offset"])
    changes.tell(changes.of_act(act), act)


def give_up_running() -> int:
    """For the moment at which no process of ours runs: what was under way then ended without an answer."""
    lost = {"words": "The app ended while this was under way.", "why": "Look at the cluster for what became of it."}
    running = Act.objects.filter(state=Act.State.RUNNING)
    return running.update(state=Act.State.UNKNOWN, answer=lost, settled_at=timezone.now())


def _cut(acts: QuerySet[Act]) -> QuerySet[Act]:
    """Those that were cut in the middle, and were not looked for in vain. A consumer is settled by its socket."""
    cut_before = timezone.now() - timedelta(seconds=CUT_AFTER_S)
    runs_for_too_long = Q(state=Act.State.RUNNING, started_at__lt=cut_before) & ~Q(kind=Consume.kind)
    return acts.filter(runs_for_too_long | Q(state=Act.State.UNKNOWN, answer__looked_up__isnull=True))


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
            act.state, act.answer = Act.State.UNKNOWN, {**act.answer, "looked_up": True}
            _store(act)


def _was_anothers(act: Act, answer: Answer) -> bool:
    """Whether what is seen is known as the doing of another act, such as a second try: Kafka does it for one only."""
    same = act.member.acts.filter(kind=act.kind, fields=act.fields, state=Act.State.DONE).exclude(pk=act.pk)
    topic_id = answer.data.get("topic_id")
    return topic_id is not None and same.filter(answer__data__topic_id=topic_id).exists()


def action_of(act: Act) -> Action:
    """The act's description, from its row."""
    return ACTIONS[act.kind].model_validate(act.fields)


def _wait_until_settled(act: Act) -> Act:
    """The other half of a double click is running it, in another thread or process."""
    deadline = time.monotonic() + DOUBLE_CLICK_WAIT_S
    while act.state == Act.State.RUNNING and time.monotonic() < deadline:
        time.sleep(0.05)
        act.refresh_from_db()
    return act


async def begin_consume(member: Member, act_id: UUID, fields: Mapping[str, Any], lesson: str) -> bool:
    """For the consumer's socket. False when this act was begun before. Raises: ValidationError, ActIdTaken, TooFast."""

    def store() -> bool:
        action = Consume.model_validate(fields)
        return begin(member, action, act_id=act_id, lesson=lesson)[1]

    return await database_sync_to_async(store, thread_sensitive=False)()


async def settle_consume(act_id: UUID, told: Mapping[str, Any]) -> None:
    """Settles what `begin_consume` stored. `told` has assigned, delivered, last, committed, problem: see Consume."""

    def store() -> None:
        act = Act.objects.select_related("member__klass").get(id=act_id)
        settle(act, Consume.model_validate(act.fields).answer(**told))

    await database_sync_to_async(store, thread_sensitive=False)()
