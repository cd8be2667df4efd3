"""Questions to groups' coordinators, and which brokers these are.

A broker coordinates the groups whose partition of `__consumer_offsets` it leads. When the leader changes, the new
coordinator has to load the groups first.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import count
from typing import TypeVar

from lessons.cluster import clients
from lessons.cluster.coordinator_client import CoordinatorClient
from lessons.cluster.errors import ClusterError, KafkaUnavailable, no_answer

OFFSETS_TOPIC = "__consumer_offsets"
_LOOK_EVERY_S = 0.1
_MOVES = {"COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR"}
T = TypeVar("T")


def ask_coordinators(question: Callable[[CoordinatorClient, float], T], *, timeout_s: float) -> T:
    """What `question` returns, of a client and the seconds that are left.

    Asked again while a coordinator has only just got this work, or has it no longer: nothing is done, and soon it will be.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with clients.coordinators() as coordinators:
                return question(coordinators, max(0.0, deadline - time.monotonic()))
        except ClusterError as error:
            if error.code not in _MOVES or time.monotonic() + _LOOK_EVERY_S > deadline:
                raise
        time.sleep(_LOOK_EVERY_S)


def while_none_moves(
    ask: Callable[[AbstractSet[int], float], T], partitions: int, *, asked: str, timeout_s: float
) -> T:
    """What `ask` returns, of the brokers that coordinate and the seconds that are left; no coordinator was moving meanwhile.

    A broker that is about to load groups leaves them out of its list of all groups, and says no error. Asked about one
    of them it says so. So a group that nobody has heard of is asked about in each of the partitions of `__consumer_offsets`,
    before and after: each time the same brokers have to answer. Raises KafkaUnavailable.
    """
    deadline = time.monotonic() + timeout_s
    before = _coordinators(partitions, asked=asked, timeout_s=timeout_s)
    answer = ask({each for each in before if isinstance(each, int)}, deadline - time.monotonic())
    if _coordinators(partitions, asked=asked, timeout_s=deadline - time.monotonic()) != before:
        raise no_answer(asked=asked, timeout_s=timeout_s)
    return answer


def _coordinators(partitions: int, *, asked: str, timeout_s: float) -> list[int | str]:
    """Which broker coordinates the groups of each partition; in the place of one who may not be asked, the error's code."""
    ids = [_group_of(partition, partitions) for partition in range(partitions)]

    def question(coordinators: CoordinatorClient, within_s: float) -> list[int | str]:
        answers = clients.settle_each(coordinators.describe_groups(ids), asked=asked, timeout_s=within_s)
        found: list[int | str] = []
        for answer in answers.values():
            if isinstance(answer, KafkaUnavailable):
                raise answer
            found.append(answer.code if isinstance(answer, ClusterError) else answer.coordinator.id)
        return found

    return ask_coordinators(question, timeout_s=timeout_s)


def partition_of(group_id: str, partitions: int) -> int:
    """Where Kafka keeps this group, by its full id: it takes the hash of Java's String."""
    return _java_hash(group_id) % partitions


@cache
def _group_of(partition: int, partitions: int) -> str:
    """A group's id that Kafka keeps in that partition."""
    ids = (f"kafkaclass-probe-{number}" for number in count())
    return next(each for each in ids if partition_of(each, partitions) == partition)


def _java_hash(text: str) -> int:
    """As Kafka's `Utils.abs` makes it positive."""
    number = 0
    for (unit,) in struct.iter_unpack(">H", text.encode("utf-16-be")):
        number = (31 * number + unit) & 0xFFFFFFFF
    signed = number - (1 << 32) if number >> 31 else number
    return 0 if signed == -(1 << 31) else abs(signed)
