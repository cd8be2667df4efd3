"""What a consumer has at hand: its assignment, records that came ahead, and how far the program has been given them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from ._records import OFFSET_INVALID, Message, TopicPartition

Place = tuple[str | None, int | None]  # topic and partition


class Positions:
    """No callbacks and no frames: the consumer asks, and sends what comes of it."""

    def __init__(self) -> None:
        self.assigned: dict[Place, TopicPartition] = {}
        self.paused: set[Place] = set()
        self._waiting: deque[Message] = deque()  # came ahead of the program's polls
        self._set_aside: dict[Place, deque[Message]] = {}  # of paused partitions
        self._given: dict[Place, Message] = {}  # the last record that the program was given
        self._untold: dict[Place, int] = {}  # the part of it that has not been told

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, messages: Iterable[Message]) -> int:
        """Returns how many of them are of paused partitions: they take no room."""
        aside = 0
        for message in messages:
            place = _place(message)
            if place in self.paused:
                self._set_aside.setdefault(place, deque()).append(message)
                aside += 1
            else:
                self._waiting.append(message)
        return aside

    def take(self) -> Message:
        """The next one for the program. Raises: IndexError."""
        message = self._waiting.popleft()
        if message.error() is None and (offset := message.offset()) is not None:
            self._given[_place(message)] = message
            self._untold[_place(message)] = offset + 1
        return message

    def untold(self) -> list[tuple[str | None, int | None, int]]:
        """Everything before these offsets was given, and nobody knows it yet."""
        told, self._untold = self._untold, {}
        return [(topic, partition, offset) for (topic, partition), offset in told.items()]

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        for each in partitions:
            self.assigned[each.topic, each.partition] = each

    def drop(self, partitions: Iterable[TopicPartition]) -> int:
        """What has come ahead of them is not for the program. Returns how many records are gone that took room."""
        places: set[Place] = {(each.topic, each.partition) for each in partitions}
        before = len(self._waiting)
        self._waiting = deque(each for each in self._waiting if _place(each) not in places)
        for place in places:
            self._set_aside.pop(place, None)
        return before - len(self._waiting)

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """How far the program has been given them counts no more."""
        for each in partitions:
            self._given.pop((each.topic, each.partition), None)
            self._untold.pop((each.topic, each.partition), None)

    def unassign(self, partitions: Iterable[TopicPartition]) -> int:
        """As `drop` and `forget`, and they leave the assignment."""
        partitions = list(partitions)
        for each in partitions:
            self.assigned.pop((each.topic, each.partition), None)
            self.paused.discard((each.topic, each.partition))
        self.forget(partitions)
        return self.drop(partitions)

    def pause(self, partitions: Iterable[TopicPartition]) -> int:
        """Returns how many records were set aside, and so take no room any more."""
        self.paused |= {(each.topic, each.partition) for each in partitions}
        waiting, self._waiting = self._waiting, deque()
        return self.put(waiting)

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        for each in partitions:
            place = each.topic, each.partition
            self.paused.discard(place)
            self._waiting.extend(self._set_aside.pop(place, ()))

    def position(self, partition: TopicPartition) -> TopicPartition:
        """Behind the last record that the program was given."""
        last = self._given.get((partition.topic, partition.partition))
        if last is None or (offset := last.offset()) is None:
            return TopicPartition(partition.topic, partition.partition, OFFSET_INVALID)
        return TopicPartition(partition.topic, partition.partition, offset + 1, leader_epoch=last.leader_epoch())


def _place(message: Message) -> Place:
    return message.topic(), message.partition()


def message_from(wire: dict[str, Any], decode: Any) -> Message:
    """A record that a frame brings; `decode` makes bytes of its base64."""
    headers = wire["headers"]
    return Message(
        wire["topic"], wire["partition"], wire["offset"], decode(wire["key"]), decode(wire["value"]),
        headers=None if headers is None else [(name, decode(value)) for name, value in headers],
        timestamp=tuple(wire["timestamp"]), leader_epoch=wire["leader_epoch"],
    )  # fmt: skip
