"""The frame of an act."""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import indent
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from lessons.cluster.namespace import Namespace

# Any text: what is wrong with a name is for `Namespace.full` and for Kafka to say. The bound only keeps rows small.
Name = Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True)
class Where:
    """For whom an act is shown as code: whose names, and which addresses."""

    namespace: Namespace
    bootstrap_servers: str

    def full(self, name: str) -> str:
        return self.namespace.prefix + name

    def tool(self, name: str, *arguments: str) -> str:
        """A command line of Kafka's own tools, one option to a line."""
        words = [shlex.quote(word) for word in arguments]
        lines: list[str] = []
        for word in words:
            if word.startswith("--") or not lines:
                lines.append(word)
            else:
                lines[-1] += f" {word}"
        return " \\\n    ".join([f"{name} --bootstrap-server {self.bootstrap_servers}", *lines])


@dataclass(frozen=True)
class Answer:
    """What Kafka answered to an act that it did."""

    words: str
    details: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON; what checks read
    why: str = ""
    state: Literal["done", "refused", "unknown"] = "done"


def _refuse_unstorable(value: Any) -> Any:
    """NUL and halves of surrogate pairs: JSON can carry them, rows and the client's C strings can't."""
    if isinstance(value, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise ValueError("The text holds a character that is none in UTF-8, or a NUL.")
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_unstorable(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_unstorable(each)
    return value


class Action(BaseModel, ABC):
    """One act with its fields filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    refuse_unstorable = field_validator("*", mode="before")(_refuse_unstorable)

    kind: ClassVar[str]
    title: ClassVar[str]
    submit: ClassVar[str]
    asks_kafka: ClassVar[bool] = True
    changes_topics: ClassVar[bool] = False  # whether there are other topics, partitions or leaders after it
    example: ClassVar[Mapping[str, Any]]  # fields that make one, for the API and for tests
    roles: ClassVar[frozenset[str]] = frozenset()  # who may do it; empty: everybody in the class

    @classmethod
    def is_offered(cls) -> bool:
        """Whether it can be done at all on this cluster."""
        return True

    @abstractmethod
    def run(self, namespace: Namespace) -> Answer:
        """Does it. Raises: lessons.cluster.errors.ClusterError."""

    def find_out(self, namespace: Namespace) -> Answer | None:
        """Whether an act that was cut in the middle happened, by looking at the cluster; None: it can't be known."""
        return None

    @abstractmethod
    def python(self, where: Where) -> str:
        """The same as a program for confluent-kafka that runs as it is."""

    @abstractmethod
    def command(self, where: Where) -> str:
        """The same as a command line of the tools that come with Kafka."""

    def cell(self, where: Where) -> str:
        """`python` for a notebook that is run from top to bottom: it ends by itself, and a refusal that is to be
        expected there is printed and not raised."""
        return self.python(where)

    def script(self, where: Where) -> str:
        """`command` for a script: it ends by itself."""
        return self.command(where)

    @abstractmethod
    def feed_line(self) -> str:
        """What was asked, after the person's name: `created test1p …`."""


def counted(number: int, noun: str) -> str:
    """`1 partition`, `2 partitions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def with_refusals_said(program: str) -> str:
    """A program that ends in a loop over futures, with what the loop does in a `try`."""
    before, loop, body = program.rpartition(".items():\n")
    said = '    except KafkaException as refusal:\n        print(f"Kafka refused: {refusal.args[0].str()}")\n'
    return f"from confluent_kafka import KafkaException\n{before}{loop}    try:\n{indent(body, '    ')}{said}"


def literal(text: str) -> str:
    """The text as Python writes it, in double quotes as in the rest of the code that is shown."""
    plain = text.isprintable() and not {'"', "\\"} & set(text)
    return f'"{text}"' if plain else repr(text)
