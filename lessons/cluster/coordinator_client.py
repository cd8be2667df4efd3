"""What only a group's coordinator can answer, asked so that the process survives every answer.

librdkafka 2.16 ends the process in two places when an admin client asks a coordinator:
- It gives up a question whose time is over, keeps looking for the coordinator, and uses memory that it has freed when it
  finds it (its pull request 5397 is about the same place). So a question here has no end; whoever waits no longer for an
  answer destroys the client with the question.
- A broker that is not the coordinator, when it is asked for a group's offsets, answers an error that follows a null
  pointer. So a group is described first, and its offsets are asked for in the moment in which that went well: not when all
  others were described, too, for meanwhile the brokers may have moved that group on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, as_completed
from contextlib import suppress
from typing import Any, TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient, ConsumerGroupDescription

_NEVER_S = 3600.0  # nobody waits as long
T = TypeVar("T")

Asked = dict[str, Future[T]]  # full group id → the answer to come


class CoordinatorClient:
    """An admin client that is asked about groups. `clients.coordinators` lends one."""

    def __init__(self, client: AdminClient) -> None:
        self._client = client
        self._asked: list[Future[Any]] = []

    def describe_groups(self, full_ids: Sequence[str]) -> Asked[ConsumerGroupDescription]:
        """All are answered when the last one is."""
        return self._ask(self._client.describe_consumer_groups, full_ids)

    def describe_with_offsets(
        self, wanted: Iterable[ConsumerGroupTopicPartitions], *, within_s: float
    ) -> tuple[Asked[ConsumerGroupDescription], Asked[ConsumerGroupTopicPartitions]]:
        """Descriptions, and the offsets of those groups that were described well in that time."""
        places = {each.group_id: each for each in wanted}
        described: Asked[ConsumerGroupDescription] = {}
        for full_id in places:  # each in a call of its own, which is answered when its own coordinator has answered
            described |= self.describe_groups([full_id])
        ids = {future: full_id for full_id, future in described.items()}
        committed: Asked[ConsumerGroupTopicPartitions] = {}
        with suppress(TimeoutError):
            for future in as_completed(ids, timeout=within_s):
                if future.exception() is None:
                    committed |= self._ask(self._client.list_consumer_group_offsets, [places[ids[future]]])
        return described, committed

    def set_offsets(self, wanted: ConsumerGroupTopicPartitions) -> Future[ConsumerGroupTopicPartitions]:
        return self._ask(self._client.alter_consumer_group_offsets, [wanted])[wanted.group_id]

    def delete_group(self, full_id: str) -> Future[None]:
        return self._ask(self._client.delete_consumer_groups, [full_id])[full_id]

    def _ask(self, call: Callable[..., Asked[T]], what: Sequence[object]) -> Asked[T]:
        asked = call(list(what), request_timeout=_NEVER_S)
        self._asked += asked.values()
        return asked

    def is_settled(self) -> bool:
        """Whether it owes nobody an answer, and has had none that was an error: it never forgets who was the coordinator."""
        self._client.poll(0)  # its log lines
        asked, self._asked = self._asked, []
        return all(each.done() and each.exception() is None for each in asked)

    def close(self) -> None:
        """Can take long while a broker hangs."""
        self._client.__exit__(None, None, None)
