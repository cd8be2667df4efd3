"""What the company asks of its topics, in numbers that are a seat's own, and what a topic is made of that has to do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lessons.course import bare_names
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Step, Verdict, not_yet
from lessons.course.seeded import seeded_choice

COPIES, IN_SYNC = 3, 2  # one broker may be lost, and sending goes on
DAY_MS = 86_400_000
READ = ("cleanup.policy", "min.insync.replicas", "retention.ms", "segment.ms")
_PER_MEMBER = (300, 400, 500, 600)  # events a second that one member of billing's group works off
_MEMBERS = range(4, 9)  # that are needed in the rush hour
_DAYS = (10, 14, 20, 30, 45)
_MORE_DAYS = 10  # that the city allows


@dataclass(frozen=True)
class Brief:
    """`per_s`: events a second in the rush hour; `per_member`: what one member of a group works off in a second.
    `days`: for so long each event is needed; `most_days`: so old it may become."""

    per_s: int
    per_member: int
    days: int
    most_days: int

    @property
    def partitions(self) -> int:
        """So many at least: within a group one member reads a partition."""
        return -(-self.per_s // self.per_member)


def brief_of(seed: str) -> Brief:
    per_member = seeded_choice(_PER_MEMBER, seed)
    per_s = per_member * seeded_choice(_MEMBERS, seed) - per_member // 3
    days = seeded_choice(_DAYS, seed)
    return Brief(per_s, per_member, days, days + _MORE_DAYS)


def create(name: str, *, partitions: int = 1, replicas: int = COPIES, **settings: Any) -> Step:
    """`settings` by their names with _ for the dots."""
    config = "\n".join(f"{setting.replace('_', '.')}={value}" for setting, value in settings.items())
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": replicas, "config": config})


def delete(name: str) -> Step:
    return Step("delete-topic", {"name": name})


def design_of(evidence: Evidence, name: str) -> dict[str, Any]:
    """As JSON: how many partitions the topic has, how many copies each, and the settings that matter. Raises: ClusterError."""
    topic = evidence.topic(name)
    settings = evidence.settings(name) if topic else {}
    return {
        "partitions": len(topic.partitions) if topic else None,
        "copies": min((len(each.replicas) for each in topic.partitions), default=0) if topic else 0,
        "brokers": len(evidence.cluster().addresses),  # that are up
        "settings": {setting: settings.get(setting, "") for setting in READ},
        "unprefixed": evidence.unprefixed([name]) if topic is None else {},
    }


def no_topic(observation: Observation, name: str, *, expected: str) -> Verdict | None:
    """The verdict where there is none."""
    if observation["partitions"] is not None:
        return None
    why = "Design it, and create it by the form below or by a program."
    return bare_names.no_topic(name, observation["unprefixed"], expected=expected, why=why)


def not_safe(observation: Observation, name: str, *, expected: str) -> Verdict | None:
    """Why the loss of a broker would cost records, or stop those who send."""
    copies, in_sync = observation["copies"], number(observation["settings"], "min.insync.replicas")
    wanted = min(COPIES, max(1, observation["brokers"]))
    if copies < wanted:
        seen = f"Each partition of {name} has {copies} {'copy' if copies == 1 else 'copies'}."
        if copies == 1:
            return not_yet(
                seen, expected=expected, misconception="one-copy",
                why="With its broker everything is away, and what was acknowledged may be lost.",
            )  # fmt: skip
        return not_yet(
            seen, expected=expected, misconception="two-copies",
            why="With one broker away one copy is left: then either nothing is taken, or it is kept but once.",
        )  # fmt: skip
    if copies >= COPIES and in_sync < IN_SYNC:
        return not_yet(
            f"min.insync.replicas of {name} is {in_sync}.", expected=expected, misconception="acknowledged-by-one",
            why="So a record may be acknowledged that one broker alone has. If that one is lost, it is gone.",
        )  # fmt: skip
    if copies >= COPIES and in_sync > copies - 1:
        return not_yet(
            f"min.insync.replicas of {name} is {in_sync}, and there are {copies} copies.",
            expected=expected, misconception="no-copy-may-be-away",
            why="With one broker away nothing is taken any more.",
        )  # fmt: skip
    return None


def number(settings: Mapping[str, str], name: str) -> int:
    """A setting as a number; -1 where it is none."""
    value = settings[name]
    return int(value) if value.isdecimal() else -1
