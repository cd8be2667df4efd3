"""A notebook as a page shows it and a file holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from lessons.classroom.exports.notebook import Cell
from lessons.classroom.models import Notebook
from lessons.classroom.notebooks.work import CellWork, as_nbformat
from lessons.course.loader import render
from lessons.course.notebook import CourseNotebook, NotebookCell

ORIGINAL, OWN = "original", "own"


@dataclass(frozen=True)
class ShownCell:
    """A cell and what the seat has made of it; `work` is empty for text."""

    cell: NotebookCell
    work: CellWork
    position: int  # among the cells of its kind, from 1

    @property
    def source(self) -> str:
        """As it is now."""
        return self.cell.source if self.work.source is None else self.work.source


def work_of(notebook: Notebook) -> dict[str, CellWork]:
    """By the id of the cell. What an older version of the app has stored in another way is left out."""
    return dict(_readable(notebook.work))


def _readable(work: Mapping[str, Any]) -> Iterator[tuple[str, CellWork]]:
    for cell_id, each in work.items():
        try:
            yield cell_id, CellWork.model_validate(each)
        except ValidationError:
            continue


def own_cells(notebook: Notebook) -> tuple[NotebookCell, ...]:
    """The cells of an uploaded notebook."""
    return tuple(_own_cell(each) for each in notebook.cells)


def _own_cell(stored: Mapping[str, str]) -> NotebookCell:
    kind, source = stored["kind"], stored["source"]
    if kind == "code":
        return NotebookCell("code", stored["id"], source)
    return NotebookCell("text", stored["id"], source, html=render(source))


def shown_cells(cells: tuple[NotebookCell, ...], notebook: Notebook) -> list[ShownCell]:
    work, counts = work_of(notebook), {"code": 0, "text": 0}
    shown = []
    for cell in cells:
        counts[cell.kind] += 1
        shown.append(ShownCell(cell, work.get(cell.id, CellWork()), counts[cell.kind]))
    return shown


def file_cells(cells: list[ShownCell], *, title: str = "") -> Iterator[Cell]:
    """For `as_ipynb`: with edits and outputs."""
    if title:
        yield Cell("markdown", f"# {title}")
    for each in cells:
        if each.cell.kind == "text":
            yield Cell("markdown", each.source)
        else:
            number = each.work.number
            yield Cell("code", each.source, tuple(as_nbformat(output, number) for output in each.work.outputs), number)


def cells_of(name: str, notebook: Notebook, course: CourseNotebook | None) -> tuple[NotebookCell, ...]:
    """The cells of the original notebook or of the seat's own."""
    return own_cells(notebook) if name == OWN else course.cells if course else ()
