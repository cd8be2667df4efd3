from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.a_group_shares_the_work.shares import (
    ONE_TOO_MANY,
    Sharing,
    busy,
    no_group,
    seen_in,
)
from lessons.course.a_group_shares_the_work.steps import CREATE, PARTITIONS, TOPIC, run
from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    submit,
)
from lessons.course.seeded import seeded_choice

PAIRS = [f"{partitions} {members}" for partitions in range(7, 20) for members in range(3, 6) if partitions % members]
MORE = range(2, 7)
EXPECTED = f"a group that reads all of {TOPIC} and has a member with nothing to do, and the two numbers"


def asked(seed: str) -> tuple[int, int, int]:
    """Of the question: partitions, members of a smaller group, and of a larger one."""
    partitions, members = map(int, seeded_choice(PAIRS, seed).split())
    return partitions, members, partitions + seeded_choice(MORE, f"{seed} more")


def right(seed: str) -> tuple[int, int]:
    """Partitions of the busiest member of the smaller group, and idle members of the larger one."""
    partitions, members, many = asked(seed)
    return -(-partitions // members), many - partitions


def typed(answer: Callable[[str], tuple[int, int]]) -> StepsFor:
    """Steps: four members on three partitions, and then both numbers are typed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield CREATE
        yield run("invoices", members=4)
        busiest, idle = answer(seed)
        yield submit(ONE_TOO_MANY, busiest=busiest, idle=idle)

    return steps


class OneTooMany(Exercise):
    id = ONE_TOO_MANY
    reads_topics = (TOPIC,)
    reads_groups = True
    remembers = True
    title = "One too many"
    points = 2
    todo = f"Let a group read all of `{TOPIC}`, with one member more than it can use. Then reckon with larger numbers."
    hint = "Each partition has one owner. Deal them out by hand, and see who has most, and who has none."
    solution: ClassVar = staticmethod(typed(right))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "no-group"),
        WrongWay([CREATE, run("invoices", members=3)], "all-busy"),
        WrongWay(typed(lambda seed: (right(seed)[0], 0)), "more-is-faster"),
        WrongWay(typed(lambda seed: (right(seed)[0] - 1, right(seed)[1])), "rounded-down"),
        WrongWay(typed(lambda seed: (asked(seed)[0], right(seed)[1])), "each-has-all"),
        WrongWay(typed(lambda seed: (right(seed)[0] + 1, right(seed)[1])), "other-number"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        partitions, members, many = asked(seed)
        busiest: Any = (
            int,
            Field(title=f"{members} members read a topic of {partitions} partitions. The busiest has", ge=0, lt=10**6),
        )
        idle: Any = (int, Field(title=f"{many} members read the same topic. Idle members", ge=0, lt=10**6))
        return create_model("OneTooMany", busiest=busiest, idle=idle)

    def observe(self, evidence: Evidence) -> Observation:
        """How this seat's groups have shared the topic, now and at earlier checks, and what was typed."""
        return {**seen_in(evidence), "typed": evidence.typed(self.id, "busiest", "idle")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        numbers, sharings = observation["typed"], observation["sharings"]
        say = not_begun if numbers is None else not_yet
        if observation["partitions"] is None:
            why = "Create it by the form of this lesson."
            return no_topic(TOPIC, observation["unprefixed"], expected=EXPECTED, why=why, say=say)
        if observation["partitions"] != PARTITIONS:
            return say(
                f"{TOPIC} has {observation['partitions']} partitions, and this exercise needs {PARTITIONS}.", expected=EXPECTED,
                misconception="other-partitions", why="Delete it, and create it by the form of this lesson.",
            )  # fmt: skip
        if verdict := no_group(observation, expected=EXPECTED, say=say):
            return verdict
        crowded = [each for each in sharings if _has_one_too_many(each)]
        if not crowded:
            most = max(len(each["shares"]) for each in sharings)
            return say(
                f"A group of {most} was seen, and each member had a partition.", expected=EXPECTED,
                misconception="all-busy", why=f"{TOPIC} has {PARTITIONS} partitions. Start one member more.",
            )  # fmt: skip
        where = f"In group {crowded[-1]['group']}, {len(crowded[-1]['shares'])} members shared {TOPIC}, and one had nothing to do"
        match numbers:
            case [int(busiest), int(idle)]:
                return _numbers(busiest, idle, seed, where=where)
            case _:
                return not_yet(f"{where}. The two numbers were not typed yet.", expected=EXPECTED)


def _has_one_too_many(sharing: Sharing) -> bool:
    return len(busy(sharing)) >= PARTITIONS and len(busy(sharing)) < len(sharing["shares"])


def _numbers(busiest: int, idle: int, seed: str, *, where: str) -> Verdict:
    (partitions, members, _many), wanted = asked(seed), right(seed)
    if (busiest, idle) == wanted:
        return done(f"{where}. No share is larger than {busiest}, and {idle} of the larger group wait.")
    if idle == 0:
        name, why = "more-is-faster", "How many owners can a partition have? Count what is left for the others."
    elif busiest == partitions // members:
        name, why = "rounded-down", "Multiply it by the number of members. Which partitions would nobody read?"
    elif busiest == partitions:
        name, why = "each-has-all", "Members of one group share. Each would have all of it in a group of its own."
    else:
        name, why = "other-number", "Deal out the partitions one by one, like cards."
    return not_yet(f"{where}. The two numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)
