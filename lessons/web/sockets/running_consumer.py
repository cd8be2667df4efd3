"""One group member from its start to its settled act."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections, transaction
from pydantic import ValidationError

from lessons.classroom import process
from lessons.classroom.models import Act, Member
from lessons.classroom.perform import ActIdTaken, begin_consume, settle_consume
from lessons.classroom.settling import settle
from lessons.cluster.consume import (
    Assigned,
    Committed,
    Delivered,
    Event,
    GroupMember,
    Membership,
    Revoked,
    Stopped,
    Trouble,
    ending,
)
from lessons.cluster.errors import AppRefused, ClusterError
from lessons.cluster.limits import refuse_another_group
from lessons.cluster.live import Sighting, frames
from lessons.cluster.metadata import find_topic
from lessons.course.acts.consume import Consume
from lessons.web.sockets import event_loop
from lessons.web.sockets.protocol import Start

STOP_WITHIN_S = 10.0  # the thread itself gives Kafka 9

_log = logging.getLogger(__name__)


@dataclass
class _Told:
    """What Kafka has said so far: the answer of the act. Written on the member's thread, whose word does not get lost
    when the process ends and its event loop with it."""

    assigned: dict[int, int | None] = field(default_factory=dict)
    delivered: int = 0
    last: dict[int, int] = field(default_factory=dict)
    committed: dict[int, int] = field(default_factory=dict)
    problem: str | None = None
    is_whole: bool = False  # the member has left, or is gone
    was_killed: bool = False

    def take(self, event: Event) -> None:
        match event:
            case Assigned(offsets=offsets):
                self.problem = None  # it was a passing one
                self.assigned |= offsets
            case Delivered(entries=entries):
                self.problem = None
                self.delivered += len(entries)
                self.last |= {entry.partition: entry.offset for entry in entries}
            case Trouble(error=error):
                self.problem = str(error)
            case Stopped(committed=committed, was_killed=was_killed):
                self.committed = dict(committed)
                self.is_whole, self.was_killed = True, was_killed

    def as_dict(self) -> dict[str, Any]:
        return {
            "assigned": dict(self.assigned), "delivered": self.delivered, "last": dict(self.last),
            "committed": self.committed, "problem": self.problem, "was_killed": self.was_killed,
        }  # fmt: skip


class RunningConsumer:
    """`run` is one task, from the act's row to its answer; everything else returns at once.

    Whoever makes one has taken a place in the event loop for it; `run` gives it back.
    """

    def __init__(self, member: Member, wanted: Start, send: Callable[[str], None]) -> None:
        self._member = member
        self._wanted = wanted
        self._send = send
        self._membership = Membership(
            member.namespace, wanted.topic, wanted.group_id,
            auto_offset_reset=wanted.auto_offset_reset, session_timeout_ms=wanted.session_timeout_ms,
            at_most=wanted.stop_after, protocol=wanted.protocol, auto_commit=wanted.enable_auto_commit,
        )  # fmt: skip
        self._told = _Told()
        self._unsettled = process.current().unsettled
        self._topic_id: str | None = None
        self._is_gone = False
        self._credit = 0
        self._acknowledged: dict[int, int] = {}
        self.is_over = False
        self._group_member: GroupMember | None = None
        self._loop = asyncio.get_running_loop()
        self._stop_wanted = asyncio.Event()
        self._stopped = asyncio.Event()

    @property
    def act_id(self) -> UUID:
        return self._wanted.act_id

    def grant(self, records: int) -> None:
        if self._group_member is None:
            self._credit += records
        else:
            self._group_member.grant(records)

    def acknowledge(self, positions: dict[int, int]) -> None:
        if self._group_member is not None:
            self._group_member.acknowledge(positions)
            self._acknowledged |= positions
            if self._has_read_all():
                self.stop()

    def _has_read_all(self) -> bool:
        """Whether it has shown as many records as it was to read. What came last is told before it is acknowledged."""
        most = self._membership.at_most
        if most is None or self._told.delivered < most:
            return False
        return all(self._acknowledged.get(partition, 0) > offset for partition, offset in self._told.last.items())

    def commit(self) -> None:
        if self._group_member is not None:
            self._group_member.commit()

    def stop(self) -> None:
        self._stop_wanted.set()

    def kill(self) -> None:
        if self._group_member is not None:
            self._group_member.kill()
        self.stop()

    async def run(self) -> None:
        try:
            if not await self._begin():
                return
            self._unsettled.add(self)
            await self._consume()
        except ClusterError as error:
            self._told.take(Trouble(error))
            self._send(frames.problem(error))
        except Exception:
            _log.exception("a consumer of %s failed", self._wanted.topic)
            self._told.problem = "The app failed here; its log says how."
            self._tell("problem", words=self._told.problem, code="APP_FAILED")
        finally:
            self._end()
        if self not in self._unsettled:
            return
        try:
            await settle_consume(self.act_id, self._told.as_dict())
        except DatabaseError:
            _log.exception("what a consumer of %s did is not stored", self._wanted.topic)
        self._unsettled.discard(self)

    def settle_at_the_end(self) -> None:
        """For the end of the process, when no loop runs any more, and there is no time to publish. Raises DatabaseError."""
        if not self._told.is_whole:
            return  # Kafka did not answer in time: not known
        act = Act.objects.filter(pk=self.act_id, state=Act.State.RUNNING).first()
        if act is not None:
            settle(act, Consume.model_validate(act.fields).answer(**self._told.as_dict()))

    def _end(self) -> None:
        self.is_over = True  # the page may start the next one, while this one's row is being written
        event_loop.current().consumers.give_back(self._member)
        self._tell("stopped", committed=frames.positions(self._told.committed), killed=self._told.was_killed)

    async def _begin(self) -> bool:
        """Stores the act; False, and told, when there is none to run."""
        fields = self._wanted.model_dump(exclude={"type", "act_id", "lesson"})
        try:
            is_new = await begin_consume(self._member, self._wanted.act_id, fields, self._wanted.lesson)
        except ValidationError as error:
            self._tell("problem", words=self._words_for(error), code="ILLEGAL_VALUE")
        except ActIdTaken as error:
            self._tell("problem", words=str(error), code="ACT_ID_TAKEN")
        except DatabaseError:
            _log.exception("a consumer of %s was not begun", self._wanted.topic)
            self._tell("problem", words="The app's database did not answer. Nothing was started.", code="NO_DATABASE")
        else:
            if is_new:
                return True
            self._tell("problem", words="This start was done already. Press Start once more.", code="DONE_ALREADY")
        return False

    def _words_for(self, error: ValidationError) -> str:
        try:
            self._membership.check()
        except AppRefused as refusal:
            return str(refusal)
        return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())

    async def _consume(self) -> None:
        """Raises ClusterError when it cannot even begin."""
        asked, namespace = self._membership.asked, self._member.namespace
        self._membership.check()
        topic = await event_loop.current().hub.look_up(
            lambda full_name: find_topic(full_name, asked=asked, namespace=namespace), self._membership.full_topic
        )
        self._topic_id = topic.topic_id
        await event_loop.current().hub.look_up(
            lambda group_id: refuse_another_group(namespace, group_id, asked=asked), self._wanted.group_id
        )
        group_member = self._group_member = GroupMember(self._membership, self._hear_in_thread)
        self._tell("started", group_id=self._wanted.group_id, topic=self._wanted.topic, topic_id=topic.topic_id)
        group_member.start()
        group_member.grant(self._credit)
        unsubscribe = event_loop.current().hub.topics.subscribe(self._membership.full_topic, self._seen)
        try:
            await self._until_stopped(group_member)
        finally:
            unsubscribe()
            group_member.stop()

    async def _until_stopped(self, group_member: GroupMember) -> None:
        by_itself = asyncio.create_task(self._stopped.wait())
        asked_to = asyncio.create_task(self._stop_wanted.wait())
        try:
            await asyncio.wait({by_itself, asked_to}, return_when=asyncio.FIRST_COMPLETED)
            group_member.stop()
            await asyncio.wait({by_itself}, timeout=STOP_WITHIN_S)
        finally:
            asked_to.cancel()
            by_itself.cancel()
        if not self._stopped.is_set():
            self._told.problem = (
                "Kafka did not answer while the consumer was stopping: what was committed is not known."
            )
            self._tell("problem", words=self._told.problem, code="_TIMED_OUT")

    def _hear_in_thread(self, event: Event) -> None:
        self._told.take(event)
        try:
            self._loop.call_soon_threadsafe(self._hear, event)
        except RuntimeError:  # the loop is closed: the process or a test is ending
            if self._group_member is not None:
                self._group_member.stop()

    def _hear(self, event: Event) -> None:
        match event:
            case Assigned(offsets=offsets, topic_id=topic_id, kept=kept):
                places = [
                    {"topic": self._wanted.topic, "partition": partition, "offset": offset}
                    for partition, offset in sorted(offsets.items())
                ]
                self._tell("assigned", partitions=places, kept=list(kept), topic_id=topic_id)
            case Revoked(partitions=partitions, lost=lost):
                places = [{"topic": self._wanted.topic, "partition": partition} for partition in partitions]
                self._tell("revoked", partitions=places, lost=lost)
            case Delivered(entries=entries):
                event_loop.current().consumed += len(entries)
                for frame in frames.in_frames(entries):
                    self._send(frame)
            case Committed(offsets=offsets):
                self._tell("committed", committed=frames.positions(offsets))
            case Trouble(error=error):
                self._send(frames.problem(error))
            case Stopped():
                self._stopped.set()

    def _seen(self, sighting: Sighting) -> None:
        """The topic's own fate, which librdkafka does not tell."""
        if sighting.silent is not None or self._group_member is None:
            return
        if sighting.topic is None:
            if not self._is_gone:
                self._is_gone = True
                self._tell("topic_deleted", topic=self._wanted.topic)
            return
        if sighting.topic.topic_id != self._topic_id:
            if not self._is_gone:
                self._tell("topic_deleted", topic=self._wanted.topic)
            self._topic_id = sighting.topic.topic_id
            self._tell("topic_recreated", topic=self._wanted.topic, topic_id=self._topic_id)
            partitions = [partition.id for partition in sighting.topic.partitions]
            self._group_member.begin_anew(self._topic_id, partitions)
        self._is_gone = False

    def _tell(self, kind: str, **rest: Any) -> None:
        self._send(frames.text(kind, **rest))


def _settle_what_is_left() -> None:
    try:
        with transaction.atomic():
            for consuming in list(process.current().unsettled):
                consuming.settle_at_the_end()
    except DatabaseError:
        _log.exception("what some consumers did is not stored")
    finally:
        connections.close_all()


ending.afterwards(_settle_what_is_left)
