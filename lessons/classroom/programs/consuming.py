"""A consumer of a program, from its subscription to its end: one act for each topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from lessons.classroom import process
from lessons.classroom.models import Act, Member
from lessons.classroom.perform import begin
from lessons.classroom.settling import settle
from lessons.cluster.programs.consumer import Consumed, Place
from lessons.course.acts.consume import Consume


class Consuming:
    """`hear` is called on any thread; what it says is the act's answer."""

    def __init__(self, member: Member, lesson: str, topics: Sequence[str], **fields: str | int) -> None:
        """Raises: TooFast, ValidationError."""
        self._namespace = member.namespace
        self._of_topics: dict[str, _OfTopic] = {}
        for name in dict.fromkeys(topics):
            short = self._namespace.short(name)
            action = Consume.model_validate({"topic": short, **fields})
            act, _is_new = begin(member, action, act_id=uuid4(), lesson=lesson)
            of_topic = self._of_topics[self._namespace.prefix + short] = _OfTopic(act, action)
            process.current().unsettled.add(of_topic)

    def hear(self, consumed: Consumed) -> None:
        for place in consumed.places:
            if (of_topic := self._of_topics.get(place.topic)) is not None:
                of_topic.hear(consumed.what, place)

    def settle(self, problem: str | None = None) -> None:
        """Once the consumer has left. Raises: DatabaseError."""
        for of_topic in self._of_topics.values():
            of_topic.problem = of_topic.problem or problem
            of_topic.settle_at_the_end()
            process.current().unsettled.discard(of_topic)
        self._of_topics.clear()


class _OfTopic:
    def __init__(self, act: Act, action: Consume) -> None:
        self._act = act
        self._action = action
        self._assigned: dict[int, int | None] = {}
        self._given: dict[int, int] = {}  # partition → the offset behind what was given
        self._delivered = 0
        self._committed: dict[int, int] = {}
        self.problem: str | None = None

    @property
    def act_id(self) -> UUID:
        return self._act.pk

    def hear(self, what: str, place: Place) -> None:
        match what:
            case "assigned":
                self._assigned[place.partition] = place.offset if place.offset >= 0 else None
            case "given":
                self._delivered += place.records
                self._given[place.partition] = place.offset
            case "committed":
                self._committed[place.partition] = place.offset

    def settle_at_the_end(self) -> None:
        told: dict[str, Any] = {
            "assigned": self._assigned, "delivered": self._delivered, "committed": self._committed,
            "last": {partition: offset - 1 for partition, offset in self._given.items()}, "problem": self.problem,
        }  # fmt: skip
        act = Act.objects.select_related("member__klass").filter(pk=self._act.pk, state=Act.State.RUNNING).first()
        if act is not None:
            settle(act, self._action.answer(**told))
