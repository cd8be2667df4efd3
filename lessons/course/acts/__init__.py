"""What a person can do to the cluster, one module an act.

Why it is so
------------
An act is described once, as a pydantic model: its fields with their limits and an example; `run`, what it does through
`lessons.cluster`; `python` and `command`, the same act as code and as a command line; `feed_line`, what the class
sees. The form, the API operation, the code under the form and the feed are derived from that. Limits that are the
app's own are on the fields; whatever Kafka itself refuses is let through to Kafka, because its refusal is what is to be
learned.

A new act is a copied module: it is registered by being here. A module whose name begins with an underscore is no act.
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
