"""The only place where an act happens.

Why it is so
------------
An act is stored before it is run, so that nothing that reached Kafka is without a row. Its id came with the form: the
second half of a double click finds the row and waits for the first one's answer. What was cut in the middle is found out
later (`settling`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from channels.db import database_sync_to_async
from django.db import DatabaseError, IntegrityError, transaction

from lessons.classroom import process
from lessons.classroom.models import Act, Member
from lessons.classroom.settling import lend_connection, mark_unknown, settle, settle_error
from lessons.cluster.errors import ClusterError
from lessons.cluster.metadata import ask_whether_it_answers
from lessons.course.acts.base import Action
from lessons.course.acts.consume import Consume
from lessons.words import _

DOUBLE_CLICK_WAIT_S = 15.0


class ActIdTaken(Exception):
    """The id belongs to another act: of somebody else, or with other fields."""


class AnswerNotStored(Exception):
    """Kafka was asked, and the database did not take its answer. The act's row stands as running, and what became of it is
    found out by looking at the cluster, as for an act whose process has died."""


def perform(member: Member, action: Action, *, act_id: UUID, lesson: str = "") -> Act:
    """Does it once, and returns the settled act, refused ones too. Raises: ActIdTaken, TooFast, AnswerNotStored."""
    started = time.perf_counter()
    with process.current().limits.running_act(member, asked=_(action.title)):
        return _perform(member, action, act_id=act_id, lesson=lesson, started=started)


def perform_form(member: Member, action: Action, *, act_id: UUID | None, lesson: str = "") -> Act:
    """Does what a form asked for: once, however often its button was pressed. Raises: TooFast, AnswerNotStored.

    A page that came back from the browser's history and was filled in anew has an id that is taken: that is another act.
    """
    try:
        return perform(member, action, act_id=act_id or uuid4(), lesson=lesson)
    except ActIdTaken:
        return perform(member, action, act_id=uuid4(), lesson=lesson)


def _perform(member: Member, action: Action, *, act_id: UUID, lesson: str, started: float) -> Act:
    act, is_new = begin(member, action, act_id=act_id, lesson=lesson)
    if not is_new:
        return _wait_until_settled(act)
    try:
        _run(act, action, started=started)
    except DatabaseError as error:  # the act itself asks nothing of it
        raise AnswerNotStored(act.pk) from error
    return act


def _run(act: Act, action: Action, *, started: float) -> None:
    """Does it, and stores the answer with the time since `started`, which is when it was asked for.

    Raises: DatabaseError; and what is a fault of ours, which is stored as not known.
    """
    lend_connection()
    asked = False
    try:
        if action.asks_kafka:
            # If even that gets no answer, then nothing has happened for sure.
            ask_whether_it_answers(asked=_(action.title))
        asked = True
        answer = action.run(act.member.namespace)
    except ClusterError as error:
        settle_error(act, error, asked=asked, took_s=time.perf_counter() - started)
    except Exception:
        mark_unknown(act)
        raise
    else:
        settle(act, answer, took_s=time.perf_counter() - started)


def begin(member: Member, action: Action, *, act_id: UUID, lesson: str = "") -> tuple[Act, bool]:
    """Stores the act as running; (act, False) when it was there already. Raises: ActIdTaken, TooFast."""
    limits = process.current().limits
    limits.count_act(member, asked=_(action.title))
    fields = action.model_dump(mode="json")
    weight = action.weight()
    limits.weigh_act(member, weight, act_id=act_id, asked=_(action.title))
    try:
        with transaction.atomic():
            act = Act.objects.create(
                id=act_id,
                member=member,
                lesson=lesson,
                kind=action.kind,
                fields=fields,
                line=action.feed_line()[:200],
                weight=weight,
            )
        return act, True
    except IntegrityError:
        act = Act.objects.select_related("member__klass").get(id=act_id)
    if act.member_id != member.pk or act.kind != action.kind or act.fields != fields:
        raise ActIdTaken(f"The act id {act_id} was used for something else.")
    return act, False


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
