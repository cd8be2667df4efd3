"""Lessons as notebooks, and what a person did as a notebook and as a shell script.

Why it is so
------------
The code in a notebook is that of the page, with the class's real addresses and names, since a copy that had to be
changed first would teach less. A notebook is run from top to bottom, though: so a consumer ends by itself, and a topic
that is there already is said and stops nothing (`Action.cell`). What was refused in a session stands in comments.

The JSON is ours: a notebook of format 4.5 is a few keys, and nbformat would bring ten packages for them. The tests
validate it with nbformat and run it with nbclient.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from pydantic import ValidationError

from lessons.classroom.models import Act
from lessons.classroom.perform import action_of
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, Where
from lessons.course.exercise import Exercise
from lessons.course.loader import Block, Lesson


@dataclass(frozen=True)
class Cell:
    kind: Literal["markdown", "code"]
    source: str


def as_ipynb(cells: Iterable[Cell]) -> str:
    """The cells as a file of format 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html."""
    notebook = {
        "cells": [_as_json(cell, number) for number, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1) + "\n"


def _as_json(cell: Cell, number: int) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": f"cell-{number}",
        "cell_type": cell.kind,
        "metadata": {},
        "source": cell.source.rstrip("\n"),
    }
    return shown if cell.kind == "markdown" else {**shown, "execution_count": None, "outputs": []}


def lesson_cells(lesson: Lesson, place: Where, *, page_url: str) -> Iterator[Cell]:
    yield Cell("markdown", f"# {lesson.title}\n\nLesson {lesson.number}: {lesson.summary}\n\n{_needed(place)}")
    first = lesson.notebook[0] if lesson.notebook else None
    if first and first.kind == "cell":
        yield Cell("markdown", "Earlier lessons made what this one needs. What is missing is made here.")
    for block in lesson.notebook:
        yield _lesson_cell(lesson, block, place, page_url)


def _needed(place: Where) -> str:
    return (
        "This notebook runs on the class's machine, where the brokers "
        f"`{place.bootstrap_servers}` are, once the client is installed:\n\n"
        "```\npip install confluent-kafka\n```\n\n"
        f"On the cluster each of your names begins with `{place.namespace.prefix}`."
    )


def _lesson_cell(lesson: Lesson, block: Block, place: Where, page_url: str) -> Cell:
    match block.kind:
        case "text":
            return Cell("markdown", block.markdown)
        case "figure":
            return Cell("markdown", f"*There is a drawing here on [the lesson's page]({page_url}).*")
        case "exercise":
            exercise = next(e for e in lesson.exercises if e.id.partition(".")[2] == block.name)
            return Cell("markdown", _exercise_text(exercise, page_url))
        case _:
            return Cell("code", _act_code(block, place))


def _exercise_text(exercise: Exercise, page_url: str) -> str:
    checked = f"*It is checked on [the lesson's page]({page_url}).*"
    return f"### Exercise: {exercise.title}\n\n{exercise.todo}\n\n{checked}"


def _act_code(block: Block, place: Where) -> str:
    made_up = {"group_id": f"group-{uuid4()}"} if block.name == "consume" else {}
    action = ACTIONS[block.name].model_validate({**made_up, **(block.fields or {})})
    if _is_to_be_filled_in(action):
        return "# Fill in the name, and take the # away.\n" + commented(action.cell(place))
    return action.cell(place)


def _is_to_be_filled_in(action: Action) -> bool:
    """Whether a name is left open, for the learner to type."""
    required = [name for name, field in type(action).model_fields.items() if field.is_required()]
    return any(getattr(action, name) == "" for name in required)


def session_cells(acts: Iterable[Act], place: Where) -> Iterator[Cell]:
    """What was done, an act a cell. `acts` are settled, and in their order."""
    title = "# My session\n\nWhat you did, oldest first. To run it is to do it again."
    yield Cell("markdown", f"{title}\n\n{_needed(place)}")
    for act in acts:
        action = _described(act)
        code = action.cell(place) if action else ""
        yield Cell("code", _told(act, action) + _done_or_commented(act, code))


def session_script(acts: Iterable[Act], place: Where) -> str:
    """The same by Kafka's command line, for `sh`."""
    head = (
        "#!/bin/sh\n# What you did, oldest first. To run it is to do it again: on the class's machine, where the brokers\n"
        f"# {place.bootstrap_servers} are, with Kafka's bin folder in the PATH.\n"
    )
    parts = [head]
    for act in acts:
        action = _described(act)
        code = action.script(place) if action else ""
        parts.append(_told(act, action) + _done_or_commented(act, code))
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _described(act: Act) -> Action | None:
    """None for an act of an older version of the app, whose description is another one by now."""
    try:
        return action_of(act)
    except (KeyError, ValidationError):
        return None


def _told(act: Act, action: Action | None) -> str:
    """When, what, and what came of it, as comments."""
    lines = f"{act.started_at:%Y-%m-%d %H:%M:%S} UTC · {act.told}\n"
    if action is None:
        lines += "left out: this version of the app describes such an act in another way\n"
    outcome = Act.State(act.state).label.capitalize()
    return commented(f"{lines}{outcome}. {act.answer.get('words', '')}")


def _done_or_commented(act: Act, code: str) -> str:
    return code if act.state == Act.State.DONE else commented(code)


def commented(text: str) -> str:
    """Every line behind a `#`, whatever ends it: what a learner typed never becomes code."""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
