"""What a person can do to the cluster: one module per act.

Why it is so
------------
An act is described once, as a pydantic model: its fields with their limits and an example; `run`, what it does through
`lessons.cluster`; `python` and `command`, the same act as code and as a command line; `did`, `doing` and `feed_line`,
what the class reads about it. The form, the API operation, the code under the form and the feed come from that one
description. The app's own limits are on the fields. What Kafka itself refuses goes through to Kafka, because its
refusal is part of the lesson.

To add an act, copy a module: being in this folder registers it. A module whose name begins with an underscore is no act.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from lessons.course.acts.base import Action

MUST_SAY = ("kind", "title", "submit", "about", "did", "doing", "example")


def _found() -> Iterator[type[Action]]:
    for name in sorted(each.name for each in iter_modules(__path__) if not each.name.startswith("_")):
        yield from actions_in(import_module(f"{__name__}.{name}"))


def actions_in(module: ModuleType) -> Iterator[type[Action]]:
    """The acts that a module describes. Raises: TypeError for one that lacks something, which would be missed for ever."""
    for one in vars(module).values():
        is_here = isinstance(one, type) and one.__module__ == module.__name__
        if is_here and issubclass(one, Action) and one is not Action:
            lacking = [*sorted(one.__abstractmethods__), *(name for name in MUST_SAY if not hasattr(one, name))]
            if lacking:
                raise TypeError(f"{module.__name__}.{one.__name__} lacks {', '.join(lacking)}")
            yield one


ACTIONS: dict[str, type[Action]] = {action.kind: action for action in _found()}
