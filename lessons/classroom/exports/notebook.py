"""Lessons as notebooks, and a member's session as a notebook and as a shell script.

Why it is so
------------
A notebook has the same code as the page, with the class's real addresses and names, because code that must be changed
first teaches less. But a notebook runs from top to bottom: so a consumer stops by itself, and a topic that already
exists is reported and stops nothing (`Action.cell`). Acts that were refused are comments.

We write the JSON ourselves: a notebook of format 4.5 has only a few keys, for which nbformat would bring ten packages.
The tests validate it with nbformat and run it with nbclient.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from pydantic import ValidationError

from lessons.classroom.models import Act
from lessons.classroom.settling import action_of
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import CONFIG_FILE, PROPERTIES_FILE, Action, Where
from lessons.course.acts.consume import new_group_id
from lessons.course.exercise import Exercise
from lessons.course.loader import Block, Lesson


@dataclass(frozen=True)
class Cell:
    """`outputs` are those of nbformat, and `number` is that of the run that printed them."""

    kind: Literal["markdown", "code"]
    source: str
    outputs: tuple[Mapping[str, Any], ...] = ()
    number: int | None = None


def as_ipynb(cells: Iterable[Cell]) -> str:
    """The cells as a notebook of format 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html."""
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
    return (
        shown if cell.kind == "markdown" else {**shown, "execution_count": cell.number, "outputs": list(cell.outputs)}
    )


def lesson_cells(lesson: Lesson, place: Where, *, page_url: str) -> Iterator[Cell]:
    about = _("Lesson %(number)d: %(summary)s") % {"number": lesson.number, "summary": lesson.summary}
    yield Cell("markdown", f"# {lesson.title}\n\n{about}\n\n{_needed(place)}")
    first = lesson.notebook[0] if lesson.notebook else None
    if first and first.kind == "cell":
        yield Cell("markdown", _("This lesson needs what earlier lessons created. Anything missing is created here."))
    for block in lesson.notebook:
        yield _lesson_cell(lesson, block, place, page_url)


def _needed(place: Where) -> str:
    if place.laptop_servers:
        return _needed_on_a_laptop(place)
    brokers = _(
        "Run this notebook on the class's machine, where the brokers `%(servers)s` are. Install the client first:"
    )
    names = _("On the cluster, all your names begin with `%(prefix)s`.")
    return (
        f"{brokers % {'servers': place.bootstrap_servers}}\n\n"
        "```\npip install confluent-kafka\n```\n\n"
        f"{names % {'prefix': place.namespace.prefix}}"
    )


def _needed_on_a_laptop(place: Where) -> str:
    run = _(
        "Run this notebook on your own laptop, in the network of the class. Save `%(file)s` beside it, from the page "
        "*My programs* of your class: it has your user and its password. Install the client first:"
    )
    names = _("What you may use on the cluster begins with `%(prefix)s`.")
    return (
        f"{run % {'file': CONFIG_FILE}}\n\n"
        "```\npip install confluent-kafka\n```\n\n"
        f"{names % {'prefix': place.namespace.prefix}}"
    )


def _lesson_cell(lesson: Lesson, block: Block, place: Where, page_url: str) -> Cell:
    match block.kind:
        case "text" | "afterwards":
            return Cell("markdown", block.markdown)
        case "aside":
            heading = _("For the curious: %(title)s") % {"title": block.name}
            return Cell("markdown", f"### {heading}\n\n{block.markdown}")
        case "figure":
            drawing = _("[The lesson's page](%(url)s) has a drawing here.") % {"url": page_url}
            return Cell("markdown", f"*{drawing}*")
        case "exercise":
            exercise = next(e for e in lesson.exercises if e.id.partition(".")[2] == block.name)
            return Cell("markdown", _exercise_text(exercise, page_url))
        case _:
            return Cell("code", _act_code(block, place))


def _exercise_text(exercise: Exercise, page_url: str) -> str:
    heading = _("Exercise: %(title)s") % {"title": exercise.title}
    checked = _("[The lesson's page](%(url)s) checks it.") % {"url": page_url}
    return f"### {heading}\n\n{exercise.todo}\n\n*{checked}*"


def _act_code(block: Block, place: Where) -> str:
    made_up = {"group_id": new_group_id()} if block.name == "consume" else {}
    kind = ACTIONS[block.name]
    action = kind.model_validate({**made_up, **kind.filled(block.fields or {})})
    if _is_to_be_filled_in(action):
        return commented(_("Fill in the name, and remove the # from each line.")) + commented(action.cell(place))
    return action.cell(place)


def _is_to_be_filled_in(action: Action) -> bool:
    """Whether a name is left empty, for the student to type."""
    required = [name for name, field in type(action).model_fields.items() if field.is_required()]
    return any(getattr(action, name) == "" for name in required)


def session_cells(acts: Iterable[Act], place: Where) -> Iterator[Cell]:
    """The session, one act a cell. `acts` are settled, oldest first."""
    about = _("What you did, oldest first. Running it does it all again.")
    title = f"# {_('My session')}\n\n{about}"
    yield Cell("markdown", f"{title}\n\n{_needed(place)}")
    for act in acts:
        action = _described(act)
        code = action.cell(place) if action else ""
        yield Cell("code", _told(act, action) + _done_or_commented(act, code))


def session_script(acts: Iterable[Act], place: Where) -> str:
    """The session as a shell script, with Kafka's command line tools."""
    about = _(
        "What you did, oldest first. Running it does it all again.\n"
        "Run it on the class's machine, where the brokers %(servers)s are, with Kafka's bin folder in the PATH."
    )
    if place.laptop_servers:
        about = _(
            "What you did, oldest first. Running it does it all again.\n"
            "Run it on your own laptop, in the network of the class, with Kafka's bin folder in the PATH and\n"
            "%(file)s beside it, from the page My programs of your class."
        )
    named = {"servers": place.bootstrap_servers, "file": PROPERTIES_FILE}
    parts = ["#!/bin/sh\n" + commented(about % named)]
    for act in acts:
        action = _described(act)
        code = action.script(place) if action else ""
        parts.append(_told(act, action) + _done_or_commented(act, code))
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _described(act: Act) -> Action | None:
    """The act's action; None if an older version of the app described it in another way."""
    try:
        return action_of(act)
    except (KeyError, ValidationError):
        return None


def _told(act: Act, action: Action | None) -> str:
    """When the act ran, what it was and how it ended, as comments."""
    lines = f"{act.started_at:%Y-%m-%d %H:%M:%S} UTC · {act.told}\n"
    if action is None:
        lines += _("Left out: this version of the app can't show this action.") + "\n"
    outcome = str(Act.State(act.state).label).capitalize()
    return commented(f"{lines}{outcome}. {act.answer.get('words', '')}")


def _done_or_commented(act: Act, code: str) -> str:
    return code if act.state == Act.State.DONE else commented(code)


def commented(text: str) -> str:
    """Every line behind a `#`, whatever ends the line: so what a student typed never becomes code."""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
