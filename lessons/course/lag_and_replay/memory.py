"""Where groups were: the cluster tells only where they are, so acts are asked, and earlier checks of both exercises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lessons.course.evidence import Evidence, PastAct
from lessons.course.lag_and_replay.steps import BACK, FORWARD, TOPIC


def back_now(evidence: Evidence, seen: Mapping[str, Any]) -> list[list[Any]]:
    """[group, committed, furthest] of each group that is known to have been further on in partition 0 than it is now."""
    furthest: dict[str, int] = {}
    for group, committed in _known_places(evidence, seen["topic_id"]):
        furthest[group] = max(furthest.get(group, 0), committed)
    places = [each for each in seen["places"] if each["partition"] == 0]
    known = [[each["group"], each["committed"], furthest.get(each["group"], 0)] for each in places]
    return [each for each in known if each[1] < each[2]]


def back_ever(evidence: Evidence, seen: Mapping[str, Any]) -> list[list[Any]]:
    """[group, committed] of each place to which a group has gone back, each once."""
    found = [
        *([act.fields["group_id"], act.data["committed"].get("0")] for act in _acts(evidence, "set-offset")),
        *(each[:2] for one in _checks(evidence, seen["topic_id"]) for each in one["back"]),
        *(each[:2] for each in back_now(evidence, seen)),
    ]
    return [each for index, each in enumerate(found) if each not in found[:index]]


def _known_places(evidence: Evidence, topic_id: str | None) -> Iterator[tuple[str, int]]:
    """(group, committed) in partition 0."""
    for act in (*_acts(evidence, "consume"), *_acts(evidence, "set-offset")):
        yield act.fields["group_id"], act.data.get("committed", {}).get("0", 0)
    for each in _checks(evidence, topic_id):
        yield from ((place["group"], place["committed"]) for place in each["places"] if place["partition"] == 0)


def _acts(evidence: Evidence, kind: str) -> list[PastAct]:
    return [act for act in evidence.acts(kind, topic=TOPIC) if act.state == "done"]


def _checks(evidence: Evidence, topic_id: str | None) -> list[Mapping[str, Any]]:
    """What was observed of this topic, and of no other one with its name."""
    earlier = (*evidence.earlier(BACK), *evidence.earlier(FORWARD))
    return [each for each in earlier if each.get("topic_id") == topic_id]
