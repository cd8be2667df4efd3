"""What share groups have done with the jobs, as Kafka's own topic tells it: see `lessons.cluster.share_groups`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lessons.cluster.share_groups import Change, Shared
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Say, Verdict
from lessons.course.predictions import latest_moments
from lessons.course.queues_share_groups.steps import JOBS, SHOWN, TOPIC, VALUES

LIMIT = 5  # deliveries, unless somebody has set group.share.delivery.count.limit
MOST_GROUPS = 20  # in the evidence
FAR = 1000  # offsets behind a job that are looked at

Workshop = Mapping[str, Any]  # JSON: one group, see `seen_in`


def seen_in(evidence: Evidence) -> dict[str, Any]:
    """As JSON: the topic, which of the jobs it lacks, when share groups have done something with it, and the groups, that of
    the newest change last. Of each: how many records it has `left`; the values that were `given_up` and `rejected`; and how
    many records behind each of these were over before it (`overtook`). Raises: ClusterError."""
    topic = evidence.topic(TOPIC)
    spans = evidence.offsets(TOPIC) if topic else {}
    sent = {each.value for each in evidence.newest(TOPIC)} if topic else set()
    by_group: dict[str, list[Shared]] = {}
    for each in sorted(evidence.shared(TOPIC), key=_newest):
        by_group.setdefault(each.group_id, []).append(each)
    groups = {group: shared for group, shared in by_group.items() if any(each.changes for each in shared)}
    return {
        "topic_id": topic.topic_id if topic else None,
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        "partitions": len(topic.partitions) if topic else None,
        "missing": [value for value in VALUES if value not in sent],
        "moments": latest_moments(
            change.at_ms for shared in groups.values() for each in shared for change in each.changes
        ),
        "groups": [_group(evidence, group, groups[group], spans) for group in list(groups)[-MOST_GROUPS:]],
    }


def _newest(shared: Shared) -> int:
    return max((change.at_ms for change in shared.changes), default=0)


def _group(
    evidence: Evidence, group: str, shared: Sequence[Shared], spans: Mapping[int, tuple[int, int]]
) -> dict[str, Any]:
    left = {partition: end - earliest for partition, (earliest, end) in spans.items()}
    given_up, rejected, overtook = set[str](), set[str](), dict[str, int]()
    for each in shared:
        if each.partition in spans:
            left[each.partition] = each.left(spans[each.partition])
        dropped = {
            offset: (turn, change)
            for turn, change in enumerate(each.changes)
            if change.became == "archived"
            for offset in range(change.first, min(change.last, change.first + FAR) + 1)
        }
        values = evidence.values_at(TOPIC, each.partition, dropped) if each.partition in spans else {}
        for offset, value in values.items():
            turn, change = dropped[offset]
            (given_up if change.deliveries >= LIMIT else rejected).add(value)
            overtook[value] = _over_before(each.changes[:turn], offset)
    return {
        "group": group, "left": sum(left.values()), "given_up": sorted(given_up), "rejected": sorted(rejected),
        "overtook": dict(sorted(overtook.items())),
    }  # fmt: skip


def _over_before(changes: Sequence[Change], offset: int) -> int:
    """How many records behind this one were over by then, of those that are near."""
    over = {
        each
        for change in changes
        if change.became != "released"
        for each in range(max(change.first, offset + 1), min(change.last, offset + FAR) + 1)
    }
    return len(over)


def not_ready(observation: Observation, *, expected: str, say: Say) -> Verdict | None:
    """Why no share group can have done the jobs of one partition."""
    if observation["topic_id"] is None:
        why = "Create it by the form of this lesson."
        return no_topic(TOPIC, observation["unprefixed"], expected=expected, why=why, say=say)
    if observation["partitions"] != 1:
        return say(
            f"{TOPIC} has {observation['partitions']} partitions, and this exercise needs one.", expected=expected,
            misconception="other-partitions", why="Delete it, and create it by the form of this lesson.",
        )  # fmt: skip
    if observation["missing"]:
        return say(
            f"{TOPIC} does not hold all of the {JOBS} jobs.", expected=expected, misconception="not-sent",
            why="Send them as they are in the form.",
        )  # fmt: skip
    return None


def no_group(observation: Observation, *, expected: str, say: Say) -> Verdict | None:
    """Why no job can have been done yet."""
    if observation["groups"]:
        return None
    return say(
        f"No share group of yours has done anything with {TOPIC}.", expected=expected, misconception="no-group",
        why="A consumer group is none: its members are consumers, and these are share consumers.",
    )  # fmt: skip


def tried_in(observation: Observation) -> list[Workshop]:
    """The groups in which a job was given up or rejected, other than by the lesson's own form; the newest last."""
    return [each for each in observation["groups"] if {*each["given_up"], *each["rejected"]} - {SHOWN}]


def has_given_up(group: Workshop, job: str) -> bool:
    """Whether it has given up this job and no other, and has done all the rest."""
    return group["given_up"] == [job] and not group["rejected"] and group["left"] == 0
