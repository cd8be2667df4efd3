"""What a page shows of its cells: those of a notebook, or those below the forms of a lesson."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.classroom.models import Member, Notebook
from lessons.classroom.notebooks.shown import ORIGINAL, OWN, ShownCell, cells_of, shown_cells, work_of
from lessons.classroom.notebooks.storing import notebook_of
from lessons.classroom.notebooks.upload import magics
from lessons.course import notebook as course
from lessons.course.acts.base import CONFIG_FILE
from lessons.course.loader import Lesson
from lessons.web.links import socket_url
from lessons.web.view_models.code import highlighted


@dataclass(frozen=True)
class CellCard:
    """`number` counts the code cells, from 1; text has html alone."""

    kind: str
    id: str
    number: int
    html: SafeString


@dataclass(frozen=True)
class NotebookCard:
    """`data` is for the scripts; `can_bring_back` says whether something was reset or replaced."""

    name: str
    title: str
    summary: str
    cells: list[CellCard]
    data: dict[str, Any]
    warning: str
    can_bring_back: bool
    page_url: str
    file_url: str
    reset_url: str


def notebook_card(member: Member, name: str) -> NotebookCard | None:
    """The original notebook or the seat's own; None if there is none."""
    stored = notebook_of(member, name)
    original = course.original()
    cells = cells_of(name, stored, original)
    if not cells:
        return None
    shown = shown_cells(cells, stored)
    of = [member.klass.slug, name]
    return NotebookCard(
        name=name,
        title=stored.title if name == OWN else original.title if original else "",
        summary="" if name == OWN or original is None else original.summary,
        cells=[_card(each) for each in shown],
        data=cells_data(member, stored),
        warning=_warning(shown),
        can_bring_back=bool(stored.before),
        page_url=notebook_url(member, name),
        file_url=reverse("notebook-file", args=of),
        reset_url=reverse("notebook-reset", args=of),
    )


def notebook_url(member: Member, name: str) -> str:
    return reverse("original-notebook" if name == ORIGINAL else "own-notebook", args=[member.klass.slug])


def notebook_urls(member: Member) -> dict[str, str]:
    """Where the two notebooks beside the lessons are; empty for one that is not there."""
    own = member.notebooks.filter(name=OWN).exclude(cells=[]).exists()
    return {
        "original_url": notebook_url(member, ORIGINAL) if course.original() else "",
        "own_url": notebook_url(member, OWN) if own else "",
    }


def lesson_cells_data(member: Member, lesson: Lesson) -> dict[str, Any]:
    """For the cells below a lesson's forms."""
    return cells_data(member, notebook_of(member, lesson.slug))


def cells_data(member: Member, notebook: Notebook) -> dict[str, Any]:
    """What the scripts need: the addresses, the version, and what each cell has become."""
    klass = member.klass
    lesson = "" if notebook.name in (ORIGINAL, OWN) else f"?lesson={notebook.name}"
    return {
        "socket_url": socket_url(klass, f"program/{lesson}"),
        "save_url": reverse("notebook-save", args=[klass.slug, notebook.name]),
        "files": _files(),
        **saved_state(notebook),
    }


def _files() -> dict[str, str]:
    """What a program that is meant for a laptop finds beside it in a page, too: where the cluster is, and no password, for
    here the server has it."""
    if not settings.LAPTOP_SERVERS:
        return {}
    return {CONFIG_FILE: json.dumps({"bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS})}


def saved_state(notebook: Notebook) -> dict[str, Any]:
    """The version, and {id of a cell: its work, with the highlighted source of an edited one}."""
    work = {
        cell_id: each.model_dump(mode="json")
        | ({} if each.source is None else {"html": str(highlighted(each.source, "python"))})
        for cell_id, each in work_of(notebook).items()
    }
    return {"version": notebook.version, "work": work}


def _card(shown: ShownCell) -> CellCard:
    cell = shown.cell
    html = highlighted(cell.source, "python") if cell.kind == "code" else mark_safe(cell.html)  # noqa: S308 - raw HTML in it was escaped
    return CellCard(cell.kind, cell.id, shown.position, html)


def _warning(shown: list[ShownCell]) -> str:
    """Which cells have commands of Jupyter, which are no Python."""
    found = [each.position for each in shown if each.cell.kind == "code" and magics(each.cell.source)]
    if not found:
        return ""
    words = ngettext(
        "Cell %(cells)s has commands of Jupyter (lines that begin with %% or !). They are not Python and don’t run here.",
        "Cells %(cells)s have commands of Jupyter (lines that begin with %% or !). They are not Python and don’t run here.",
        len(found),
    )
    listed = ", ".join(map(str, found[:10])) + (_(" and more") if len(found) > 10 else "")
    return words % {"cells": listed}
