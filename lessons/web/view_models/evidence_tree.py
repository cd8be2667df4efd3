"""An observation for people to read: JSON as names and values, and a list of objects as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MOST_ITEMS = 60  # of one list; the raw JSON has them all
LONG = 160  # characters of a value; of one that is longer, so many are shown at first:
CUT = 120


@dataclass(frozen=True)
class Node:
    """One of: a `value`, `pairs` of (name, node), a table of `columns` and `rows`, or `items`."""

    value: str = ""
    pairs: tuple[tuple[str, Node], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Node, ...], ...] = ()
    items: tuple[Node, ...] = ()
    left_out: int = 0

    @property
    def head(self) -> str:
        """The beginning of a long value; empty if it is not long."""
        return self.value[:CUT] if len(self.value) > LONG else ""


def tree(data: Any) -> Node:
    match data:
        case Mapping() if data:
            return Node(pairs=tuple((name, tree(value)) for name, value in data.items()))
        case list() if data:
            return _list(data)
        case None | [] | {}:
            return Node(value=_("none"))
        case bool():
            return Node(value=_("yes") if data else _("no"))
        case "":
            return Node(value=_("empty"))
        case _:
            return Node(value=str(data))


def _list(data: list[Any]) -> Node:
    shown, left_out = data[:MOST_ITEMS], max(0, len(data) - MOST_ITEMS)
    if not all(isinstance(each, Mapping) for each in shown):
        return Node(items=tuple(map(tree, shown)), left_out=left_out)
    names = tuple(dict.fromkeys(name for each in shown for name in each))
    rows = tuple(tuple(tree(each.get(name)) for name in names) for each in shown)
    return Node(columns=names, rows=rows, left_out=left_out)
