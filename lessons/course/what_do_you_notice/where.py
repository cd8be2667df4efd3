from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_yet, submit
from lessons.course.what_do_you_notice.sent import (
    CREATE,
    CREATE_WITH_ONE,
    SEND,
    SEND_TO_ONE,
    TOPIC,
    WANTED,
    Places,
    answers_since,
    not_ready,
    seeded_value,
    send_until,
    sent_nine,
)


def typed(
    place: Callable[[Places, str], list[int]], *, suits: Callable[[Places, str], bool] = lambda places, value: True
) -> StepsFor:
    """Steps: nine records are sent that suit, and then this place is typed for the seeded value."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        value = seeded_value(seed)
        yield from send_until(evidence, lambda places: suits(places, value))
        partition, offset = place(sent_nine(evidence)["places"], value)
        yield submit(Where.id, partition=partition, offset=offset)

    return steps


def an_earlier_one(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from send_until(evidence)
    partition, offset = sent_nine(evidence)["places"][seeded_value(seed)]
    yield SEND
    yield from send_until(evidence)
    yield submit(Where.id, partition=partition, offset=offset)


def another_value(places: Places, value: str) -> list[int]:
    """The place of one of the others that looks like no other mistake."""
    near = (int(value), int(value) - 1)
    others: Iterable[list[int]] = (place for each, place in places.items() if each != value)
    return next(place for place in others if place[1] not in near and place[::-1] != places[value])


class Where(Exercise):
    id = "what-do-you-notice.where"
    reads_topics = (TOPIC,)
    title = "Where is it?"
    points = 2
    todo = "Of the nine records that you sent last, one is asked for here: in which partition is it, at which offset?"
    hint = (
        "The delivery reports are in the order of sending. A consumer shows partition, offset and value side by side."
    )
    solution: ClassVar = staticmethod(typed(lambda places, value: places[value]))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "not-sent"),
        WrongWay([CREATE_WITH_ONE], "one-partition-topic"),
        WrongWay([CREATE, SEND_TO_ONE], "one-partition"),
        WrongWay(an_earlier_one, "earlier-batch"),
        WrongWay(
            typed(
                lambda places, value: places[value][::-1],
                suits=lambda places, value: places[value][0] != places[value][1],
            ),
            "swapped",
        ),
        WrongWay(
            typed(
                lambda places, value: [places[value][0], int(value)],
                suits=lambda places, value: places[value][1] != int(value),
            ),
            "offset-is-value",
        ),
        WrongWay(typed(another_value), "other-value"),
        WrongWay(typed(lambda places, value: [0, 999]), "no-record"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        value = seeded_value(seed)
        partition: Any = (int, Field(title=f"Partition of {value}", ge=0, lt=2**31))
        offset: Any = (int, Field(title=f"Offset of {value}", ge=0, lt=2**63))
        return create_model("Where", partition=partition, offset=offset)

    def observe(self, evidence: Evidence) -> Observation:
        """The last nine by their delivery reports; once something was typed, what stands at these places now."""
        topic, nine = evidence.topic(TOPIC), sent_nine(evidence)
        place = _place(answers_since(evidence, self.id, nine))
        ids = {partition.id for partition in topic.partitions} if topic else set()
        stored: dict[tuple[int, int], str] = {}
        if place:
            places = [tuple(each) for each in nine["places"].values()]
            for partition in ids:
                here = [offset for each, offset in {*places, place} if each == partition]
                found = evidence.values_at(TOPIC, partition, here)
                stored |= {(partition, offset): value for offset, value in found.items()}
        return {
            "partitions": len(ids) if topic else None,
            "nine": nine,
            "typed": list(place) if place else None,
            "stored": [[partition, offset, value] for (partition, offset), value in stored.items()],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        value = seeded_value(seed)
        expected = f"the partition and the offset of {value}, of the nine that you sent last"
        if verdict := not_ready(observation, expected=expected):
            return verdict
        if observation["typed"] is None:
            return not_yet("Nothing was typed since you sent.", expected=expected)
        places = observation["nine"]["places"]
        stored = {(partition, offset): held for partition, offset, held in observation["stored"]}
        if any(stored.get(tuple(places[each])) != each for each in WANTED):
            return not_yet(
                "The nine that you sent last are not there any more.", expected=expected, misconception="gone",
                why=f"Perhaps {TOPIC} was deleted and created anew. Send 1 to 9 once more.",
            )  # fmt: skip
        partition, offset = observation["typed"]
        if [partition, offset] == places[value]:
            return done(f"The {value} that you sent last is at {TOPIC} [{partition}] @ {offset}.")
        misconception, why = self._mistake(value, places[value], partition, offset, stored.get((partition, offset)))
        return not_yet(
            f"{TOPIC} [{partition}] @ {offset} is not it.", expected=expected, misconception=misconception, why=why
        )

    def _mistake(self, value: str, right: list[int], partition: int, offset: int, held: str | None) -> tuple[str, str]:
        """What it looks like, and why it is wrong. `held` is what stands at the typed place, if anything."""
        if held == value:
            return "earlier-batch", f"That is a {value}, but one that you sent earlier."
        if [offset, partition] == right:
            return "swapped", "A report has the partition in brackets and the offset after the @: not the other way."
        if offset in (int(value), int(value) - 1):
            return "offset-is-value", (
                "An offset does not count what was sent. Each partition counts its own records, whatever they hold."
            )
        if held is not None:
            return "other-value", f"The record at that place holds {held[:20]}."
        return "no-record", "There is no record at that place."


def _place(answers: Any) -> tuple[int, int] | None:
    """What was typed, as (partition, offset)."""
    match answers:
        case {"partition": int(partition), "offset": int(offset)} if partition >= 0 and offset >= 0:
            return partition, offset
        case _:
            return None
