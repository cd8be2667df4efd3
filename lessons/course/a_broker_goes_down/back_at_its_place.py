from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.a_broker_goes_down.steps import CREATE, ELECT, OF_A_SEAT, SEND, TOPIC, outage
from lessons.course.copies import has_gap, in_words, is_led_as_preferred, not_ready, seen_in
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

COPIES = range(3, 8)
EXPECTED = f"{TOPIC} led by another broker, then by its preferred one again with three in sync, and the two numbers"


def typed(answer: Callable[[int], tuple[int, int]]) -> StepsFor:
    """Steps: an outage, an election, and both numbers are typed. Without one it would be led as before a few seconds later."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from outage(evidence)
        yield ELECT
        losses, readers = answer(asked(seed))
        yield submit(BackAtItsPlace.id, losses=losses, readers=readers)

    return steps


def asked(seed: str) -> int:
    """Replicas of the question's topic."""
    return seeded_choice(COPIES, seed)


class BackAtItsPlace(Exercise):
    id = "a-broker-goes-down.back-at-its-place"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Back at its place"
    points = 2
    todo = (
        f"Have `{TOPIC}` led by another broker while its own is away, and by its preferred leader again when all is well. Then "
        "say what copies are good for."
    )
    hint = "The preferred leader is the first in the list of replicas. Who serves the reads of a partition?"
    solution: ClassVar = staticmethod(typed(lambda copies: (copies - 1, 1)))
    wrong_ways: ClassVar = [
        WrongWay([CREATE, SEND, submit(id, losses=2, readers=1)], "never-away"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        copies = asked(seed)
        title = f"A partition has {copies} replicas, all in sync, and all have acknowledged a record."
        losses: Any = (int, Field(title=f"{title} So many brokers may be lost, and the record is not", ge=0, lt=100))
        readers: Any = (int, Field(title="Brokers from which its consumers read, as a rule", ge=0, lt=100))
        return create_model("BackAtItsPlace", losses=losses, readers=readers)

    def observe(self, evidence: Evidence) -> Observation:
        """How the partition stood at each check, and what was typed."""
        return {
            **seen_in(evidence, self.id, TOPIC, values_of_a_seat=OF_A_SEAT),
            "typed": evidence.typed(self.id, "losses", "readers"),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        numbers, states = observation["typed"], observation["states"]
        say = not_begun if numbers is None else not_yet
        if verdict := not_ready(observation, TOPIC, expected=EXPECTED, say=say):
            return verdict
        now = states[-1]
        where = in_words(now)
        if not any(each["leader"] is not None and not is_led_as_preferred(each) for each in states):
            return say(
                f"{where} No other one was seen to lead it.", expected=EXPECTED, misconception="never-away",
                why="It counts when the broker that leads is stopped, while this page is open.",
            )  # fmt: skip
        if has_gap(now) or not is_led_as_preferred(now):
            why = "Start the broker that is down." if has_gap(now) else "Have the preferred leader elected."
            return say(
                f"{where} The preferred leader is broker {now['replicas'][0]}.", expected=EXPECTED,
                misconception="leads-elsewhere", why=why,
            )  # fmt: skip
        match numbers:
            case [int(losses), int(readers)]:
                return _numbers(losses, readers, asked(seed), where=where)
            case _:
                return not_yet(f"{where} The two numbers were not typed yet.", expected=EXPECTED)


def _numbers(losses: int, readers: int, copies: int, *, where: str) -> Verdict:
    if (losses, readers) == (copies - 1, 1):
        return done(
            f"{where} Of {copies} copies, {losses} may be lost, and as a rule all reads go to the one that leads."
        )
    if losses == copies:
        name, why = "no-copy-needed", "From which copy would the record be read then?"
    elif readers == copies:
        name, why = "copies-serve-reads", "Through which broker do all reads of a partition go?"
    else:
        name, why = "other-number", "One copy is enough to keep a record. And how many brokers lead a partition?"
    return not_yet(f"{where} The two numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)
