from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, create_model

from lessons.course.draws import draw_now, last_answer, seen_of_last_answer
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
from lessons.course.what_do_you_notice.sent import (
    CREATE,
    SEND_TO_ONE,
    TOPIC,
    WANTED,
    Places,
    is_spread,
    not_ready,
    places_of,
    seen_of,
    send_until,
)

ASKED = 5  # pairs


def pairs_asked(seed: str, draw: str) -> list[str]:
    """What is to be marked, such as `2 before 7`; of another draw other pairs, so that a miss can't be corrected by
    trying the rest."""
    chance = random.Random(f"{seed} {draw}")  # noqa: S311 - no secret
    return [f"{first} before {second}" for first, second in sorted(chance.sample([*combinations(WANTED, 2)], ASKED))]


def in_order(pair: str, places: Places) -> bool:
    """Whether every consumer is given these two in this order: they are in one partition, one behind the other."""
    (partition, offset), (other_partition, other_offset) = (places[value] for value in pair.split(" before "))
    return bool(partition == other_partition and offset < other_offset)


def marked(choose: Callable[[list[str], list[str]], list[str]]) -> StepsFor:
    """Steps: nine records are sent so that some of the pairs are in order and some are not; these are marked."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        pairs = pairs_asked(seed, draw_now(evidence, Order.id))
        yield from send_until(evidence, lambda places: 1 < sum(in_order(pair, places) for pair in pairs) < ASKED)
        places = places_of(evidence)
        yield submit(Order.id, ordered=choose([pair for pair in pairs if in_order(pair, places)], pairs))

    return steps


class Order(Exercise):
    id = "what-do-you-notice.order"
    version = 2  # what stands in the topic, whoever sent it
    reads_topics = (TOPIC,)
    title = "What is ordered?"
    points = 2
    todo = (
        "Here are pairs of values; of each its newest record counts. Tick the pairs whose order Kafka promises to every "
        "consumer group that reads the topic. It may be all of them, or none. After a miss other pairs are asked."
    )
    hint = "Find out where each of the two is: the delivery reports say it, and so does the consumer."
    solution: ClassVar = staticmethod(marked(lambda ordered, pairs: ordered))
    wrong_ways: ClassVar = [
        WrongWay([CREATE, SEND_TO_ONE], "one-partition"),
        WrongWay(marked(lambda ordered, pairs: pairs), "global-order"),
        WrongWay(marked(lambda ordered, pairs: []), "no-order"),
        WrongWay(marked(lambda ordered, pairs: ordered[1:]), "left-out"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        """None once the last answer was right, as far as a check has seen it: there is nothing left to ask."""
        if any(_is_right(each, seed) for each in seen_of_last_answer(evidence, self.id)):
            return None
        one_of: Any = Literal[tuple(pairs_asked(seed, draw_now(evidence, self.id)))]
        return create_model("Order", ordered=(list[one_of], Field([], title="Always in this order")))

    def observe(self, evidence: Evidence) -> Observation:
        """Where the newest of the nine are, what was marked last, and which pairs were asked for then."""
        return {**seen_of(evidence), **last_answer(evidence, self.id, marked="ordered")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "a tick at each pair that Kafka keeps in order, and at no other"
        if verdict := not_ready(observation, expected=expected):
            return verdict
        ticked = _ticked(observation, seed)
        if ticked is None:
            say = not_yet if observation["answer_id"] else not_begun
            return say("Nothing was marked yet.", expected=expected)
        ordered = _ordered(observation, seed)
        if ticked == ordered:
            kept = " and ".join(sorted(ordered)) or "none of these pairs"
            return done(f"Kafka keeps {kept}: two records have an order when both are in one partition.")
        return _mistake(ticked, ordered, expected=expected)


def _ordered(observation: Observation, seed: str) -> set[str]:
    """Of the pairs that were asked for, those that every consumer is given in that order."""
    return {pair for pair in pairs_asked(seed, observation["draw"]) if in_order(pair, observation["places"])}


def _ticked(observation: Observation, seed: str) -> set[str] | None:
    """None if nothing was marked, or other pairs than were asked for."""
    marked = observation["marked"]
    if not isinstance(marked, list) or not all(isinstance(pair, str) for pair in marked):
        return None
    return set(marked) if set(marked) <= set(pairs_asked(seed, observation["draw"])) else None


def _is_right(observation: Observation, seed: str) -> bool:
    is_ready = bool(observation.get("places")) and is_spread(observation["places"])
    return is_ready and _ticked(observation, seed) == _ordered(observation, seed)


def _mistake(ticked: set[str], ordered: set[str], *, expected: str) -> Verdict:
    if not ticked:
        return not_yet(
            "No pair was ticked.", expected=expected, misconception="no-order",
            why="There is more order than none: some of those pairs every group is given alike. Here are others.",
        )  # fmt: skip
    if wrong := ticked - ordered:
        return not_yet(
            f"{len(wrong)} of the {len(ticked)} that you ticked can come the other way around.",
            expected=expected, misconception="global-order",
            why="That one record was sent before another is not enough: a topic as a whole has no order. Here are other pairs.",
        )  # fmt: skip
    return not_yet(
        f"What you ticked was right, and {len(ordered - ticked)} more should have been.",
        expected=expected, misconception="left-out",
        why="How far apart two records are does not matter, nor what lies between them. Here are other pairs.",
    )  # fmt: skip
