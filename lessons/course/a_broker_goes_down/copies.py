"""How the topic's partition stood: now, and as earlier checks of the same exercise saw it. Kafka keeps no trace of who led it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lessons.course.a_broker_goes_down.steps import OF_A_SEAT, REPLICAS, TOPIC
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Say, Verdict

MOST_KEPT = 40

State = Mapping[
    str, Any
]  # JSON: topic_id, leader, replicas, in_sync (how many); alarms: how often each seat's stands there


def state_now(evidence: Evidence) -> dict[str, Any] | None:
    """None without the topic. Raises: ClusterError."""
    topic = evidence.topic(TOPIC)
    if topic is None:
        return None
    first = topic.partitions[0]
    return {
        "topic_id": topic.topic_id, "leader": first.leader, "replicas": list(first.replicas), "in_sync": len(first.in_sync),
        "alarms": Counter(each.value for each in evidence.newest(TOPIC) if each.value.startswith(OF_A_SEAT)),
    }  # fmt: skip


def seen_in(evidence: Evidence, exercise_id: str, **more: Any) -> dict[str, Any]:
    """As JSON: the states of this topic, oldest first, the last one is that of now, with whatever more there is; and what
    lies under its bare name."""
    now = state_now(evidence)
    earlier = [state for each in evidence.earlier(exercise_id) for state in each.get("states", ())[-1:]]
    states = [each for each in earlier if now and each["topic_id"] == now["topic_id"]]
    return {
        "states": [*states, {**now, **more}][-MOST_KEPT:] if now else [],
        "unprefixed": evidence.unprefixed([TOPIC]) if now is None else {},
    }


def not_ready(observation: Observation, *, expected: str, say: Say) -> Verdict | None:
    """Why there is nothing to be seen yet."""
    if not observation["states"]:
        why = "Create it by the form of this lesson."
        return no_topic(TOPIC, observation["unprefixed"], expected=expected, why=why, say=say)
    copies = len(observation["states"][-1]["replicas"])
    if copies != REPLICAS:
        return say(
            f"{TOPIC} has {copies} of {REPLICAS} replicas.", expected=expected, misconception="too-few-copies",
            why=f"Delete it, and create it with {REPLICAS} replicas.",
        )  # fmt: skip
    return None


def has_gap(state: State) -> bool:
    """Whether a copy is missing."""
    return bool(state["in_sync"] < len(state["replicas"]))


def is_led_as_preferred(state: State) -> bool:
    return bool(state["leader"] == state["replicas"][0])


def in_words(state: State) -> str:
    leader = "no broker leads it" if state["leader"] is None else f"broker {state['leader']} leads it"
    return f"{leader}, and {state['in_sync']} of {len(state['replicas'])} replicas are in sync"
