"""Reads the lessons' folders, once a process."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from lessons.course.exercise import Exercise

HERE = Path(__file__).parent
PARTS = ("Part one: the notebook", "Part two: beyond it")

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
# A block of a lesson other than text: `::: act create-topic`, fields as TOML, `:::`
_BLOCK = re.compile(r"^::: (?P<kind>\w+) (?P<name>[\w.-]+)\n(?P<fields>.*?)^:::$\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A piece of a lesson's page: `text` (with html), or `act`, `exercise`, `stream`, `figure` (with a name and fields).

    A figure is a drawing with its words, `templates/figures/<name>.html`. A `cell` is an act for the notebook alone:
    what the page leaves to an earlier lesson, or to the reader.
    """

    kind: str
    name: str = ""
    html: str = ""
    markdown: str = ""
    fields: dict[str, Any] | None = None


@dataclass(frozen=True)
class Lesson:
    slug: str
    number: int
    title: str
    summary: str
    topic: str  # which topic's records the live column shows; empty: none
    blocks: tuple[Block, ...]  # of the page
    notebook: tuple[Block, ...]  # the same, and the cells
    exercises: tuple[Exercise, ...]

    @property
    def part(self) -> str:
        return PARTS[0] if self.number <= 8 else PARTS[1]

    def exercise(self, exercise_id: str) -> Exercise:
        """Raises: KeyError."""
        return {exercise.id: exercise for exercise in self.exercises}[exercise_id]


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, by number. Raises: ValueError for a lesson that is not well-formed."""
    found = [load(folder) for folder in folders()]
    return tuple(sorted(found, key=lambda lesson: lesson.number))


def folders(course: Path = HERE) -> list[Path]:
    """The lessons' folders. One that begins with an underscore is no lesson: `_template` is copied by `newlesson`."""
    return [path.parent for path in course.glob("[!_]*/lesson.md")]


def get_lesson(slug: str) -> Lesson:
    """Raises: KeyError."""
    return {lesson.slug: lesson for lesson in lessons()}[slug]


def all_exercises() -> tuple[Exercise, ...]:
    return tuple(exercise for lesson in lessons() for exercise in lesson.exercises)


def load(folder: Path) -> Lesson:
    """One lesson from its folder, e.g. `creating_topics/`. Raises: ValueError."""
    facts, body = read(folder)
    exercises: Sequence[Exercise] = import_module(f"lessons.course.{folder.name}.checks").EXERCISES
    blocks = tuple(_blocks(body))
    lesson = Lesson(
        slug=folder.name.replace("_", "-"),
        number=facts["number"],
        title=facts["title"],
        summary=facts["summary"],
        topic=facts.get("topic", ""),
        blocks=tuple(block for block in blocks if block.kind != "cell"),
        notebook=blocks,
        exercises=tuple(exercises),
    )
    shown = [block.name for block in lesson.blocks if block.kind == "exercise"]
    if shown != [exercise.id.partition(".")[2] for exercise in lesson.exercises]:
        raise ValueError(f"{folder.name}: lesson.md shows the exercises {shown}, checks.py lists others.")
    return lesson


def read(folder: Path) -> tuple[dict[str, Any], str]:
    """The facts at the head of a folder's `lesson.md`, and the text below them. Raises: ValueError."""
    head, _, body = (folder / "lesson.md").read_text(encoding="utf-8").partition("\n+++\n")
    return tomllib.loads(head.removeprefix("+++\n")), body


def _blocks(body: str) -> Iterator[Block]:
    position = 0
    for match in _BLOCK.finditer(body):
        yield from _text(body[position : match.start()])
        yield Block(match["kind"], name=match["name"], fields=tomllib.loads(match["fields"]))
        position = match.end()
    yield from _text(body[position:])


def _text(markdown: str) -> Iterator[Block]:
    if markdown.strip():
        yield Block("text", html=render(markdown), markdown=markdown.strip())


def render(markdown: str) -> str:
    """Markdown of ours as HTML. Raw HTML in it is escaped."""
    return str(_markdown.render(markdown))
