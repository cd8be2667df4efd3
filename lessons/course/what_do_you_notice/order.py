from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, create_model

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_yet, submit
from lessons.course.what_do_you_notice.sent import (
    CREATE,
    SEND_TO_ONE,
    TOPIC,
    answers_since,
    is_spread,
    not_ready,
    pairs_asked,
    send_until,
    sent_nine,
)


def marked(choose: Callable[[dict[str, bool]], list[str]]) -> StepsFor:
    """Steps: nine records are sent, and then these of the pairs are marked."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from send_until(evidence)
        yield submit(Order.id, ordered=choose(pairs_asked(sent_nine(evidence)["places"], seed)))

    return steps


def together(pairs: dict[str, bool]) -> list[str]:
    return [label for label, in_one_partition in pairs.items() if in_one_partition]


class Order(Exercise):
    id = "what-do-you-notice.order"
    reads_topics = (TOPIC,)
    title = "What is ordered?"
    points = 2
    todo = (
        "Here are pairs of the nine records that you sent last. Tick those whose order Kafka promises to every "
        "consumer of the topic. (They appear once both partitions hold some of the nine.)"
    )
    hint = "Look up where each of the two is: the delivery reports say it, and so does the consumer."
    solution: ClassVar = staticmethod(marked(together))
    wrong_ways: ClassVar = [
        WrongWay([CREATE, SEND_TO_ONE], "one-partition"),
        WrongWay(marked(list), "global-order"),
        WrongWay(marked(lambda pairs: []), "no-order"),
        WrongWay(marked(lambda pairs: together(pairs)[1:]), "left-out"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        nine = sent_nine(evidence)
        if not nine or not is_spread(nine["places"]):
            return None
        one_of: Any = Literal[tuple(pairs_asked(nine["places"], seed))]
        return create_model("Order", ordered=(list[one_of], Field([], title="Always in this order")))

    def observe(self, evidence: Evidence) -> Observation:
        topic, nine = evidence.topic(TOPIC), sent_nine(evidence)
        answers = answers_since(evidence, self.id, nine)
        return {
            "partitions": len(topic.partitions) if topic else None,
            "nine": nine,
            "marked": None if answers is None else answers.get("ordered"),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "a tick at each pair that Kafka keeps in order, and at no other"
        if verdict := not_ready(observation, expected=expected):
            return verdict
        if not isinstance(observation["marked"], list):
            return not_yet("Nothing was marked since you sent.", expected=expected)
        ordered = set(together(pairs_asked(observation["nine"]["places"], seed)))
        ticked = set(observation["marked"])
        if ticked == ordered:
            return done(f"Kafka keeps {' and '.join(sorted(ordered))}: each of these pairs is in one partition.")
        if not ticked:
            return not_yet(
                "No pair is ticked.", expected=expected, misconception="no-order",
                why="There is more order than none: some of these pairs every consumer is given alike.",
            )  # fmt: skip
        if wrong := ticked - ordered:
            return not_yet(
                f"{len(wrong)} of the {len(ticked)} that you ticked can come the other way around.",
                expected=expected, misconception="global-order",
                why="That one record was sent before another is not enough: a topic as a whole has no order.",
            )  # fmt: skip
        return not_yet(
            f"What you ticked is right. {len(ordered - ticked)} more should be.",
            expected=expected, misconception="left-out",
            why="How far apart two records are does not matter, nor what lies between them.",
        )  # fmt: skip
