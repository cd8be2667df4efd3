from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from lessons.course.design_it.brief import (
    COPIES,
    DAY_MS,
    IN_SYNC,
    Brief,
    brief_of,
    create,
    design_of,
    no_topic,
    not_safe,
    number,
)
from lessons.course.evidence import NEWEST, Evidence, text_of
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_yet

TOPIC = "ride-events"
BIKE = re.compile(r"bike-\d+")
WANTED_BIKES = 2
MOST_KEYS = 20


def send(keys: Sequence[str], **more: Any) -> Step:
    values = "\n".join(["unlock", "return"] * (len(keys) // 2))
    return Step("produce", {"topic": TOPIC, "key": "\n".join(keys), "values": values, **more})


OF_BIKES = send(["bike-17", "bike-17", "bike-23", "bike-23"])


def designed(*, sends: Step | None = OF_BIKES, **change: Callable[[Brief], Any]) -> StepsFor:
    """Steps: the right topic, but for what is changed, and some events."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        brief = brief_of(seed)
        right: dict[str, Any] = {
            "partitions": brief.partitions, "replicas": COPIES, "min_insync_replicas": IN_SYNC,
            "retention_ms": brief.days * DAY_MS,
        }  # fmt: skip
        yield create(TOPIC, **{**right, **{name: value(brief) for name, value in change.items()}})
        if sends is not None:
            yield sends

    return steps


class RideEvents(Exercise):
    id = "design-it.ride-events"
    reads_topics = (TOPIC,)
    title = "The events of all rides"
    points = 3
    todo = (
        f"Have a topic `{TOPIC}` that does what the company asks of it (the lesson's page names the numbers), and show by a few "
        "events, of two bikes at least, how they are sent."
    )
    hint = "Partitions by the rush hour, copies by the promise, the key by the order, retention by the two dates."
    solution: ClassVar = staticmethod(designed())
    wrong_ways: ClassVar = [
        WrongWay([create("another")], "no-topic"),
        WrongWay(designed(partitions=lambda brief: brief.partitions - 1), "too-few-partitions"),
        WrongWay(designed(replicas=lambda brief: 1), "one-copy"),
        WrongWay(designed(replicas=lambda brief: 2), "two-copies"),
        WrongWay(designed(min_insync_replicas=lambda brief: 1), "acknowledged-by-one"),
        WrongWay(designed(min_insync_replicas=lambda brief: 3), "no-copy-may-be-away"),
        WrongWay(designed(cleanup_policy=lambda brief: "compact"), "history-is-lost"),
        WrongWay(designed(retention_ms=lambda brief: (brief.days - 1) * DAY_MS), "too-short"),
        WrongWay(designed(retention_ms=lambda brief: brief.most_days * DAY_MS), "segment-counts"),
        WrongWay(designed(retention_ms=lambda brief: -1), "too-long"),
        WrongWay(designed(sends=None), "not-sent"),
        WrongWay(
            designed(sends=Step("produce", {"topic": TOPIC, "values": "unlock bike-17\nunlock bike-23"})), "no-key"
        ),
        WrongWay(designed(sends=send(["unlock", "return"])), "other-key"),
        WrongWay(designed(sends=send(["bike-17", "bike-17"])), "one-bike"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        brief = brief_of(seed)
        return (
            f"Have a topic `{TOPIC}` for unlocks and returns:\n\n"
            f"- in the rush hour **{brief.per_s} events a second** come, and a member of billing's group works off "
            f"**{brief.per_member} a second**;\n"
            "- what one bike does has to stay in order;\n"
            "- one broker may be lost at any time: no acknowledged event is lost by that, and sending goes on;\n"
            f"- each event is needed for **{brief.days} days**, and the city allows none that is older than "
            f"**{brief.most_days} days**.\n\n"
            "Show by a few events, of two bikes at least, how they are sent."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """The topic's design, and the keys of its newest records; None: it has none."""
        design = design_of(evidence, TOPIC)
        keys: dict[str | None, None] = {}
        for partition, (earliest, end) in evidence.offsets(TOPIC).items() if design["partitions"] else ():
            first = max(earliest, end - NEWEST)
            for record in evidence.records(TOPIC, partition, start=first, end=end) if first < end else ():
                keys[text_of(record.key)] = None
        return {**design, "keys": list(keys)[:MOST_KEYS]}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        brief = brief_of(seed)
        expected = f"a topic {TOPIC} that carries the load and keeps the promises, with events of two bikes"
        verdict = (
            no_topic(observation, TOPIC, expected=expected)
            or _too_narrow(observation, brief, expected=expected)
            or not_safe(observation, TOPIC, expected=expected)
            or _wrong_age(observation["settings"], brief, expected=expected)
            or _wrong_keys(observation["keys"], expected=expected)
        )
        if verdict:
            return verdict
        count, copies = observation["partitions"], observation["copies"]
        return done(
            f"{TOPIC}: {count} partitions, {copies} copies, kept for {brief.days} days, and the key is the bike."
        )


def _too_narrow(observation: Observation, brief: Brief, *, expected: str) -> Verdict | None:
    if observation["partitions"] >= brief.partitions:
        return None
    return not_yet(
        f"The number of partitions of {TOPIC} is {observation['partitions']}.", expected=expected,
        misconception="too-few-partitions",
        why="Within a group one member reads a partition: so many members work at most, and that is too few.",
    )  # fmt: skip


def _wrong_age(settings: Mapping[str, str], brief: Brief, *, expected: str) -> Verdict | None:
    retention, segment = number(settings, "retention.ms"), number(settings, "segment.ms")
    seen = f"retention.ms of {TOPIC} is {settings['retention.ms'] or '?'}."
    if settings["cleanup.policy"] != "delete":
        return not_yet(
            f"cleanup.policy of {TOPIC} is {settings['cleanup.policy'] or '(empty)'}.", expected=expected,
            misconception="history-is-lost", why="Compaction keeps the newest event of each key. Billing needs them all.",
        )  # fmt: skip
    if 0 <= retention < brief.days * DAY_MS:
        return not_yet(
            seen, expected=expected, misconception="too-short", why="Events can be gone that are still needed."
        )
    if retention < 0 or retention > brief.most_days * DAY_MS:
        return not_yet(seen, expected=expected, misconception="too-long", why="The city does not allow that.")
    if segment < 0 or retention + segment > brief.most_days * DAY_MS:
        return not_yet(
            f"{seen[:-1]}, and segment.ms is {settings['segment.ms'] or '?'}.", expected=expected,
            misconception="segment-counts",
            why="A segment goes as a whole, by its newest event. How old is its oldest one by then?",
        )  # fmt: skip
    return None


def _wrong_keys(keys: Sequence[str | None], *, expected: str) -> Verdict | None:
    if not keys:
        return not_yet(
            f"{TOPIC} is right, and empty.", expected=expected, misconception="not-sent", why="Now send a few events."
        )
    if None in keys:
        return not_yet(
            f"{TOPIC} has events without a key.", expected=expected, misconception="no-key",
            why="They go to any partition, and so what one bike does comes in any order. Create the topic anew.",
        )  # fmt: skip
    if others := [key for key in keys if not BIKE.fullmatch(key or "")]:
        return not_yet(
            f"{TOPIC} has events with the key {(others[0] or '')[:20]}.", expected=expected, misconception="other-key",
            why="What is to stay in order has to have one key: all that one bike does. Create the topic anew.",
        )  # fmt: skip
    if len(keys) < WANTED_BIKES:
        return not_yet(
            f"{TOPIC} has events of one bike.", expected=expected, misconception="one-bike", why="Send some of another."
        )
    return None
