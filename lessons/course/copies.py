"""How the first partition of a topic stood: now, and as earlier checks of the same exercise saw it. Kafka keeps no trace of
who led it, or of copies that were missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Observation, Say, Verdict

REPLICAS = 3
MOST_KEPT = 40

# JSON: topic_id, leader, replicas, in_sync (how many), end (its offset), values: how often each of those stands there
State = Mapping[str, Any]


def state_now(evidence: Evidence, name: str, values_of_a_seat: str) -> dict[str, Any] | None:
    """None without the topic; `values_of_a_seat`: how those begin that are counted. Raises: ClusterError."""
    topic = evidence.topic(name)
    if topic is None:
        return None
    first = topic.partitions[0]
    return {
        "topic_id": topic.topic_id, "leader": first.leader, "replicas": list(first.replicas), "in_sync": len(first.in_sync),
        "end": evidence.offsets(name)[0][1],
        "values": Counter(each.value for each in evidence.newest(name) if each.value.startswith(values_of_a_seat)),
    }  # fmt: skip


def seen_in(evidence: Evidence, exercise_id: str, name: str, *, values_of_a_seat: str, **more: Any) -> dict[str, Any]:
    """As JSON: the states of this topic, oldest first, the last one is that of now, with whatever more there is; and what
    lies under its bare name. Raises: ClusterError."""
    now = state_now(evidence, name, values_of_a_seat)
    earlier = [state for each in evidence.earlier(exercise_id) for state in each.get("states", ())[-1:]]
    states = [each for each in earlier if now and each["topic_id"] == now["topic_id"]]
    return {
        "states": [*states, {**now, **more}][-MOST_KEPT:] if now else [],
        "unprefixed": evidence.unprefixed([name]) if now is None else {},
    }


def not_ready(observation: Observation, name: str, *, expected: str, say: Say) -> Verdict | None:
    """Why there is nothing to be seen yet."""
    if not observation["states"]:
        why = "Create it by the form of this lesson."
        return no_topic(name, observation["unprefixed"], expected=expected, why=why, say=say)
    copies = len(observation["states"][-1]["replicas"])
    if copies != REPLICAS:
        return say(
            f"{name} has {copies} of {REPLICAS} replicas.", expected=expected, misconception="too-few-copies",
            why=f"Delete it, and create it with {REPLICAS} replicas.",
        )  # fmt: skip
    return None


def has_gap(state: State) -> bool:
    """Whether a copy is missing."""
    return bool(state["in_sync"] < len(state["replicas"]))


def is_led_as_preferred(state: State) -> bool:
    return bool(state["leader"] == state["replicas"][0])


def sent_in_a_gap(states: Sequence[State], value: str) -> State | None:
    """The state at the check that saw this value for the first time, or once more, while a copy was missing."""
    known = 0
    for state in states:
        count = state["values"].get(value, 0)
        if count > known and has_gap(state):
            return state
        known = count
    return None


def in_words(state: State) -> str:
    """A sentence."""
    leader = "No broker leads it" if state["leader"] is None else f"Broker {state['leader']} leads it"
    return f"{leader}, and {state['in_sync']} of {len(state['replicas'])} replicas are in sync."
