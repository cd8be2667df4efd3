"""What was found of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    OK = "ok"
    LOOK = "look at this"  # it works, and may not always
    WRONG = "wrong"  # it does not work


@dataclass(frozen=True)
class Finding:
    """`what` names the thing; `words` say what was found, and what to do unless it is ok."""

    state: State
    what: str
    words: str

    def __str__(self) -> str:
        return f"{self.state.value:<12}  {self.what}: {self.words}"


def ok(what: str, words: str) -> Finding:
    return Finding(State.OK, what, words)


def look(what: str, words: str) -> Finding:
    return Finding(State.LOOK, what, words)


def wrong(what: str, words: str) -> Finding:
    return Finding(State.WRONG, what, words)
