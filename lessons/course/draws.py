"""Questions that are drawn anew after each answer, so that a miss can't be corrected by trying the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessons.course.evidence import Evidence


def draw_now(evidence: Evidence, exercise_id: str) -> str:
    """What is asked now is drawn from the id of the last answer; empty before the first."""
    given = evidence.submissions(exercise_id)
    return given[-1].id if given else ""


def last_answer(evidence: Evidence, exercise_id: str, **fields: str) -> dict[str, Any]:
    """As JSON: the id of the last answer, the draw that it answered, and the fields of the answer by the names here. Empty, and
    None, where there is no answer."""
    given = evidence.submissions(exercise_id)
    answers: Mapping[str, Any] = given[-1].fields["answers"] if given else {}
    return {
        "answer_id": given[-1].id if given else "",
        "draw": given[-2].id if len(given) > 1 else "",
        **{name: answers.get(field) for name, field in fields.items()},
    }


def seen_of_last_answer(evidence: Evidence, exercise_id: str) -> list[Mapping[str, Any]]:
    """What checks have observed since the last answer."""
    draw = draw_now(evidence, exercise_id)
    return [each for each in evidence.earlier(exercise_id) if draw and each.get("answer_id") == draw]
