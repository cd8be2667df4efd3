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
from inspect import isabstract
from pkgutil import iter_modules

from lessons.course.acts.base import Action


def _found() -> Iterator[type[Action]]:
    for module in sorted(each.name for each in iter_modules(__path__) if not each.name.startswith("_")):
        for one in vars(import_module(f"{__name__}.{module}")).values():
            if isinstance(one, type) and issubclass(one, Action) and not isabstract(one):
                yield one


ACTIONS: dict[str, type[Action]] = {action.kind: action for action in _found()}
