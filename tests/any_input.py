"""Inputs that nobody would type: JSON of any kind, and what is right but for something."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, -(2**31), 2**63, -(2**63) - 1, 10**40, 0.5, 1e308, float("inf"), float("nan"),
    "", " ", ".", "..", "a" * 250, "a" * 70_000, "\x00", "\ud800", "\u202e", "🦀" * 300, "é\u0301", "\r\n\r\n", "%s%n{0}{x}",
    "'; DROP TABLE lessons_act; --", "<script>alert(1)</script>", '"""', "\\", "$(reboot)", "`reboot`", "../../etc/passwd",
    "_class.feed", "__consumer_offsets", "-1", "1e3", "0x10", "１２", [], [None], [[[[]]]], {}, {"a": {}}, {"": None},
    ["x"] * 1000, {str(number): number for number in range(1001)},
)  # fmt: skip


def mutants(right: Mapping[str, Any], *, number: int, seed: str) -> Iterator[dict[str, Any]]:
    """So many variants of what is right: a field or two are odd, missing, too many, or another field's; the same each time."""
    chance = random.Random(seed)
    names = [*right, "surprise", ""]
    for _ in range(number):
        made = dict(right)
        for name in chance.sample(names, k=chance.choice((1, 1, 2, len(names)))):
            if chance.random() < 0.15:
                made.pop(name, None)
            elif chance.random() < 0.2:
                made[name] = made.get(chance.choice(names))
            else:
                made[name] = chance.choice(ODD)
        yield made
