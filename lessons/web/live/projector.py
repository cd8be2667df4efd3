"""What the projector shows beside the feed: parts of the room, for everybody's eyes.

What is true of a prediction stays folded up, so that those who have not predicted yet can. Where names are hidden, who is
where is told by numbers, and the page has no names at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from lessons.classroom.models import Member
from lessons.classroom.overview import Overview
from lessons.web.live.room import PROGRESS_TABLE, SUMMARY, Part, RoomPage, Shown
from lessons.web.view_models.brokers import brokers_context


@dataclass(frozen=True)
class ExerciseCount:
    """How many students are where with one exercise that somebody has begun."""

    lesson: int
    exercise: str
    done: int
    trying: int
    stuck: int


def _counts(shown: Shown) -> dict[str, Any]:
    return {"counts": count_cells(shown.overview), "students": len(shown.overview.rows)}


def count_cells(overview: Overview) -> list[ExerciseCount]:
    exercises = [(lesson.number, exercise.title) for lesson in overview.lessons for exercise in lesson.exercises]
    columns = map(Counter, zip(*(row.cells for row in overview.rows), strict=True))
    counts = [
        ExerciseCount(number, title, cells["done"], cells["trying"], cells["stuck"])
        for (number, title), cells in zip(exercises, columns, strict=False)  # no columns without rows
    ]
    return [each for each in counts if each.done or each.trying or each.stuck]


def _brokers(shown: Shown) -> dict[str, Any]:
    """To be seen only: they are stopped in the room."""
    return {**brokers_context(shown.member, shown.snapshot), "is_offered": False}


COUNTS = Part("part-progress-counts", "room/_progress_counts.html", _counts)
PREDICTIONS = Part(
    "part-predictions",
    "room/_predictions.html",
    lambda shown: {"predictions": shown.overview.predictions, "truth_is_folded": True},
)
BROKERS = Part("part-broker-panel", "room/_broker_panel.html", _brokers, rests_on_brokers=True)


def shown_on_wall(*, names_hidden: bool) -> Sequence[Part]:
    return (SUMMARY, COUNTS if names_hidden else PROGRESS_TABLE, BROKERS, PREDICTIONS)


class ProjectorPage(RoomPage):
    """The projector of one member of staff."""

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        return cls(member, shown_on_wall(names_hidden=address.get("names") != "shown"))
