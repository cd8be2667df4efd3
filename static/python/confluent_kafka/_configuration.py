"""The configuration of a client: one dict, or keywords, or both; some values are the program's own functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._errors import KafkaError, KafkaException
from ._not_offered import not_offered

# Those that a client accepts, and how it refuses a value that can't be called.
_CALLBACKS = {"on_delivery": True, "on_commit": True, "error_cb": False, "throttle_cb": False, "logger": None}
_NOT_OFFERED = {"stats_cb", "oauth_cb", "partitioner_cb"}


class Configuration:
    """`settings` go to the real client; `callbacks` stay here, by their names."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Raises: TypeError, KafkaException, NotImplementedError."""
        given = _merged(args, kwargs)
        for name, value in given.pop("default.topic.config", {}).items():
            given.setdefault(name, value)
        self.callbacks: dict[str, Callable[..., Any]] = {}
        for name in [name for name in given if name in _CALLBACKS]:
            if (callback := given.pop(name)) is not None:
                self.callbacks[name] = _checked(name, callback)
        for name in _NOT_OFFERED & given.keys():
            not_offered(f"The setting {name!r}")
        self.settings = {str(name): _plain(value) for name, value in given.items()}

    def number(self, *names: str, default: int) -> int:
        """The setting of the first of these names that is there."""
        found = next((self.settings[name] for name in names if name in self.settings), default)
        try:
            return int(found)
        except ValueError:  # the real client has refused it
            return default

    def is_on(self, name: str, *, default: bool) -> bool:
        return str(self.settings.get(name, default)).lower() in ("true", "t", "1")


def _merged(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[Any, Any]:
    if len(args) > 1:
        raise TypeError("expected tuple containing single dict")
    if args and not isinstance(args[0], dict):
        raise TypeError("expected configuration dict")
    if not args and not kwargs:
        raise TypeError("expected configuration dict")
    return {**(args[0] if args else {}), **kwargs}


def _checked(name: str, callback: Any) -> Callable[..., Any]:
    says_so = _CALLBACKS[name]
    if says_so is None or callable(callback):
        return callback  # type: ignore[no-any-return]
    if says_so:
        words = f"{name} requires a callable object"
        raise KafkaException(KafkaError(KafkaError._INVALID_ARG, words))  # type: ignore[attr-defined]
    raise TypeError(f"expected {name} property as a callable function")


def _plain(value: Any) -> str | int | float | bool:
    """As JSON knows it. The real client takes anything as text, and refuses None as it does an empty one."""
    if value is None:
        return ""
    return value if isinstance(value, (str, int, float, bool)) else str(value)
