"""Every act and every check at the same moment, brokers that hang or are gone meanwhile, and what became of it all."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import asdict
from threading import Barrier
from typing import Any, TypeVar

import psutil
from channels.db import database_sync_to_async
from django.db import connection

from lessons.classroom import process
from lessons.classroom.models import Act, Attempt, Member
from lessons.classroom.settling import find_out
from lessons.cluster import clients, groups, records, topics
from lessons.cluster.errors import KafkaUnavailable, TopicMissing
from lessons.cluster.metadata import ask_whether_it_answers, list_metadata
from lessons.cluster.share_groups import STATE_TOPIC
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action
from lessons.course.exercise import Exercise, done
from lessons.course.loader import PARTS, all_exercises, lessons
from lessons.embedded.cluster import EmbeddedCluster
from lessons.embedded.state import set_wanted
from tests.course.taking import QUIET
from tests.waiting import PATIENCE_S, wait_for
from tests.web.sockets.conftest import Room

BROKERS = (1, 2, 3)
AGAIN = (2, 3)  # turns, of which one must go well
Key = TypeVar("Key")
Found = TypeVar("Found")


def exercises_tried() -> tuple[Exercise, ...]:
    """All of part one, and of each lesson after it the last one that stops no broker: more at once is more than two cores can
    do in time."""
    tried: list[Exercise] = []
    for lesson in lessons():
        quiet = [exercise for exercise in lesson.exercises if exercise in QUIET]
        tried += quiet if lesson.part == PARTS[0] else quiet[-1:]
    return tuple(tried)


def fields_of_every_act(turn: int) -> dict[str, dict[str, Any]]:
    """Each act's example, but for those that are the cause of the trouble. What can be done once only is done to another
    topic at each turn; `make_topics` has made them."""
    names = {
        "test3r": f"new{turn}",
        "test2die": f"old{turn}",
        "test2p": f"small{turn}",
        "test1p": "kept",
        "first\nsecond": f"first{turn}\nsecond{turn}",
        "readers": f"readers{turn}",
        "movers": f"movers{turn}",
        "leavers": f"leavers{turn}",
    }
    return {
        kind: {
            field: names.get(value, value) if isinstance(value, str) else value for field, value in act.example.items()
        }
        for kind, act in ACTIONS.items()
        if not act.roles
    }


def every_act(turn: int) -> dict[str, Action]:
    return {kind: ACTIONS[kind].model_validate(fields) for kind, fields in fields_of_every_act(turn).items()}


def make_topics(member: Member, *turns: int) -> None:
    """And a group for each turn, without members."""
    topics.create_topic(member.namespace, "kept", partitions=3, replicas=3)
    groups.create_offsets_topic()
    for turn in turns:
        groups.set_offset(member.namespace, f"leavers{turn}", "kept", 0, 0)
        for name in (f"old{turn}", f"small{turn}"):
            topics.create_topic(member.namespace, name, partitions=1, replicas=3)


def create_internal_topics(member: Member) -> None:
    """Kafka creates that of transactions and that of share groups when somebody first begins."""
    clients.new_producer(**{"transactional.id": member.namespace.full("first")}).init_transactions(PATIENCE_S)
    sharer = clients.new_share_consumer(**{"group.id": member.namespace.full("first")})
    sharer.subscribe([member.namespace.full("kept")])
    wait_for(lambda: sharer.poll(0.1) or STATE_TOPIC in list_metadata(asked="Look for its topic").topics)
    clients.close(sharer)


def at_once(calls: Mapping[Key, Callable[[], Found]], *, most: int = 500) -> dict[Key, Found]:
    """What each call gives; so many at the same time. Fails when one raises, or nobody would have waited for it."""

    def timed(call: Callable[[], Found]) -> tuple[Found, float]:
        began = time.monotonic()
        try:
            return call(), time.monotonic() - began
        finally:
            connection.close()

    with ThreadPoolExecutor(max(1, min(most, len(calls)))) as threads:
        ends = dict(zip(calls, threads.map(timed, calls.values()), strict=True))
    assert {key: took_s for key, (_, took_s) in ends.items() if took_s > PATIENCE_S} == {}
    return {key: found for key, (found, _) in ends.items()}


def cut_act(action: Action, moment: Barrier) -> Action:
    """The same act. In its middle, after Kafka's first answer, it waits for that moment."""
    kind = type(action)

    def run(self, namespace):
        assert is_lent()
        moment.wait(PATIENCE_S)
        return kind.run(self, namespace)

    body = {"run": run, "__module__": kind.__module__}
    return type(kind.__name__, (kind,), body).model_validate(action.model_dump())


def is_lent() -> bool:
    """Whether the connection to the database is for others, where they are few, while Kafka is waited for."""
    return connection.vendor == "sqlite" or connection.connection is None


def cut_check(exercise: Exercise, moment: Barrier) -> Exercise:
    def observe(look):
        assert is_lent()
        moment.wait(PATIENCE_S)
        return exercise.observe(look)

    cut = copy(exercise)
    cut.observe = observe
    return cut


# --- What goes wrong ---------------------------------------------------------------------------------------------


