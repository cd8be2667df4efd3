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
from lessons.course.seeded import seeded_choice

SIZES = range(17, 60)  # more than the form is filled in with: the answer is not on the page


def size_asked(seed: str) -> int:
    """How many records the queue holds, for this seat."""
    return seeded_choice(SIZES, seed)


def typed(records: Callable[[int], int], *, lost: int = 0) -> StepsFor:
    """Steps: this many records are typed for a queue of the size that is asked for."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield submit(QueueFull.id, records=records(size_asked(seed)), lost=lost)

    return steps


class QueueFull(Exercise):
    """Nothing on the cluster tells of a queue that was full: it is in the memory of a program. So this asks for what one
    knows after such an experiment, by whatever program, for a size that is the seat's own."""

    id = "producing.queue-full"
    version = 2  # typed
    title = "A full queue"
    points = 2
    todo = (
        "Think it through before you try it: a program's queue holds a certain number of records, and its loop never calls "
        "`poll()` unless the queue is full. Then, as above, it calls `poll()` and tries the same record again."
    )
    hint = "Try it with small numbers: a queue of 5, and 4, 5, 6 or 12 records. When does a record free its place?"
    solution: ClassVar = staticmethod(typed(lambda size: size + 1))
    wrong_ways: ClassVar = [
        WrongWay(typed(lambda size: size), "room-for-all"),
        WrongWay(typed(lambda size: size - 1), "room-for-all"),
        WrongWay(typed(lambda size: 2 * size), "not-the-smallest"),
        WrongWay(typed(lambda size: size + 1, lost=1), "refused-is-not-lost"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        size = size_asked(seed)
        records: Any = (
            int,
            Field(title=f"The queue holds {size}. With how many records at least is it full for one?", ge=0, lt=10**9),
        )
        lost: Any = (int, Field(title="And how many of these records are lost?", ge=0, lt=10**9))
        return create_model("QueueFull", records=records, lost=lost)

    def observe(self, evidence: Evidence) -> Observation:
        """What was typed last, and how often this seat has filled a queue with the form."""
        return {
            "typed": evidence.typed(self.id, "records", "lost"),
            "fills": [[act.fields["queue_size"], act.fields["count"]] for act in evidence.acts("fill-queue")],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        size = size_asked(seed)
        match observation["typed"]:
            case [int(records), int(lost)]:
                pass
            case _:
                return not_begun("Nothing was typed yet.", expected=EXPECTED)
        if records <= size:
            return not_yet(
                f"{records} records have room in a queue of {size}.", expected=EXPECTED, misconception="room-for-all",
                why="A record keeps its place until its report is served, and this loop serves none before it has to.",
            )  # fmt: skip
        if records > size + 1:
            return not_yet(
                f"With {records} records the queue of {size} is full for one, and with fewer as well.", expected=EXPECTED,
                misconception="not-the-smallest", why="Which is the first record that finds no room?",
            )  # fmt: skip
        if lost:
            return not_yet(
                f"With {records} records a queue of {size} is full for the last one. But it is not lost.",
                expected=EXPECTED, misconception="refused-is-not-lost",
                why="A record that was refused is still in the program's hands: it tries the same record again.",
            )  # fmt: skip
        return done(
            f"Record {records} is the first that finds a queue of {size} full. It gets in after poll(), and none is lost."
        )


EXPECTED = "the smallest number of records for which the queue is full once, and how many of them are lost"
