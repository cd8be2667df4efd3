"""The frame of an exercise."""

from __future__ import annotations

import hashlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel

from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.evidence import Evidence

State = Literal["done", "not_yet", "could_not_check"]
Observation = Mapping[str, Any]  # JSON


@dataclass(frozen=True)
class Verdict:
    """What a check makes of an observation; the texts are whole sentences for the learner."""

    state: State
    seen: str
    expected: str = ""
    misconception: str = ""  # the name of what this mistake looks like, e.g. "shrunk"; empty: none known
    why: str = ""


def done(seen: str) -> Verdict:
    return Verdict("done", seen)


def not_yet(seen: str, *, expected: str, misconception: str = "", why: str = "") -> Verdict:
    return Verdict("not_yet", seen, expected, misconception, why)


@dataclass(frozen=True)
class Step:
    """An act of a solution or of a known wrong answer: the kind of the act and its fields."""

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class StepsFor(Protocol):
    """Steps that depend on the seat or the cluster. Written as a generator it can look at what its earlier steps did:
    each step is taken before the next one is asked for."""

    def __call__(self, evidence: Evidence, seed: str) -> Iterable[Step]: ...


Steps = Sequence[Step] | StepsFor


@dataclass(frozen=True)
class WrongWay:
    steps: Steps
    misconception: str


@dataclass(frozen=True)
class Guess:
    """That an exercise asks for a prediction: the class's room charts what was predicted beside what is true."""

    field: str  # of the model of its questions
    choices: Sequence[str]
    truth: str  # one of the choices


def submit(exercise_id: str, **answers: Any) -> Step:
    """What is typed or marked for an exercise, as a step."""
    return Step(SubmitAnswers.kind, {"exercise": exercise_id, "answers": answers})


class Exercise(ABC):
    """One thing to do. Subclasses are stateless; `checks.py` lists an instance of each in `EXERCISES`."""

    id: ClassVar[str]  # for ever, unique in the course: `creating-topics.three-topics`
    title: ClassVar[str]
    points: ClassVar[int]  # for ever
    todo: ClassVar[str]  # Markdown
    hint: ClassVar[str] = ""
    version: ClassVar[int] = 1  # of the observation's shape
    text_hash: ClassVar[
        str
    ]  # SHA-256 of the file in which the check stands, 64 hexadecimal digits: what gave a verdict
    solution: ClassVar[Steps]  # a module's function goes in as `staticmethod(function)`
    wrong_ways: ClassVar[Sequence[WrongWay]] = ()
    reads_groups: ClassVar[bool] = False  # an open page then has the seat's groups in its snapshots
    guess: ClassVar[Guess | None] = None  # when its answer is a prediction

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        """What is typed or marked for this exercise, as a model whose fields become the form; None: nothing is.

        Raises: ClusterError when the questions name what the cluster has and it can't be read.
        """
        return None

    @property
    def asks(self) -> bool:
        """Whether anything is typed or marked for it."""
        return type(self).questions is not Exercise.questions

    @abstractmethod
    def observe(self, evidence: Evidence) -> Observation:
        """Reads what `judge` needs. Raises: ClusterError when the cluster can't be read."""

    @abstractmethod
    def judge(self, observation: Observation, seed: str) -> Verdict:
        """Pure: no clock, no cluster, no database."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        cls.text_hash = hashlib.sha256(Path(inspect.getfile(cls)).read_bytes()).hexdigest()
