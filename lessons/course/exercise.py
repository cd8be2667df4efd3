"""What every exercise has: its base class, its verdicts, and the steps that solve it."""

from __future__ import annotations

import hashlib
import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel

from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.evidence import Evidence

State = Literal["done", "not_yet", "could_not_check"]
Observation = Mapping[str, Any]  # JSON

# Names in verdicts that tell no mistake: something is not there yet, or not any more, and is to be made or sent.
STILL_TO_DO = frozenset(
    {"missing", "no-topic", "empty-topic", "no-group", "behind", "never-there", "still-there", "not-sent", "gone"}
)


@dataclass(frozen=True)
class Verdict:
    """The result of a check. Its texts are whole sentences for the student."""

    state: State
    seen: str
    expected: str = ""
    misconception: str = ""  # a name for this mistake, e.g. "shrunk", or one of STILL_TO_DO; empty: none known
    why: str = ""
    is_begun: bool = True  # whether there is a first try; without one the page says nothing unless it is asked


def done(seen: str) -> Verdict:
    """The verdict that an exercise is done."""
    return Verdict("done", seen)


def not_yet(seen: str, *, expected: str, misconception: str = "", why: str = "") -> Verdict:
    """The verdict that an exercise is not done yet."""
    return Verdict("not_yet", seen, expected, misconception, why)


def not_begun(seen: str, *, expected: str, misconception: str = "", why: str = "") -> Verdict:
    """The same where the check sees no first try: nothing submitted, done or made for this exercise. Only somebody who
    asks is told; for everybody else the exercise is not begun."""
    return Verdict("not_yet", seen, expected, misconception, why, is_begun=False)


Say = Callable[..., Verdict]  # `not_yet`, or `not_begun` before the first try


@dataclass(frozen=True)
class Step:
    """One act of a solution or of a known wrong answer: its kind and its fields."""

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class StepsFor(Protocol):
    """Steps that depend on the seat or the cluster.

    Written as a generator, it can read what its earlier steps did: each step is taken before the next is asked for.
    """

    def __call__(self, evidence: Evidence, seed: str) -> Iterable[Step]: ...


Steps = Sequence[Step] | StepsFor


def while_not(is_so: Callable[[], object], *, within_s: float) -> Iterator[None]:
    """For steps that wait for what brokers do in their own time: goes round until it is so. Raises: TimeoutError."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() > began + within_s:
            raise TimeoutError(f"it was not so within {within_s:g} s")
        yield


@dataclass(frozen=True)
class WrongWay:
    """A known wrong answer: the steps that lead to it, and the misconception that the check must name."""

    steps: Steps
    misconception: str


@dataclass(frozen=True)
class Guess:
    """An exercise asks for a prediction: the instructor's room shows the predictions beside the truth."""

    field: str  # of the model of its questions
    choices: Sequence[str]
    truth: str  # one of the choices


def submit(exercise_id: str, **answers: Any) -> Step:
    """The step that answers an exercise."""
    return Step(SubmitAnswers.kind, {"exercise": exercise_id, "answers": answers})


class Exercise(ABC):
    """One exercise. Subclasses have no state; `checks.py` lists an instance of each in `EXERCISES`."""

    id: ClassVar[str]  # never changes, unique in the course: `creating-topics.three-topics`
    title: ClassVar[str]
    points: ClassVar[int]  # never changes
    todo: ClassVar[str]  # Markdown, for every seat
    hint: ClassVar[str] = ""
    version: ClassVar[int] = 1  # of the observation's format
    text_hash: ClassVar[str]  # SHA-256 of the lesson's programs, 64 hexadecimal digits: which check gave a verdict
    solution: ClassVar[Steps]  # wrap a function in `staticmethod(function)`
    wrong_ways: ClassVar[Sequence[WrongWay]] = ()
    reads_topics: ClassVar[Sequence[str]] = ()  # by their short names: a check of many exercises asks for all at once
    remembers: ClassVar[bool] = False  # what is observed is kept also before the first try, for `Evidence.earlier`
    reads_groups: ClassVar[bool] = False  # an open page then has the seat's groups in its snapshots
    guess: ClassVar[Guess | None] = None  # when its answer is a prediction

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        """The questions of this exercise, as a model whose fields become the form; None: it has none.

        Raises: ClusterError if the questions name things on the cluster and it cannot be read.
        """
        return None

    def task(self, evidence: Evidence, seed: str) -> str:
        """`todo` with what is this seat's own, as Markdown. Raises: ClusterError, and then the page shows `todo`."""
        return self.todo

    @property
    def asks(self) -> bool:
        """Whether this exercise has questions."""
        return type(self).questions is not Exercise.questions

    @abstractmethod
    def observe(self, evidence: Evidence) -> Observation:
        """Read what `judge` needs. Raises: ClusterError if the cluster cannot be read."""

    @abstractmethod
    def judge(self, observation: Observation, seed: str) -> Verdict:
        """The verdict on an observation. A pure function: no clock, no cluster, no database."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        cls.text_hash = hash_of_programs(Path(inspect.getfile(cls)).parent)


def hash_of_programs(folder: Path) -> str:
    """Of all Python files of a lesson: a check may stand on more than its own."""
    files = sorted(folder.glob("*.py"))
    return hashlib.sha256(b"".join(hashlib.sha256(each.read_bytes()).digest() for each in files)).hexdigest()
