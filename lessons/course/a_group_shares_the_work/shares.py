"""How groups have shared the topic: what the cluster shows now, what earlier checks saw, and what this seat's acts were told.

Kafka keeps no trace of who was in a group. So each exercise of the lesson remembers what it has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lessons.course.a_group_shares_the_work.steps import TOPIC
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Say, Verdict, not_begun

EXERCISES = TAKEN, ONE_TOO_MANY, WHAT_IT_COSTS = tuple(
    f"a-group-shares-the-work.{name}" for name in ("taken", "one-too-many", "what-it-costs")
)
MOST_KEPT = 20
AT_REST = {"Stable", "Empty", "Dead"}

Sharing = Mapping[
    str, Any
]  # JSON: `group`, its `protocol` (classic or consumer), the `shares`: partitions of each member


def seen_in(evidence: Evidence) -> dict[str, Any]:
    """As JSON: the topic's id and number of partitions, what lies under its bare name, how this seat's groups have shared it,
    now and at earlier checks, and which groups are in a rebalance. Raises: ClusterError."""
    topic = evidence.topic(TOPIC)
    return {
        "topic_id": topic.topic_id if topic else None,
        "partitions": len(topic.partitions) if topic else None,
        "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        "sharings": sharings_ever(evidence) if topic else [],
        "moving": [group.group_id for group in evidence.groups if group.state not in AT_REST] if topic else [],
    }


def sharings_now(evidence: Evidence) -> list[dict[str, Any]]:
    """Of this seat's groups that are stable and read the topic. Raises: ClusterError."""
    found = []
    for group in evidence.groups:
        shares = [
            sorted(partition for topic, partition in member.assignment if topic == TOPIC) for member in group.members
        ]
        if group.state == "Stable" and any(shares):
            found.append({"group": group.group_id, "protocol": group.protocol, "shares": sorted(shares)})
    return found


def sharings_ever(evidence: Evidence) -> list[Sharing]:
    """Each once, oldest first. Raises: ClusterError."""
    earlier = (each for exercise in EXERCISES for each in evidence.earlier(exercise))
    found = [
        *(sharing for one in earlier for sharing in one.get("sharings", ())),
        *sharings_of_acts(evidence),
        *sharings_now(evidence),
    ]
    return [each for index, each in enumerate(found) if each not in found[:index]][-MOST_KEPT:]


def sharings_of_acts(evidence: Evidence) -> list[dict[str, Any]]:
    """What the acts that ran a group of this topic were told, oldest first."""
    return [
        {
            "group": act.fields["group_id"],
            "protocol": "consumer" if act.fields["protocol"] == "consumer" else "classic",
            "shares": sorted(act.data["owned"]),
        }
        for act in evidence.acts("run-group", topic=TOPIC)
        if act.state == "done"
    ]


def with_several(sharings: Iterable[Sharing], protocol: str = "") -> list[Sharing]:
    """Those of at least two members that have partitions, of this protocol."""
    return [each for each in sharings if len(busy(each)) > 1 and protocol in ("", each["protocol"])]


def busy(sharing: Sharing) -> list[list[int]]:
    return [share for share in sharing["shares"] if share]


def no_group(observation: Observation, *, expected: str, say: Say) -> Verdict | None:
    """Why nothing can have been shared yet. In the middle of a rebalance nobody knows, and it is no fault of the student's."""
    if any(busy(each) for each in observation["sharings"]):
        return None
    if moving := observation.get("moving"):
        seen = f"The members of {moving[-1]} are just being given their partitions."
        why = "It is looked at again as soon as each has its share."
        return Verdict("could_not_check", seen, expected, why=why, is_begun=say is not not_begun)
    return say(
        f"No group of yours was seen to read {TOPIC}.", expected=expected, misconception="no-group",
        why="A member counts while it runs: have this page open, and start the group.",
    )  # fmt: skip
