"""Where a seat's groups stand in a topic: what each has committed in each partition, beside what the partition holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Say, Verdict

MOST_PLACES = 30  # in the evidence

Place = Mapping[str, Any]  # JSON: `group`, `partition`, `committed`
Spans = Mapping[str, Sequence[int]]  # JSON: partition → [earliest, end]


def seen_in(evidence: Evidence, name: str) -> dict[str, Any]:
    """What `not_readable` and the others here need, as JSON. Raises: ClusterError."""
    topic = evidence.topic(name)
    spans = evidence.offsets(name) if topic else {}
    return {
        "topic_id": topic.topic_id if topic else None,
        "spans": {str(partition): list(span) for partition, span in sorted(spans.items())},
        "places": places_of(evidence, name) if topic else [],
        "unprefixed": evidence.unprefixed([name]) if topic is None else {},
    }


def committed_in(evidence: Evidence, name: str) -> list[dict[str, Any]]:
    """All places of this seat's groups in a topic. A group that has committed nothing has none. Raises: ClusterError."""
    return [
        {"group": group.group_id, "partition": lag.partition, "committed": lag.committed}
        for group in evidence.groups
        for lag in group.lags
        if lag.topic == name and lag.committed is not None
    ]


def places_of(evidence: Evidence, name: str) -> list[dict[str, Any]]:
    """Of the groups that have committed there; those that this seat's acts have used last come last. Raises: ClusterError."""
    found = committed_in(evidence, name)
    order = {act.fields["group_id"]: turn for turn, act in enumerate(evidence.acts("consume"))}
    return sorted(found, key=lambda place: order.get(place["group"], -1))[-MOST_PLACES:]


def lag_of(place: Place, spans: Spans) -> int | None:
    """How many offsets are left to read from this place; None where the partition is not known."""
    if (span := spans.get(str(place["partition"]))) is None:
        return None
    earliest, end = span
    return max(0, end - max(earliest, int(place["committed"])))


def groups_at_the_end(observation: Observation) -> list[str]:
    """Those that have committed the end of each partition in which there ever was a record."""
    ends = {partition: end for partition, (_, end) in observation["spans"].items() if end}
    at_the_end: dict[str, set[str]] = {}
    for place in observation["places"]:
        partition = str(place["partition"])
        if partition in ends and place["committed"] >= ends[partition]:
            at_the_end.setdefault(place["group"], set()).add(partition)
    return [group for group, partitions in at_the_end.items() if partitions == ends.keys()]


def not_readable(observation: Observation, name: str, *, expected: str, say: Say, least: int = 1) -> Verdict | None:
    """Why no group can have read anything yet: no topic, or fewer records than `least`, or no group."""
    if observation["topic_id"] is None:
        why = "Create it by the form of this lesson."
        return no_topic(name, observation["unprefixed"], expected=expected, why=why, say=say)
    longest = max((end for _, end in observation["spans"].values()), default=0)
    if longest < least:
        return say(
            f"{name} ends at offset {longest}.", expected=expected, misconception="empty-topic",
            why="There is too little to read: send the records of this lesson first.",
        )  # fmt: skip
    if not observation["places"]:
        return say(f"No group of yours has committed an offset of {name}.", expected=expected, misconception="no-group")
    return None
