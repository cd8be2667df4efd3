"""Running a cell: all cells share `__main__`, and the value of a last expression is the cell's result."""

from __future__ import annotations

import ast
import json
import linecache
import sys
from types import CodeType
from typing import Any

from . import streams
from .tracebacks import report


def run(code: str, cell: str) -> str:
    """The end of it, as JSON: {ok: true, result} or {ok: false, name, message, traceback, line}."""
    try:
        end: dict[str, Any] = {"ok": True, "result": _run(code, cell)}
    except BaseException as error:
        end = report(error, cell)
    try:
        _let_go()
    except BaseException as error:  # Stop, at the very end
        end = report(error, cell)
    streams.post()
    return json.dumps(end)


def _run(code: str, cell: str) -> str | None:
    linecache.cache[cell] = len(code), None, code.splitlines(keepends=True), cell
    body, last = _compiled(code, cell)
    namespace = sys.modules["__main__"].__dict__
    exec(body, namespace)  # noqa: S102 - that is what a cell is
    if last is None:
        return None
    value = eval(last, namespace)  # noqa: S307
    if value is None or code.rstrip().endswith(";"):
        return None
    namespace["_"] = value
    return repr(value)


def _compiled(code: str, cell: str) -> tuple[CodeType, CodeType | None]:
    tree = ast.parse(code, cell)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), cell, "eval")
    return compile(tree, cell, "exec"), last


def _let_go() -> None:
    """What a client has put off goes out now: the next cell may be long in coming."""
    if link := sys.modules.get("confluent_kafka._link"):
        link.send_gathered()
