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

SIZES = (200, 250, 300, 400)  # bytes of an event on the disk, with all that belongs to it
RATES = (400, 500, 600, 800)  # events a second, day and night, on average
DAYS = (10, 14, 20, 30, 45)
COPIES = 3
DAY_S, GB = 86_400, 10**9
NEAR = 0.05  # so much of it more or less is right
EXPECTED = "how many GB the cluster needs for it, within 5 %"


def load_of(seed: str) -> tuple[int, int, int]:
    """(events a second, bytes of each, days that they are kept), for this seat."""
    return seeded_choice(RATES, seed), seeded_choice(SIZES, seed), seeded_choice(DAYS, seed)


def one_copy_gb(seed: str) -> float:
    """What one copy of everything needs."""
    rate, size_bytes, days = load_of(seed)
    return rate * size_bytes * days * DAY_S / GB


def typed(gb: Callable[[float], float]) -> StepsFor:
    """Steps: a number is typed that depends on what one copy needs."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield submit(Disk.id, gb=round(gb(one_copy_gb(seed))))

    return steps


class Disk(Exercise):
    """No cluster of a class can hold it, so this is worked out."""

    id = "design-it.disk"
    title = "What will it cost?"
    points = 1
    todo = (
        "How much disk do the ride events need on all brokers together? The lesson's page names how many come on average, "
        "how large they are and for how long they are kept; each partition has three copies."
    )
    hint = "A day has 86,400 seconds, and 1 GB is a billion bytes."
    solution: ClassVar = staticmethod(typed(lambda gb: COPIES * gb))
    wrong_ways: ClassVar = [
        WrongWay(typed(lambda gb: gb), "copies-forgotten"),
        WrongWay(typed(lambda gb: COPIES * gb / 1.3), ""),
        WrongWay(typed(lambda gb: 1000 * COPIES * gb), "unit"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        rate, size_bytes, days = load_of(seed)
        return (
            f"On average **{rate} events a second** come, day and night, of **{size_bytes} bytes** each on the disk, and they "
            f"are kept for **{days} days**. Each partition has three copies. How much disk do they need, on all brokers "
            "together?"
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        gb: Any = (int, Field(title="GB, on all brokers together", ge=0, lt=10**9))
        return create_model("Disk", gb=gb)

    def observe(self, evidence: Evidence) -> Observation:
        given = evidence.submitted(self.id)
        return {"gb": given.fields["answers"].get("gb") if given else None}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        gb, one_copy = observation["gb"], one_copy_gb(seed)
        if not isinstance(gb, int) or isinstance(gb, bool):
            return not_begun("Nothing was typed yet.", expected=EXPECTED)
        seen = f"{gb:,} GB were typed."
        if _is_near(gb, COPIES * one_copy):
            return done(f"About {gb:,} GB, in three copies: {one_copy:,.0f} GB each.")
        if _is_near(gb, one_copy):
            return not_yet(
                seen, expected=EXPECTED, misconception="copies-forgotten", why="So much is one copy of everything."
            )
        if any(_is_near(gb, COPIES * one_copy * factor) for factor in (0.001, 1000)):
            return not_yet(seen, expected=EXPECTED, misconception="unit", why="Check the unit: it is GB.")
        return not_yet(seen, expected=EXPECTED, why="Events a second, times bytes, times seconds, times copies.")


def _is_near(gb: int, wanted: float) -> bool:
    return abs(gb - wanted) <= max(1.0, NEAR * wanted)
