from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.a_group_shares_the_work.shares import (
    WHAT_IT_COSTS,
    no_group,
    seen_in,
    with_several,
)
from lessons.course.a_group_shares_the_work.steps import CREATE, TOPIC, run
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

PARTITIONS_ASKED = range(6, 21, 2)
PROTOCOLS = {"classic": "the classic protocol", "consumer": "the protocol consumer"}
EXPECTED = f"two members that share {TOPIC} by the classic protocol, two by the protocol consumer, and the two numbers"


def asked(seed: str) -> int:
    """Partitions of the question's topic."""
    return seeded_choice(PARTITIONS_ASKED, seed)


def typed(answer: Callable[[int], tuple[int, int]]) -> StepsFor:
    """Steps: two members by each protocol, and then both numbers are typed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield CREATE
        yield run("by-range")
        yield run("by-broker", protocol="consumer")
        classic, consumer = answer(asked(seed))
        yield submit(WHAT_IT_COSTS, range=classic, consumer=consumer)

    return steps


class WhatItCosts(Exercise):
    id = WHAT_IT_COSTS
    reads_topics = (TOPIC,)
    reads_groups = True
    remembers = True
    title = "What a newcomer costs"
    points = 2
    todo = f"Let two members share `{TOPIC}`, once by the classic protocol and once by `consumer`. Then reckon for a larger topic."
    hint = "Count what the first member loses when the second one joins, also what it gets back a moment later."
    solution: ClassVar = staticmethod(typed(lambda partitions: (partitions, partitions // 2)))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "no-group"),
        WrongWay([CREATE, run("invoices", members=1)], "alone"),
        WrongWay([CREATE, run("by-range"), run("by-sticky", protocol="cooperative-sticky")], "one-protocol"),
        WrongWay([CREATE, run("by-broker", protocol="consumer")], "one-protocol"),
        WrongWay(typed(lambda partitions: (partitions // 2, partitions // 2)), "keeps-the-rest"),
        WrongWay(typed(lambda partitions: (partitions, partitions)), "all-stop"),
        WrongWay(typed(lambda partitions: (partitions, 1)), "one-moves"),
        WrongWay(typed(lambda partitions: (partitions, 0)), "other-number"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        partitions = asked(seed)
        title = "The first member has all {partitions} partitions of a topic, and a second one joins. Partitions that the first one loses, if only for a moment, by {protocol}"

        def lost(protocol: str) -> Any:
            return (int, Field(title=title.format(partitions=partitions, protocol=protocol), ge=0, lt=10**6))

        return create_model("WhatItCosts", range=lost("range"), consumer=lost("consumer"))

    def observe(self, evidence: Evidence) -> Observation:
        """How this seat's groups have shared the topic, now and at earlier checks, and what was typed."""
        return {**seen_in(evidence), "typed": evidence.typed(self.id, "range", "consumer")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        numbers, sharings = observation["typed"], observation["sharings"]
        say = not_begun if numbers is None else not_yet
        if observation["topic_id"] is None:
            why = "Create it by the form of this lesson."
            return no_topic(TOPIC, observation["unprefixed"], expected=EXPECTED, why=why, say=say)
        if verdict := no_group(observation, expected=EXPECTED, say=say):
            return verdict
        if not with_several(sharings):
            return say(
                f"No two members of one group were seen to share {TOPIC}.", expected=EXPECTED, misconception="alone",
                why="Run a group with two members.",
            )  # fmt: skip
        missing = [words for protocol, words in PROTOCOLS.items() if not with_several(sharings, protocol)]
        if missing:
            return say(
                f"No two members were seen to share {TOPIC} by {missing[0]}.", expected=EXPECTED,
                misconception="one-protocol", why="Run a group by each of the two, under different names.",
            )  # fmt: skip
        where = f"Two members have shared {TOPIC} by either protocol"
        match numbers:
            case [int(classic), int(consumer)]:
                return _numbers(classic, consumer, asked(seed), where=where)
            case _:
                return not_yet(f"{where}. The two numbers were not typed yet.", expected=EXPECTED)


def _numbers(classic: int, consumer: int, partitions: int, *, where: str) -> Verdict:
    half = partitions // 2
    if (classic, consumer) == (partitions, half):
        return done(f"{where}. Range takes all {partitions} from the first member, consumer the {half} that move.")
    if classic == half:
        name, why = (
            "keeps-the-rest",
            "Read the lines of by-range once more: what did the first member lose before it was given its share?",
        )
    elif consumer == partitions:
        name, why = "all-stop", "Read the lines of by-broker once more: what did the first member keep all the time?"
    elif (classic, consumer) == (partitions, 1):
        name, why = (
            "one-moves",
            "Look at the lines of by-broker: how many has each member at the end? How many have to move for two equal shares?",
        )
    else:
        name, why = (
            "other-number",
            "Two members have equal shares at the end. Which partitions change hands, and which are given back besides?",
        )
    return not_yet(f"{where}. The two numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)
