"""Functions that complain about their arguments in the words of an extension module."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def like_an_extension(function: Function) -> Function:
    """The method as it is, but for the TypeError of a call whose arguments don't fit."""
    parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]

    @wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(self, *args, **kwargs)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # from inside: the arguments did fit
            error.args = (_complaint(parameters, args, kwargs) or str(error),)
            raise

    return method  # type: ignore[return-value]


def _complaint(parameters: list[inspect.Parameter], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    most, given = len(parameters), len(args) + len(kwargs)
    if given > most:
        return f"function takes at most {most} argument{'s' * (most != 1)} ({given} given)"
    for position, each in enumerate(parameters, 1):
        if each.default is each.empty and position > len(args) and each.name not in kwargs:
            return f"function missing required argument '{each.name}' (pos {position})"
    names = {each.name for each in parameters}
    unknown = next((name for name in kwargs if name not in names), None)
    return f"'{unknown}' is an invalid keyword argument for this function" if unknown else None
