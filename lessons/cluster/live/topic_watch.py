"""Looks once a second which of the watched topics are there, and whether they are still the same ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass

from lessons.cluster.errors import ClusterError, KafkaUnavailable, TopicMissing
from lessons.cluster.metadata import Topic, describe_each

EVERY_S = 1.0
TOPICS_A_SECOND = 50  # with many, looks are fewer: building Python's objects of them holds up everybody else
SOON_S = 0.3  # the second look after a topic was missed
TIMEOUT_S = 4.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sighting:
    """What was seen of a topic: the topic, or None when it is missing.

    `silent` when Kafka did not tell: it gave no answer (KafkaUnavailable), or refused one, as for an illegal name.
    """

    topic: Topic | None = None
    silent: ClusterError | None = None


Told = Callable[[Sighting], None]


class TopicWatch:
    """One look a second for all topics that somebody subscribed to; none while nobody does.

    Metadata is not told, it is asked for: a broker knows no "topic deleted" message. A topic that was deleted and
    created again in between has another id. A topic counts as missing when two looks in a row did not find it: a
    broker that is just starting may not know of it yet.
    """

    def __init__(self) -> None:
        self._told: dict[str, list[Told]] = {}
        self._missed: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._now = asyncio.Event()

    def subscribe(self, full_name: str, told: Told) -> Callable[[], None]:
        """`told` is called after each look (in the event loop); the first comes at once. Returns the way out."""
        self._told.setdefault(full_name, []).append(told)
        self.look_now()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="topic-watch", context=Context())  # everybody's

        def unsubscribe() -> None:
            subscribers = self._told.get(full_name, [])
            if told in subscribers:
                subscribers.remove(told)
            if not subscribers:
                self._told.pop(full_name, None)
                self._missed.pop(full_name, None)

        return unsubscribe

    def look_now(self) -> None:
        """Somebody has seen a sign that a topic has changed."""
        self._now.set()

    async def _run(self) -> None:
        while self._told:
            self._now.clear()
            await self._look(list(self._told))
            pause_s = SOON_S if 1 in self._missed.values() else max(EVERY_S, len(self._told) / TOPICS_A_SECOND)
            try:
                await asyncio.wait_for(self._now.wait(), pause_s)
            except TimeoutError:
                continue
            await asyncio.sleep(0.02)  # signs come in swarms: one look for all of them

    async def _look(self, names: list[str]) -> None:
        try:
            answers = await asyncio.to_thread(describe_each, names, asked="Look at the topics", timeout_s=TIMEOUT_S)
        except KafkaUnavailable as error:
            _log.debug("the watched topics could not be looked at: %s", error)
            self._tell_all({name: Sighting(silent=error) for name in names})
        except Exception:
            _log.exception("the watched topics could not be looked at")
        else:
            self._tell_all(self._sightings(answers))

    def _sightings(self, answers: Mapping[str, Topic | ClusterError]) -> dict[str, Sighting]:
        sightings = {}
        for name, answer in answers.items():
            if isinstance(answer, Topic):
                self._missed[name] = 0
                sightings[name] = Sighting(answer)
            elif not isinstance(answer, TopicMissing):
                sightings[name] = Sighting(silent=answer)
            else:
                self._missed[name] = self._missed.get(name, 0) + 1
                if self._missed[name] != 1:
                    sightings[name] = Sighting()
        return sightings

    def _tell_all(self, sightings: Mapping[str, Sighting]) -> None:
        for name, sighting in sightings.items():
            for told in list(self._told.get(name, ())):
                try:
                    told(sighting)
                except Exception:
                    _log.exception("a look at %s could not be told", name)
