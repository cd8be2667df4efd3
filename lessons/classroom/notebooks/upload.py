"""Reading a notebook file (.ipynb) that somebody brings along. Nothing of it is run here.

The format: https://nbformat.readthedocs.io/en/latest/format_description.html. Version 4, which Jupyter has written since
2015. Pictures and other outputs that are no text are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lessons.classroom.notebooks.work import CellWork, ErrorOutput, Output, ResultOutput, StreamOutput

MOST_UPLOADED_BYTES = 2 * 1024 * 1024
MOST_CELLS = 300
MOST_OUTPUTS = 100  # of one cell
LONGEST_OUTPUT = 20_000  # characters
_MAGIC = re.compile(r"^\s*(%%?[A-Za-z]|!)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")  # the colours of a traceback


class NotANotebook(Exception):
    """It can't be shown here; the message says why, and what to do."""


@dataclass(frozen=True)
class Uploaded:
    """`cells` are objects with kind, id and source; `work` is by the id of the cell, as `CellWork` in JSON."""

    cells: tuple[Mapping[str, str], ...]
    work: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_notebook(file: bytes) -> Uploaded:
    """The cells of a file with what they printed. Raises: NotANotebook."""
    cells: list[dict[str, str]] = []
    work: dict[str, dict[str, Any]] = {}
    for number, cell in enumerate(_cells(_parsed(file)), 1):
        kind = "code" if cell.get("cell_type") == "code" else "text"
        cell_id = f"cell-{number}"
        cells.append({"kind": kind, "id": cell_id, "source": _joined(cell.get("source"))})
        if kind == "code":
            work[cell_id] = _work(cell).stored()
    return Uploaded(tuple(cells), {cell_id: done for cell_id, done in work.items() if done})


def magics(source: str) -> list[str]:
    """The lines that are commands of Jupyter and no Python, such as `%timeit` and `!pip`; all of a cell that begins with `%%`."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    return lines if first.startswith("%%") else [line for line in lines if _MAGIC.match(line)]


def _parsed(file: bytes) -> Mapping[str, Any]:
    if len(file) > MOST_UPLOADED_BYTES:
        raise NotANotebook(too_large())
    try:
        notebook = json.loads(file)
    except (ValueError, RecursionError):  # a UnicodeDecodeError is a ValueError
        notebook = None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise NotANotebook(
            _("This file is not a notebook. Choose a file that Jupyter saved, with a name ending in .ipynb.")
        )
    return notebook


def too_large() -> str:
    words = _("This file is larger than %(most)s MB. Clear its outputs in Jupyter, save it, and upload it again.")
    return words % {"most": MOST_UPLOADED_BYTES >> 20}


def _cells(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if notebook["nbformat"] != 4:
        words = _(
            "This notebook has the format %(found)s; format 4 is needed. Open it in Jupyter, save it, and upload it again."
        )
        raise NotANotebook(words % {"found": notebook["nbformat"]})
    if (language := _language(notebook)) not in ("", "python", "ipython", "python3"):
        words = _("This notebook is written in %(language)s. Only Python runs here.")
        raise NotANotebook(words % {"language": language[:40]})
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not cells or not all(isinstance(cell, dict) for cell in cells):
        raise NotANotebook(_("This notebook has no cells."))
    if len(cells) > MOST_CELLS:
        words = _("This notebook has %(count)s cells; at most %(most)s are possible here. Split it in two.")
        raise NotANotebook(words % {"count": len(cells), "most": MOST_CELLS})
    return cells


def _language(notebook: Mapping[str, Any]) -> str:
    """In lower case; empty if the file doesn't say."""
    about = _object(notebook.get("metadata"))
    names = (_object(about.get("language_info")).get("name"), _object(about.get("kernelspec")).get("language"))
    return next((name.lower() for name in names if isinstance(name, str) and name), "")


def _work(cell: Mapping[str, Any]) -> CellWork:
    number = cell.get("execution_count")
    outputs = cell.get("outputs")
    shown = list(_outputs(outputs))[:MOST_OUTPUTS] if isinstance(outputs, list) else []
    return CellWork(number=number if isinstance(number, int) and 0 <= number < 10**6 else None, outputs=tuple(shown))


def _outputs(outputs: list[Any]) -> Iterator[Output]:
    for output in map(_object, outputs):
        match output.get("output_type"):
            case "stream":
                name = "stderr" if output.get("name") == "stderr" else "stdout"
                yield StreamOutput(name=name, text=_text(output.get("text")))
            case "execute_result" | "display_data":
                if text := _text(_object(output.get("data")).get("text/plain")):
                    yield ResultOutput(text=text)
            case "error":
                lines = output.get("traceback")
                traceback = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
                name, message = (str(output.get(key, ""))[:1000] for key in ("ename", "evalue"))
                yield ErrorOutput(name=name, message=message, traceback=_text(traceback))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return _ANSI.sub("", _joined(value))[:LONGEST_OUTPUT]


def _joined(value: Any) -> str:
    """The format writes a text as one string, or as a list of its lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")
