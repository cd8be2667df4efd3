from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
from lessons.course.seeded import seeded_choice
from lessons.course.what_do_you_notice.sent import (
    CREATE,
    CREATE_WITH_ONE,
    SEND_TO_ONE,
    TOPIC,
    WANTED,
    Places,
    not_ready,
    places_of,
    seen_of,
    send_until,
)

ASKED = WANTED[3:]  # 4 to 9: of these the offset is hardly ever the value, or one less


def value_asked(seed: str) -> str:
    """Which of the nine this seat is asked for."""
    return seeded_choice(ASKED, seed)


def typed(
    place: Callable[[Places, str], list[int]], *, suits: Callable[[Places, str], bool] = lambda places, value: True
) -> StepsFor:
    """Steps: nine records are sent that suit, and then this place is typed for the seeded value."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        value = value_asked(seed)
        yield from send_until(evidence, lambda places: suits(places, value))
        partition, offset = place(places_of(evidence), value)
        yield submit(Where.id, partition=partition, offset=offset)

    return steps


def an_earlier_one(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from send_until(evidence)
    partition, offset = places_of(evidence)[value_asked(seed)]
    yield from send_until(evidence)
    yield submit(Where.id, partition=partition, offset=offset)


def another_value(places: Places, value: str) -> list[int]:
    """The place of one of the others that looks like no other mistake."""
    near = (int(value), int(value) - 1)
    others: Iterable[list[int]] = (place for each, place in places.items() if each != value)
    return next(place for place in others if place[1] not in near and place[::-1] != places[value])


class Where(Exercise):
    id = "what-do-you-notice.where"
    version = 2  # what stands in the topic, whoever sent it
    reads_topics = (TOPIC,)
    title = "Where is it?"
    points = 2
    todo = f"One of the values is asked for here. In which partition of `{TOPIC}` is its newest record, and at which offset?"
    hint = "A delivery report names value, partition and offset, and so does each row of a consumer."
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
        value = value_asked(seed)
        partition: Any = (int, Field(title=f"Partition of {value}", ge=0, lt=2**31))
        offset: Any = (int, Field(title=f"Offset of {value}", ge=0, lt=2**63))
        return create_model("Where", partition=partition, offset=offset)

    def observe(self, evidence: Evidence) -> Observation:
        """Where the newest of the nine are, and once a place was typed, what stands there."""
        seen, given = seen_of(evidence), evidence.submitted(self.id)
        place = _place(given.fields["answers"] if given else None)
        held: str | None = None
        if place and seen["partitions"] is not None and place[0] < seen["partitions"]:
            held = evidence.values_at(TOPIC, place[0], [place[1]]).get(place[1])
        return {**seen, "typed": list(place) if place else None, "held": held}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        value = value_asked(seed)
        expected = f"the partition and the offset of the newest {value} in {TOPIC}"
        if verdict := not_ready(observation, expected=expected):
            return verdict
        if observation["typed"] is None:
            return not_begun("Nothing was typed yet.", expected=expected)
        right, (partition, offset) = observation["places"][value], observation["typed"]
        if [partition, offset] == right:
            return done(f"The newest {value} is at {TOPIC} [{partition}] @ {offset}.")
        misconception, why = _mistake(value, right, partition, offset, observation["held"])
        return not_yet(
            f"{TOPIC} [{partition}] @ {offset} is not it.", expected=expected, misconception=misconception, why=why
        )


def _mistake(value: str, right: list[int], partition: int, offset: int, held: str | None) -> tuple[str, str]:
    """What it looks like, and why it is wrong. `held` is what stands at the typed place, if anything."""
    if held == value:
        return "earlier-batch", f"That is a {value}, but an older one: it was sent again since."
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
