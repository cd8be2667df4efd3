"""What a benchmark says: named rows of numbers, some with a goal, as a table and as JSON.

    options = report.options(report.arguments(__doc__))
    report.show(options, report.medians_of(options.runs, measure))

`measure` is one run, and returns its rows; what is shown is the median of each number over all runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

USUAL_RUNS = 3
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Row:
    """Numbers by what they are, with the unit: `{"p50 ms": 4.9}`. Where there is a goal, the number should be at most that."""

    name: str
    numbers: Mapping[str, float]
    goals: Mapping[str, float] = field(default_factory=dict)


def arguments(doc: str | None, *, runs: int = USUAL_RUNS) -> argparse.ArgumentParser:
    """The options of every benchmark; each adds its own."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=runs, help="shown is the median of so many")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
    return parser


def medians_of(runs: int, measure: Callable[[], Sequence[Row]]) -> list[Row]:
    """Rows are the same by their names; one that only some runs have is the median of those."""
    measured: dict[str, list[Row]] = {}
    for number in range(runs):
        print(f"run {number + 1} of {runs}", file=sys.stderr)
        for row in measure():
            measured.setdefault(row.name, []).append(row)
    return [_median(rows) for rows in measured.values()]


def _median(rows: Sequence[Row]) -> Row:
    numbers = {name: statistics.median(row.numbers[name] for row in rows) for name in rows[0].numbers}
    return replace(rows[0], numbers=numbers)


def show(options: argparse.Namespace, rows: Sequence[Row]) -> None:
    machine = this_machine()
    print(f"\nMedians of {options.runs} runs. {', '.join(f'{name}: {value}' for name, value in machine.items())}\n")
    print(f"{tables(rows)}\n{goals(rows)}".rstrip())
    if options.json:
        asked = {name: value for name, value in vars(options).items() if name != "json"}
        written = {"options": asked, "machine": machine, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(written, indent=2, default=str) + "\n")


def tables(rows: Sequence[Row]) -> str:
    """Rows one after the other that have the same numbers share a table."""
    return "\n".join(_table(columns, list(some)) for columns, some in groupby(rows, lambda row: tuple(row.numbers)))


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    lines = [["", *columns], *([row.name, *map(told, row.numbers.values())] for row in rows)]
    names, *others = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ""
    for name, *numbers in lines:
        text += name.ljust(names) + "".join(f"  {each:>{width}}" for each, width in zip(numbers, others, strict=True))
        text += "\n"
    return text


def goals(rows: Sequence[Row]) -> str:
    """One line each: whether it is met."""
    return "".join(
        f"{'met    ' if row.numbers[what] <= most else 'NOT MET'}  {row.name}, {what}: "
        f"{told(row.numbers[what])}, at most {told(most)}\n"
        for row in rows
        for what, most in row.goals.items()
    )


def told(number: float) -> str:
    if isinstance(number, int) or number == 0:
        return f"{number:,.0f}"
    return f"{number:,.{0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2}f}"


def this_machine() -> dict[str, Any]:
    """What a number of one machine has to be read beside."""
    return {
        "cores": os.cpu_count(),
        "a million additions ms": round(statistics.median(million_additions_ms() for _ in range(3)), 1),
        "load": round(os.getloadavg()[0], 1),
        "Python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
    }


def million_additions_ms(sample: int = 1_000_000) -> float:
    """Of CPU, judged by so many: how fast the cores are now, whoever else is at work on them."""
    total, began = 0, time.thread_time()
    for number in range(sample):
        total += number
    return (time.thread_time() - began) * 1000 * 1_000_000 / sample


def _commit() -> str:
    """Empty where there is no git, or no clone."""
    try:
        command = ["git", "describe", "--always", "--dirty"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
