from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

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
from lessons.course.outages import outage
from lessons.course.seeded import seeded_choice
from lessons.course.what_delivered_means.steps import CREATE, FIRST, REFUSED, TOPIC, demand, send

PAIRS = [f"{copies} {demanded}" for copies in range(4, 8) for demanded in range(2, copies - 1)]
EXPECTED = f"a receipt that was refused because {TOPIC} had too few copies in sync, and the two numbers"
REFUSE = [demand(3), send("receipt 3", acks="all", retries=0)]


def asked(seed: str) -> tuple[int, int]:
    """Replicas of the question's topic, and how many of them are demanded."""
    copies, demanded = map(int, seeded_choice(PAIRS, seed).split())
    return copies, demanded


def typed(answer: Callable[[int, int], tuple[int, int]]) -> StepsFor:
    """Steps: a record is refused, and then both numbers are typed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield CREATE
        yield FIRST
        yield from outage(evidence, TOPIC, meanwhile=REFUSE)
        away, lost = answer(*asked(seed))
        yield submit(WhatItTakes.id, away=away, lost=lost)

    return steps


class WhatItTakes(Exercise):
    """Kafka keeps no trace of what it refused, so the act that was told so is the evidence."""

    id = "what-delivered-means.what-it-takes"
    title = "What it takes"
    points = 2
    todo = f"Have a receipt refused because too few copies of `{TOPIC}` are in sync. Then reckon with more of them."
    hint = "Sending goes on as long as enough copies are left. How many copies has a record that was acknowledged, at least?"
    solution: ClassVar = staticmethod(typed(lambda copies, demanded: (copies - demanded, demanded - 1)))
    wrong_ways: ClassVar = [
        WrongWay([CREATE, FIRST, submit(id, away=1, lost=1)], "never-refused"),
        WrongWay(typed(lambda copies, demanded: (copies - 1, demanded - 1)), "one-is-enough"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        copies, demanded = asked(seed)
        title = f"A topic with {copies} replicas and min.insync.replicas={demanded}."
        away: Any = (
            int,
            Field(
                title=f"{title} Brokers that may be away, and a record sent with acks=all is still taken", ge=0, lt=100
            ),
        )
        lost: Any = (
            int,
            Field(
                title="Brokers that may be lost for good, and no acknowledged record is, even in the worst case",
                ge=0,
                lt=100,
            ),
        )
        return create_model("WhatItTakes", away=away, lost=lost)

    def observe(self, evidence: Evidence) -> Observation:
        """Whether one of the seat's records was refused so, and what was typed."""
        reports = [
            report.get("error")
            for act in evidence.acts("produce", topic=TOPIC)
            for report in act.data.get("deliveries", ())
        ]
        return {
            "was_refused": REFUSED in reports,
            "typed": evidence.typed(self.id, "away", "lost"),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        numbers, was_refused = observation["typed"], observation["was_refused"]
        say = not_begun if numbers is None else not_yet
        if not was_refused:
            return say(
                f"No record that you sent to {TOPIC} by a form of this app was refused with {REFUSED}.", expected=EXPECTED,
                misconception="never-refused", why="Demand more copies than are in sync, and send with acks=all and retries=0.",
            )  # fmt: skip
        where = f"A record for {TOPIC} was refused with {REFUSED}"
        match numbers:
            case [int(away), int(lost)]:
                return _numbers(away, lost, *asked(seed), where=where)
            case _:
                return say(f"{where}. The two numbers were not typed yet.", expected=EXPECTED)


def _numbers(away: int, lost: int, copies: int, demanded: int, *, where: str) -> Verdict:
    if (away, lost) == (copies - demanded, demanded - 1):
        return done(
            f"{where}. Of {copies} copies {away} may be away, and what was acknowledged is on {demanded} at least."
        )
    if away == copies - 1:
        name, why = "one-is-enough", "How many copies have to be in sync, so that a record is taken?"
    elif lost == copies - 1:
        name, why = "all-have-it", "Think of the worst case: on how many brokers is a record when it is acknowledged?"
    else:
        name, why = "other-number", "How many of the copies are left when so many brokers are away, or lost?"
    return not_yet(f"{where}. The two numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)
