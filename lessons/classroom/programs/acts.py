"""The acts of one page's programs. All of it blocks: for threads that may."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from uuid import uuid4

from django.db import close_old_connections

from lessons.classroom import process
from lessons.classroom.models import Act, Member
from lessons.classroom.perform import perform
from lessons.classroom.programs.consuming import Consuming
from lessons.classroom.programs.sending import Sending, Sent
from lessons.cluster.errors import AppRefused
from lessons.cluster.programs import OutgoingRecord, Report, error_named
from lessons.cluster.programs.wire import JSON
from lessons.course.acts.base import Action


class ProgramActs:
    """For one member; `lesson` is the slug of the page's lesson, or empty."""

    def __init__(self, member: Member, lesson: str) -> None:
        self.member = member
        self.lesson = lesson
        self._lock = threading.Lock()
        self._sending: dict[tuple[int, Sent], Sending] = {}  # of a client; what can be told as one
        self._waiting: dict[tuple[int, int], tuple[Sending, int]] = {}  # by the client's number and the record's

    def do(self, action: Action) -> Act:
        """Raises: TooFast, AnswerNotStored."""
        return perform(self.member, action, act_id=uuid4(), lesson=self.lesson)

    def read(self, name: str) -> AbstractContextManager[None]:
        """One more read of this seat, by the client's name for it. Raises: TooFast."""
        return process.current().limits.running_read(self.member, asked=name)

    def consume(self, topics: Sequence[str], **fields: str | int) -> Consuming:
        """Raises: TooFast, ValidationError."""
        return Consuming(self.member, self.lesson, topics, **fields)

    def send(self, client: int, records: Sequence[OutgoingRecord]) -> None:
        """Stores what is about to be sent. Raises: AppRefused, and then none of them is."""
        with self._lock:
            touched: dict[int, Sending] = {}
            for record in records:
                sent = Sent.of(record, self.member.namespace)
                sending = self._sending.get((client, sent))
                if sending is None or sending.is_full:
                    sending = self._sending[client, sent] = Sending(self.member, self.lesson, sent, record)
                self._waiting[client, record.n] = sending, sending.add(record)
                touched[id(sending)] = sending
            for sending in touched.values():
                sending.weigh()

    def forget(self, client: int, records: Sequence[OutgoingRecord]) -> None:
        """They were not sent after all."""
        with self._lock:
            for record in records:
                sending, index = self._waiting.pop((client, record.n), (None, 0))
                if sending is not None:
                    sending.drop(index)

    def reported(self, client: int, reports: Sequence[Report]) -> None:
        with self._lock:
            for report in reports:
                sending, index = self._waiting.pop((client, report.n), (None, 0))
                if sending is not None:
                    sending.report(index, report)

    def settle(self, *, everything: bool = False) -> bool:
        """Settles acts whose reports are in and which have paused; with `everything` all. Whether any is left."""
        with self._lock:
            ready = [key for key, each in self._sending.items() if everything or each.is_over]
            over = [self._sending.pop(key) for key in ready]
            left = bool(self._sending)
        try:
            for sending in over:
                sending.settle()
        finally:
            close_old_connections()
        return left


def problem_of(act: Act) -> JSON | None:
    """Why an act was not done, as the client would say it; None if it was."""
    if act.state == Act.State.DONE:
        return None
    words = str(act.answer.get("words", ""))
    if act.answer.get("by") == AppRefused.__name__:
        return error_named("POLICY_VIOLATION", f"{words} {act.answer.get('why', '')}".strip())
    return error_named(str(act.answer.get("code") or "_TIMED_OUT"), words)
