from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from lessons.course.compaction_and_tombstones.states import REPORTS, TOPIC, not_ready, topic_now
from lessons.course.compaction_and_tombstones.steps import CREATE, NOT_COMPACTED, SEND, state_is, tombstone
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.seeded import seeded_choice

BIKES = tuple(sorted({bike for bike, _ in REPORTS}))
STATES = ("needs air", "lamp broken", "brake worn", "chain off")
WORDS_FOR_NULL = frozenset({"null", "none", "nil"})


def asked(seed: str) -> tuple[str, str, str]:
    """(a bike, its newest state, the bike that is scrapped), for this seat."""
    bike = seeded_choice(BIKES, seed)
    scrapped = seeded_choice([each for each in BIKES if each != bike], seed)
    return bike, seeded_choice(STATES, seed), scrapped


def sent(*steps_of: Callable[[str, str, str], Step]) -> StepsFor:
    """Steps: the nine, and then some that depend on what is asked for."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield CREATE
        yield SEND
        for step in steps_of:
            yield step(*asked(seed))

    return steps


def right_state(bike: str, state: str, scrapped: str) -> Step:
    return state_is(bike, state)


class NewestAndNone(Exercise):
    id = "compaction-and-tombstones.newest-and-none"
    reads_topics = (TOPIC,)
    title = "One is broken, one is gone"
    points = 2
    todo = (
        f"One of the bikes has a new state, and another one is scrapped (the lesson's page names them). Tell `{TOPIC}` both, "
        "so that no reader takes the scrapped one for a bike, however much later."
    )
    hint = "A value can be a text, even an empty one, or it can be missing altogether."
    solution: ClassVar = staticmethod(sent(right_state, lambda bike, state, scrapped: tombstone(scrapped)))
    wrong_ways: ClassVar = [
        WrongWay([NOT_COMPACTED, SEND], "not-compacted"),
        WrongWay([CREATE], "missing"),
        WrongWay([CREATE, SEND], "still-there"),
        WrongWay(sent(right_state), "still-there"),
        WrongWay(sent(right_state, lambda bike, state, scrapped: state_is(scrapped, "")), "empty-is-not-null"),
        WrongWay(sent(right_state, lambda bike, state, scrapped: state_is(scrapped, "null")), "word-is-not-null"),
        WrongWay(sent(lambda bike, state, scrapped: tombstone(scrapped)), "other-state"),
        WrongWay(sent(right_state, lambda bike, state, scrapped: tombstone(bike)), "wrong-bike"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        bike, state, scrapped = asked(seed)
        return (
            f"The newest state of **{bike}** is “**{state}**”, and **{scrapped}** is scrapped. Tell `{TOPIC}` both, so that no "
            f"reader takes {scrapped} for a bike, however much later."
        )

    def observe(self, evidence: Evidence) -> Observation:
        return topic_now(evidence)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        bike, state, scrapped = asked(seed)
        expected = f"the newest record of {bike} says “{state}”, and that of {scrapped} says that there is no such bike"
        if verdict := not_ready(observation, expected=expected):
            return verdict
        newest = observation["newest"]
        if bike not in newest or scrapped not in newest:
            lacking = bike if bike not in newest else scrapped
            return not_begun(
                f"{TOPIC} has no record of {lacking}.", expected=expected, misconception="missing",
                why="Send the nine records of this page first.",
            )  # fmt: skip
        is_begun = any(newest[each] not in {said for _, said in REPORTS} for each in (bike, scrapped))
        return (
            _of_the_broken(newest[bike], bike, state, is_begun=is_begun, expected=expected)
            or _of_the_scrapped(newest[scrapped], scrapped, expected=expected)
            or done(f"The newest record of {bike} says “{state}”, and that of {scrapped} is a tombstone.")
        )


def _of_the_broken(value: str | None, bike: str, state: str, *, is_begun: bool, expected: str) -> Verdict | None:
    if value is None:
        return not_yet(
            f"The newest record of {bike} is a tombstone.", expected=expected, misconception="wrong-bike",
            why="That one is still a bike. Send its state once more: what is newer wins.",
        )  # fmt: skip
    if value.strip() == state:
        return None
    say = not_yet if is_begun else not_begun
    return say(
        f"The newest record of {bike} says “{value[:20]}”.", expected=expected,
        misconception="other-state" if is_begun else "still-there",
        why="Send its new state, with the bike as the key.",
    )  # fmt: skip


def _of_the_scrapped(value: str | None, bike: str, *, expected: str) -> Verdict | None:
    if value is None:
        return None
    seen = f"The newest record of {bike} has the value “{value[:20]}”."
    if not value:
        return not_yet(
            f"The newest record of {bike} has an empty value.", expected=expected, misconception="empty-is-not-null",
            why="An empty value is a value like any other, of no bytes. A tombstone has none: its value is null.",
        )  # fmt: skip
    if value.strip().lower() in WORDS_FOR_NULL:
        return not_yet(
            seen, expected=expected, misconception="word-is-not-null",
            why="That is a word of some letters. A tombstone has no value at all.",
        )  # fmt: skip
    return not_yet(
        seen, expected=expected, misconception="still-there", why="A record that says that the key is gone is missing."
    )
