"""What the client has and a page's cell has not: it says so, by its name, when it is used."""

from __future__ import annotations

from typing import Any, NoReturn


def not_offered(name: str) -> NoReturn:
    raise NotImplementedError(f"{name} is not offered here: in the page there is a part of confluent-kafka only.")


def class_not_offered(name: str) -> type:
    def __init__(self: Any, *_: Any, **__: Any) -> None:
        not_offered(name)

    return type(name, (), {"__init__": __init__, "__module__": "confluent_kafka"})


def method_not_offered(name: str) -> Any:
    def method(*_: Any, **__: Any) -> NoReturn:
        not_offered(name)

    method.__name__ = name.rpartition(".")[2]
    method.__qualname__ = name.removesuffix("()")
    return method
