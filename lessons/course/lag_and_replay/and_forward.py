from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, StepsFor, Verdict, WrongWay, done, not_begun, not_yet, submit
from lessons.course.lag_and_replay.memory import back_ever
from lessons.course.lag_and_replay.steps import FORWARD, READ, TOPIC, and_then, consume, moment_asked, times_in
from lessons.course.places import groups_at_the_end, not_readable, seen_in

EXPECTED = "a group that went back to your moment and has a lag of 0 again, and two numbers"


def typed(numbers: Callable[[int, int], tuple[int, int]]) -> StepsFor:
    """Steps: a group goes back and reads on, and then two numbers are typed, made of the moment's offset and the end."""

    def then(offset: int, end: int) -> list[Any]:
        again, following = numbers(offset, end)
        return [consume(), submit(FORWARD, again=again, following=following)]

    return and_then(then)


class TypedNumbers(BaseModel):
    again: int = Field(title="Trips that the group is given again", ge=0, lt=10**9)
    following: int = Field(title="The offset of the next new trip, after the replay", ge=0, lt=2**63)


class AndForward(Exercise):
    id = FORWARD
    reads_topics = (TOPIC,)
    reads_groups = True
    remembers = True
    title = "And forward again"
    points = 2
    todo = (
        "How many trips will the group be given from there to the end, and which offset will the next new trip get then? "
        "Work it out, let the group read on until its lag is 0, and see whether you were right."
    )
    hint = "Who sends anything in a replay?"
    solution: ClassVar = staticmethod(typed(lambda offset, end: (end - offset, end)))
    wrong_ways: ClassVar = [
        WrongWay([*READ, submit(FORWARD, again=1, following=9)], "not-back"),
        WrongWay(and_then(lambda offset, end: [submit(FORWARD, again=end - offset, following=end)]), "behind"),
        WrongWay(typed(lambda offset, end: (end - offset, end + end - offset)), "sent-again"),
        WrongWay(typed(lambda offset, end: (end, end)), "all-again"),
        WrongWay(typed(lambda offset, end: (end - offset - 1, end)), "one-off"),
        WrongWay(typed(lambda offset, end: (end - offset, end - 1)), "last-record"),
        WrongWay(typed(lambda offset, end: (99, end)), "other-number"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return TypedNumbers

    def observe(self, evidence: Evidence) -> Observation:
        """Where the topic begins and ends, the times of its first records, where this seat's groups are, to where they have
        gone back ([group, offset]), and what was typed."""
        seen = seen_in(evidence, TOPIC)
        return {
            **seen,
            "times": times_in(evidence) if "0" in seen["spans"] else [],
            "back": back_ever(evidence, seen),
            "typed": evidence.typed(self.id, "again", "following"),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        typed = observation["typed"]
        say = not_begun if typed is None else not_yet
        if verdict := not_readable(observation, TOPIC, expected=EXPECTED, say=say):
            return verdict
        asked = moment_asked(observation["times"], seed)
        went = {group for group, offset in observation["back"] if asked and offset == asked[0]}
        if asked is None or not went:
            return say(
                "No group of yours has gone back to your moment.", expected=EXPECTED, misconception="not-back",
                why="The exercise before this one comes first.",
            )  # fmt: skip
        there = [group for group in groups_at_the_end(observation) if group in went]
        if not there:
            return say(
                "The group that went back has not read on to the end.", expected=EXPECTED, misconception="behind"
            )
        offset, end = asked[0], observation["spans"].get("0", (0, 0))[1]
        where = f"Group {there[-1]} went back to {offset} and has a lag of 0 again"
        match typed:
            case [int(again), int(following)]:
                pass
            case _:
                return say(f"{where}. The two numbers were not typed yet.", expected=EXPECTED)
        if (again, following) == (end - offset, end):
            return done(f"{where}: {again} trips came again, and {TOPIC} still ends at {end}. A replay sends nothing.")
        name, why = _mistake(again, following, offset, end)
        return not_yet(f"{where}. The numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)


def _mistake(again: int, following: int, offset: int, end: int) -> tuple[str, str]:
    """What it looks like, and what to think of."""
    if following > end:
        return "sent-again", "Look at the offsets of the rows: are these new records, or the same ones?"
    if again == end and offset:
        return "all-again", "The group went back to its moment, and not to the beginning."
    if following == end - 1:
        return "last-record", "The next new trip gets the offset behind the last one."
    if abs(again - (end - offset)) == 1:
        return "one-off", "The first trip since the moment comes again as well. Count the rows."
    return "other-number", "Count the rows that the group was given after it had gone back."
