from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Say, Step, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.lag_and_replay.memory import back_now
from lessons.course.lag_and_replay.steps import (
    BACK,
    CREATE,
    READ,
    SEND,
    TOPIC,
    consume,
    moment_asked,
    set_to,
    times_in,
    went_back,
)
from lessons.course.places import not_readable, seen_in


def read_so_far(evidence: Evidence, seed: str) -> Iterator[Step]:
    """Steps: a new group reads up to the moment, and never further."""
    yield from (CREATE, SEND)
    offset, _moment = moment_asked(times_in(evidence), seed) or (1, "")
    yield consume(stop_after=offset)


class BackToAMoment(Exercise):
    """The cluster tells where a group is, and not where it was: that an act has told, or an earlier check."""

    id = BACK
    reads_topics = (TOPIC,)
    reads_groups = True
    remembers = True
    title = "Back to a moment"
    points = 2
    todo = (
        "The price list has been wrong since a moment that is yours alone (the lesson's page names it once your nine trips "
        "are there). Have a group that has read on past it go back to the first trip since that moment."
    )
    hint = "Can the group have a running consumer then? And in which time zone is the time that you typed?"
    solution: ClassVar = staticmethod(went_back())
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "empty-topic"),
        WrongWay([CREATE, SEND], "no-group"),
        WrongWay(READ, "not-back"),
        WrongWay([*READ, set_to(to="latest")], "not-back"),
        WrongWay([*READ, set_to(to="earliest")], "the-beginning"),
        WrongWay(went_back(-1), "one-before"),
        WrongWay(went_back(1), "one-after"),
        WrongWay(read_so_far, "read-so-far"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        known = [each["times"] for each in evidence.earlier(self.id) if each.get("times")]
        asked = moment_asked(known[-1], seed) if known else None
        if asked is None:
            return self.todo
        return (
            f"The price list has been wrong since **{asked[1]}**. Have a group that has read on past that moment go back to "
            "the first trip since then."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """Where the topic's partitions begin and end, the times of its first records, where this seat's groups are, and which
        of them have been further on in partition 0: `back`, [group, committed, furthest]. To the beginning the lesson itself
        sets one: that is no try."""
        seen = seen_in(evidence, TOPIC)
        return {
            **seen,
            "times": times_in(evidence) if "0" in seen["spans"] else [],
            "back": back_now(evidence, seen),
            "has_tried": any(act.fields.get("to") != "earliest" for act in evidence.acts("set-offset", topic=TOPIC)),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        asked = moment_asked(observation["times"], seed)
        moment = "your moment" if asked is None else asked[1]
        expected = f"a group that had read on past {moment}, and is back at the first trip since then"
        say = not_yet if _is_begun(observation) else not_begun
        if verdict := not_readable(observation, TOPIC, expected=expected, say=say):
            return verdict
        if asked is None:
            return say(
                f"The trips in {TOPIC} have too few different times.", expected=expected, misconception="empty-topic",
                why="Send the nine by the form of this lesson, which pauses between them: then each has a time of its own.",
            )  # fmt: skip
        exact = [each for each in observation["back"] if each[1] == asked[0]]
        if not exact:
            return _elsewhere(observation, asked[0], say, expected=expected)
        group, offset, furthest = exact[-1]
        return done(f"Group {group} had read on to {furthest}. It is back at {offset}, the first trip since {moment}.")


def _is_begun(observation: Observation) -> bool:
    return bool(observation["has_tried"]) or any(
        committed > _earliest(observation) for _, committed, _ in observation["back"]
    )


def _earliest(observation: Observation) -> int:
    return int(observation["spans"].get("0", (0, 0))[0])


def _elsewhere(observation: Observation, offset: int, say: Say, *, expected: str) -> Verdict:
    """No group has gone back to that offset."""
    places, back = observation["places"], observation["back"]
    so_far = [each["group"] for each in places if (each["partition"], each["committed"]) == (0, offset)]
    if so_far:
        return not_yet(
            f"Group {so_far[-1]} is at the moment. That it has ever been further on is not known.", expected=expected,
            misconception="read-so-far",
            why="It is to go back: let a group read to the end first, and set its offset then.",
        )  # fmt: skip
    if not back:
        return say(
            "No group of yours has gone back.", expected=expected, misconception="not-back",
            why="Let one read to the end and stop; then set its offset to the moment. A time in the future is the end.",
        )  # fmt: skip
    group, committed, _furthest_on = back[-1]
    name, why = _mistake(committed, offset, _earliest(observation))
    return say(f"Group {group} has gone back to offset {committed}.", expected=expected, misconception=name, why=why)


def _mistake(committed: int, offset: int, earliest: int) -> tuple[str, str]:
    """What it looks like that a group has gone back to another place."""
    if committed == earliest:
        return "the-beginning", "Trips from before the moment had the right price. Was it the right time, in UTC?"
    if committed == offset - 1:
        return "one-before", "That trip ended before the moment, and its price was right."
    if committed == offset + 1:
        return "one-after", "A trip with the wrong price is left out: a committed offset is that of the next record."
    return "other-moment", "Set it by the time, and Kafka looks up the offset."
