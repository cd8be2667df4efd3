"""What an exercise asks of one seat alone, made from its seed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

T = TypeVar("T", int, str)


def seeded_choice(options: Iterable[T], seed: str) -> T:
    """One of the options, the same at each call. If another one goes, as a broker may, the choice stays.

    Raises: ValueError if there are none.
    """
    chosen: T = _chosen(options if isinstance(options, range) else tuple(options), seed)
    return chosen


@lru_cache(maxsize=20_000)  # of each seat some dozens, and every check asks for them again
def _chosen(options: range | tuple[Any, ...], seed: str) -> Any:
    return min(options, key=lambda option: sha256(f"{seed} {option}".encode()).digest())


def of_seat(seed: str, exercise_id: str) -> str:
    """What the seeds of all exercises of a seat have in common: for values that several of them are about."""
    return seed.removesuffix(exercise_id)
