"""Pieces of the programs that are shown: each on one line where it fits, else one part a line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lessons.course.acts.base import SHOWN_CHARACTERS, literal

MANY = 12  # items of a list: more than one wants to see below each other


def list_of(values: list[str]) -> str:
    """The shortest Python for these values: 1 to 9 as a range, as in the notebook."""
    first = int(values[0]) if values[0].isascii() and values[0].isdecimal() else None
    if first is not None and len(values) > 2 and values == [str(first + n) for n in range(len(values))]:
        return f"map(str, range({first}, {first + len(values)}))"
    return listed(list(map(literal, values)), behind="for value in :")


def listed(items: list[str], *, behind: str) -> str:
    """A list, on one line if it fits there behind that text, else one item a line, or of many as many as fit."""
    line = f"[{', '.join(items)}]"
    return line if fits(behind + line) else "[\n" + "".join(f"    {each}\n" for each in _lines(items)) + "]"


def _lines(items: list[str]) -> list[str]:
    """The inside of a list, without its indent."""
    lines = [f"{item}," for item in items[:1]]
    for item in items[1:]:
        joined = f"{lines[-1]} {item},"
        if len(items) >= MANY and fits(f"    {joined}"):
            lines[-1] = joined
        else:
            lines.append(f"{item},")
    return lines


def call(name: str, arguments: list[str]) -> str:
    """A call on one line if it fits, else its arguments on a line of their own, else one a line."""
    joined, indent = ", ".join(arguments), " " * (len(name) - len(name.lstrip()))
    if fits(f"{name}({joined})"):
        return f"{name}({joined})"
    inside = [joined] if fits(f"{indent}    {joined}") else [f"{each}," for each in arguments]
    return f"{name}(\n" + "".join(f"{indent}    {each}\n" for each in inside) + f"{indent})"


def printed(lines: Sequence[str], tool: str) -> str:
    """A command that prints these lines into a tool, of which the first line is given; one a line if they don't fit."""
    words = [shlex.quote(line) for line in lines]
    first, rest = tool.split(" \\\n", 1)
    line = f"printf '%s\\n' {' '.join(words)} | {first} \\"
    if not fits(line):
        line = " \\\n    ".join(["printf '%s\\n'", *words, f"| {first} \\"])
    return f"{line}\n{rest}"


def fits(line: str) -> bool:
    return "\n" not in line and len(line) <= SHOWN_CHARACTERS
