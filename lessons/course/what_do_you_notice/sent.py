"""What this seat sent to `test2p`, and the steps that send it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Any

from lessons.course.evidence import Evidence, PastAct
from lessons.course.exercise import Observation, Step, Verdict, not_yet

TOPIC = "test2p"
WANTED = [str(number) for number in range(1, 10)]
SETTING = "sticky.partitioning.linger.ms"
PAIRS_ASKED = 5

Places = Mapping[str, Any]  # JSON: the value → [partition, offset]


def send(**more: Any) -> Step:
    return Step("produce", {"topic": TOPIC, "values": "\n".join(WANTED), "flush_each": True, **more})


CREATE = Step("create-topic", {"name": TOPIC, "partitions": 2, "replicas": 1})
CREATE_WITH_ONE = Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})
SEND = send(sticky_linger_ms=0)
SEND_TO_ONE = send(partition=0)


def send_until(evidence: Evidence, suits: Callable[[Places], bool] = lambda places: True) -> Iterator[Step]:
    """Steps: the topic, and nine records as often as it takes to find them in both partitions and as wanted."""
    yield CREATE
    while True:
        yield SEND
        places = sent_nine(evidence)["places"]
        if is_spread(places) and suits(places):
            return


def sends(evidence: Evidence) -> list[PastAct]:
    """This seat's acts that got at least one record into the topic, oldest first."""
    acts = [act for act in evidence.acts("produce") if act.fields["topic"] == TOPIC]
    return [act for act in acts if any(report["error"] is None for report in act.data.get("deliveries", []))]


def sent_nine(evidence: Evidence) -> dict[str, Any]:
    """The last act that sent 1 to 9 and nothing else, with its delivery reports by value; empty when there is none."""
    for act in reversed(sends(evidence)):
        reports = act.data["deliveries"]
        if act.fields["values"].split("\n") == WANTED and len(reports) == len(WANTED):
            if any(report["error"] is not None for report in reports):
                continue
            places = {value: [r["partition"], r["offset"]] for value, r in zip(WANTED, reports, strict=True)}
            return {"act": act.id, "at": act.settled_at, "places": places}
    return {}


def answers_since(evidence: Evidence, exercise_id: str, nine: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was typed or marked last, unless it was about records that were sent before these nine."""
    given = evidence.submitted(exercise_id)
    return given.fields["answers"] if given and nine and is_before(nine["at"], given.settled_at) else None


def is_before(earlier: str, later: str) -> bool:
    return datetime.fromisoformat(earlier) < datetime.fromisoformat(later)


def is_spread(places: Places) -> bool:
    return len({partition for partition, _ in places.values()}) > 1


def seeded_value(seed: str) -> str:
    """Which of 1 to 9 this seat is asked for."""
    return random.Random(seed).choice(WANTED)  # noqa: S311 - no secret


def pairs_asked(places: Places, seed: str) -> dict[str, bool]:
    """What is to be marked, such as `2 before 7`, and whether the two are in one partition; some are, some are not."""
    chance = random.Random(f"{seed} {sorted(places.items())}")  # noqa: S311 - no secret
    together = [pair for pair in combinations(WANTED, 2) if places[pair[0]][0] == places[pair[1]][0]]
    apart = [pair for pair in combinations(WANTED, 2) if pair not in together]
    count = chance.choice((2, 3))
    asked = chance.sample(together, count) + chance.sample(apart, PAIRS_ASKED - count)
    return {f"{first} before {second}": (first, second) in together for first, second in sorted(asked)}


def not_ready(observation: Observation, *, expected: str) -> Verdict | None:
    """Why there is nothing yet that could be asked about."""
    partitions, nine = observation["partitions"], observation["nine"]
    if partitions is None:
        return not_yet(
            f"There is no topic {TOPIC}.", expected=expected, misconception="no-topic",
            why="Create it (lesson 3), and give it a second partition (lesson 5).",
        )  # fmt: skip
    if partitions < 2:
        return not_yet(
            f"{TOPIC} has 1 partition.", expected=expected, misconception="one-partition-topic",
            why="Add a second one (lesson 5): with one partition there is one order, and nothing to notice.",
        )  # fmt: skip
    if not nine:
        return not_yet(
            f"No batch of 1 to 9 of yours is in {TOPIC} yet.", expected=expected, misconception="not-sent",
            why="Send by the form of this lesson: one number a line, all nine in one go.",
        )  # fmt: skip
    if not is_spread(nine["places"]):
        only = nine["places"][WANTED[0]][0]
        return not_yet(
            f"All nine that you sent last are in partition {only}.", expected=expected, misconception="one-partition",
            why=f"Send them once more with {SETTING} set to 0, so that both partitions get some.",
        )  # fmt: skip
    return None