def tell(cluster: EmbeddedCluster, broker_ids: Iterable[int], number: signal.Signals) -> None:
    for each in processes(cluster, broker_ids):
        each.send_signal(number)


def processes(cluster: EmbeddedCluster, broker_ids: Iterable[int]) -> list[psutil.Process]:
    return [psutil.Process(broker.process.pid) for broker in cluster.brokers if broker.broker_id in broker_ids]


def hang(cluster: EmbeddedCluster, *broker_ids: int) -> None:
    """On a busy machine it takes a moment until the signal has come to every thread."""
    told = processes(cluster, broker_ids)
    tell(cluster, broker_ids, signal.SIGSTOP)
    wait_for(lambda: all(process.status() == psutil.STATUS_STOPPED for process in told))


def go_on(cluster: EmbeddedCluster) -> None:
    tell(cluster, BROKERS, signal.SIGCONT)
    wait_for(lambda: is_whole(cluster))


def kill_all(cluster: EmbeddedCluster) -> None:
    """Until the app has noticed: an act begun a moment after an answer ends as not known."""
    for broker_id in BROKERS:
        set_wanted(cluster.data_dir, broker_id, "killed")
    wait_for(lambda: not any(broker.runs for broker in cluster.brokers))
    wait_for(answers_nothing)


def answers_nothing() -> bool:
    try:
        ask_whether_it_answers(asked="Look whether anybody is there")
    except KafkaUnavailable:
        return True
    return False


def start_all(cluster: EmbeddedCluster) -> None:
    for broker_id in BROKERS:
        set_wanted(cluster.data_dir, broker_id, "up")
    wait_for(lambda: is_whole(cluster))


def is_whole(cluster: EmbeddedCluster) -> bool:
    """Whether all brokers are up and no leader will move any more: each partition has one, and all replicas in sync."""
    if not cluster.is_up:
        return False
    try:
        known = list_metadata(asked="Look who leads")
    except KafkaUnavailable:
        return False
    partitions = [each for topic in known.topics.values() for each in topic.partitions.values()]
    return all(each.leader >= 0 and set(each.isrs) == set(each.replicas) for each in partitions)


# --- What is to be read then -------------------------------------------------------------------------------------


def ends_badly(acts: Iterable[Act], *, states: set[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """The acts that ended in another state, or without words, or without a sentence about what to do now."""
    return [
        (act.kind, act.state, act.answer)
        for act in acts
        if act.state not in states
        or not act.answer["words"]
        or (act.state != Act.State.DONE and not act.answer["why"].endswith((".", "?")))
    ]


def late(acts: Sequence[Act]) -> bool:
    """Whether one of them got no answer in time, and all others were done: brokers that have just started are slow, and
    one tries again."""
    others = [act for act in acts if not (act.state == Act.State.UNKNOWN and act.answer["code"] == "_TIMED_OUT")]
    return len(others) < len(acts) and ends_badly(others, states={Act.State.DONE}) == []


def is_unchecked(attempt: Attempt) -> bool:
    return attempt.state == Attempt.State.COULD_NOT_CHECK


def seen_wrongly(attempts: Iterable[Attempt], *, states: set[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """The attempts with another verdict, or that could not be made and don't say why."""
    return [
        (attempt.exercise, attempt.state, attempt.verdict)
        for attempt in attempts
        if attempt.state not in states or (is_unchecked(attempt) and not attempt.verdict["why"].endswith((".", "?")))
    ]


# Whose checks look at what the seat did, and not at the cluster: they are judged while it is away. The last two look at the
# cluster once there is an answer to compare with it.
RECORD_ALONE = {
    "producing.queue-full",
    "kafka-and-its-cluster.one-is-dead", "kafka-and-its-cluster.entry-points", "looking-around.internal",
}  # fmt: skip


def is_settled(act: Act) -> bool:
    """Whether the cluster has shown by now what became of it."""
    find_out(act.member)
    act.refresh_from_db()
    return act.state == Act.State.DONE


def finish_everything(member: Member) -> None:
    for exercise in all_exercises():
        verdict = asdict(done("It was there."))
        Attempt.objects.create(member=member, exercise=exercise.id, state=Attempt.State.DONE, verdict=verdict)


def exists(member: Member, name: str) -> bool:
    try:
        return bool(topics.describe_topic(member.namespace, name))
    except TopicMissing:
        return False


def values_in(member: Member, topic: str) -> list[str]:
    full = member.namespace.full(topic)
    spans = records.offsets(full)
    return [(record.value or b"").decode() for partition in spans for record in records.read_range(full, partition)]


async def aside(call: Callable[..., Found], *args: Any, **rest: Any) -> Found:
    return await database_sync_to_async(call, thread_sensitive=False)(*args, **rest)


@asynccontextmanager
async def room_of(member: Member) -> AsyncIterator[Room]:
    """Tabs can be opened in it; they are closed at its end."""
    room = Room(member)
    try:
        yield room
    finally:
        for tab in room.tabs:
            await tab.close()
        async with asyncio.timeout(20):
            while process.current().unsettled:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.05)
