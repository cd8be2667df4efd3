"""An exception as Python prints it, without the frames of the kernel and of the stand-in.

The real client is an extension module, which has no frames: so a traceback ends in the cell, here as there.
"""

from __future__ import annotations

import os
import traceback
from types import TracebackType
from typing import Any

_OURS = os.path.dirname(os.path.dirname(__file__)) + os.sep


def report(error: BaseException, cell: str) -> dict[str, Any]:
    """`line` is the cell's, counted from 1, or None."""
    if isinstance(error, SyntaxError) and error.filename == cell:
        error.__traceback__ = None  # it was compiled by us
    _strip(error, set())
    return {
        "ok": False,
        "name": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
        "line": _line(error, cell),
    }


def _strip(error: BaseException | None, seen: set[int]) -> None:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = _without_ours(error.__traceback__)
    _strip(error.__cause__, seen)
    _strip(error.__context__, seen)
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        _strip(each, seen)


def _without_ours(tb: TracebackType | None) -> TracebackType | None:
    kept = []
    while tb is not None:
        if not tb.tb_frame.f_code.co_filename.startswith(_OURS):
            kept.append(tb)
        tb = tb.tb_next
    chain = None
    for each in reversed(kept):
        chain = TracebackType(chain, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return chain


def _line(error: BaseException, cell: str) -> int | None:
    """Where in the cell it was: the innermost place of it."""
    if isinstance(error, SyntaxError) and error.filename == cell:
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == cell]
    return lines[-1] if lines else None
