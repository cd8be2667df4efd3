"""A notebook of the course as a Markdown file: text, and code in fences.

Why it is so
------------
The notebook that the course grew out of is one file, `original/notebook.md`, with the settings of a lesson at its top. Its
code is between "```python" and "```", byte for byte as it was, so that somebody who knows the old class finds it again.
What an author gets wrong (a fence that is left open, code that is no Python) is said when it is read, with the line, and
takes down that notebook alone.
"""

from __future__ import annotations

import ast
import logging
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from lessons.course.loader import HERE, LeftOut, mistake_at, render

ORIGINAL = HERE / "original" / "notebook.md"
_OPEN, _CLOSE = "```python", "```"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NotebookCell:
    """`text` is Markdown, with its html; `code` is Python. The id is unique in its notebook: `cell-1`, `text-1`, …"""

    kind: Literal["text", "code"]
    id: str
    source: str
    html: str = ""


@dataclass(frozen=True)
class CourseNotebook:
    title: str
    summary: str
    cells: tuple[NotebookCell, ...]


class NotebookMistake(ValueError):
    """What is wrong with the file; `line` is counted from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def original() -> CourseNotebook | None:
    """The notebook that the course grew out of; None if its file has a mistake: see `left_out`."""
    read = _read_original()
    return read if isinstance(read, CourseNotebook) else None


def left_out() -> tuple[LeftOut, ...]:
    """What could not be loaded. `up` says it."""
    read = _read_original()
    return (read,) if isinstance(read, LeftOut) else ()


@cache
def _read_original() -> CourseNotebook | LeftOut:
    try:
        return load_notebook(ORIGINAL)
    except (NotebookMistake, tomllib.TOMLDecodeError, KeyError, OSError) as error:
        where = f"{ORIGINAL}, line {error.line}" if isinstance(error, NotebookMistake) else str(ORIGINAL)
        wrong = LeftOut(ORIGINAL.parent.name, mistake_at(where, error))
        _log.error("%s", wrong)
        return wrong


def load_notebook(path: Path) -> CourseNotebook:
    """Raises: NotebookMistake, or whatever reading the settings at its top raises."""
    head, divider, body = path.read_text(encoding="utf-8").partition("\n+++\n")
    facts = tomllib.loads(head.removeprefix("+++\n"))
    first_line = (head + divider).count("\n") + 1
    cells = tuple(_numbered(parts(body, first_line)))
    if not any(cell.kind == "code" for cell in cells):
        raise NotebookMistake(first_line, "There is no code in it.")
    return CourseNotebook(title=facts["title"], summary=facts["summary"], cells=cells)


def _numbered(found: Iterator[tuple[Literal["text", "code"], str]]) -> Iterator[NotebookCell]:
    counts = {"text": 0, "code": 0}
    for kind, source in found:
        counts[kind] += 1
        if kind == "code":
            yield NotebookCell("code", f"cell-{counts[kind]}", source)
        else:
            yield NotebookCell("text", f"text-{counts[kind]}", source, html=render(source))


def parts(body: str, first_line: int = 1) -> Iterator[tuple[Literal["text", "code"], str]]:
    """(kind, source) from top to bottom; empty text is left out. Raises: NotebookMistake."""
    lines: list[str] = []
    opened_at = 0  # the line of the fence that is open; 0: none is
    for number, line in enumerate(body.split("\n"), first_line):
        if opened_at and line == _CLOSE:
            yield "code", _python("\n".join(lines), opened_at)
            lines, opened_at = [], 0
        elif not opened_at and line.startswith("```"):
            if line != _OPEN:
                raise NotebookMistake(number, f'Code begins with a line that says "{_OPEN}" and no more.')
            if text := "\n".join(lines).strip():
                yield "text", text
            lines, opened_at = [], number
        else:
            lines.append(line)
    if opened_at:
        raise NotebookMistake(opened_at, "This fence is not closed.")
    if text := "\n".join(lines).strip():
        yield "text", text


def _python(source: str, opened_at: int) -> str:
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise NotebookMistake(opened_at + (error.lineno or 0), f"This is no Python: {error.msg}") from None
    return source
