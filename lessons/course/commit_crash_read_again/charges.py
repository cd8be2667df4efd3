"""What each group has charged: the records in `charges`, whose key is the group and whose value is the ride."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lessons.course.bare_names import no_topic
from lessons.course.commit_crash_read_again.steps import DONE, TOPIC, VALUES
from lessons.course.evidence import Evidence, Found, found_in
from lessons.course.exercise import Observation, Say, Verdict

MOST_CHARGES = 500  # that are read of a partition: some forty tries
Counts = Mapping[str, int]  # JSON: how often a ride stands there, by its value


def listed(rides: Sequence[int]) -> str:
    """`ride 4`, `rides 4 and 5`, `rides 4, 5 and 6`."""
    *others, last = map(str, rides)
    return f"rides {', '.join(others)} and {last}" if others else f"ride {last}"


def charges_in(evidence: Evidence) -> list[Found]:
    """The newest, oldest first. Raises: ClusterError."""
    spans = evidence.offsets(DONE) if evidence.topic(DONE) else {}
    found = [
        found_in(record)
        for partition, (earliest, end) in spans.items()
        for record in evidence.records(DONE, partition, start=max(earliest, end - MOST_CHARGES), end=end)
    ]
    return sorted((each for each in found if each.key), key=lambda each: (each.at_ms, each.partition, each.offset))


def seen_in(evidence: Evidence) -> dict[str, Any]:
    """As JSON: how often each ride stands in `fares`, and in `charges` by each group; these groups by their newest charge; and
    those that have read `fares` to its end. Raises: ClusterError."""
    topic = evidence.topic(TOPIC)
    counts: dict[str, Counter[str]] = {}
    for each in charges_in(evidence) if topic else ():
        charged = counts.pop(each.key or "", Counter())
        counts[each.key or ""] = charged + Counter([each.value])  # the group of the newest charge comes last
    spans = evidence.offsets(TOPIC) if topic else {}
    return {
        "topic_id": topic.topic_id if topic else None,
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        "rides": Counter(each.value for each in evidence.newest(TOPIC)) if topic else {},
        "latest": list(counts),
        "charged": {group: dict(sorted(rides.items())) for group, rides in sorted(counts.items())},
        "at_the_end": sorted(
            group.group_id
            for group in evidence.groups
            for lag in group.lags
            if lag.topic == TOPIC and lag.partition in spans and lag.committed == spans[lag.partition][1] > 0
        ),
    }


def not_ready(observation: Observation, *, expected: str, say: Say) -> Verdict | None:
    """Why nothing can have been charged as it was asked for."""
    if observation["topic_id"] is None:
        why = "Create it by the form of this lesson."
        return no_topic(TOPIC, observation["unprefixed"], expected=expected, why=why, say=say)
    if not observation["rides"].keys() >= set(VALUES):
        return say(
            f"{TOPIC} does not hold all of the ten rides.", expected=expected, misconception="not-sent",
            why="Send the ten as they are in the form.",
        )  # fmt: skip
    if not observation["charged"]:
        return say(
            f"No charge was found in {DONE}.", expected=expected, misconception="no-charges",
            why="A worker writes them there, with its group as the key.",
        )  # fmt: skip
    return None


def twice_in(rides: Counts, charged: Counts) -> list[int]:
    """The numbers of the rides that were charged more often than they were finished."""
    return [number for number, ride in enumerate(VALUES, 1) if charged.get(ride, 0) > rides.get(ride, 0)]


def never_in(rides: Counts, charged: Counts) -> list[int]:
    """The numbers of the rides that were charged less often than they were finished."""
    return [number for number, ride in enumerate(VALUES, 1) if charged.get(ride, 0) < rides.get(ride, 0)]
