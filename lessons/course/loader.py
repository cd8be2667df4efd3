"""Read the lessons' folders, once per process."""

from __future__ import annotations

import logging
import re
import threading
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any

from markdown_it import MarkdownIt

from lessons.course.exercise import Exercise
from lessons.course.glossary import Term, render_link, terms_in, without_terms
from lessons.words import gettext_noop

HERE = Path(__file__).parent
PARTS = (gettext_noop("Part one: the basics"), gettext_noop("Part two: going further"))

_log = logging.getLogger(__name__)
_loading = threading.RLock()
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_markdown.add_render_rule("link_open", render_link)
_markdown.add_render_rule("link_close", render_link)
_markdown.render("*now*")  # its rules are put together at first use, which goes wrong when two threads do so at once
# A block of a lesson other than text: `::: act create-topic`, fields as TOML, `:::`
_BLOCK = re.compile(
    r"^::: (?:aside (?P<title>[^\n]+)|(?P<kind>\w+) (?P<name>[\w.-]+))\n(?P<inside>.*?)^:::$\n?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A part of a lesson's page: `text` and `aside` (with html), or `act`, `exercise`, `stream`, `figure` (with a name
    and fields).

    A figure is a drawing with its text, `templates/figures/<name>.html`. A `cell` is an act for the notebook only, for
    what the page leaves to an earlier lesson or to the reader. A `stream` has its newest row on top, or its oldest with
    `oldest_first = true` among its fields, and room for several consumers with `members = 4`. An `aside` is text for the curious, folded on the page; its
    name is what stands on the fold. `afterwards` is text that would give an exercise's answer away: its name is the exercise's, and
    it is folded until that is done.
    """

    kind: str
    name: str = ""
    html: str = ""
    markdown: str = ""
    fields: dict[str, Any] | None = None
    oldest_first: bool = False  # of a stream's rows
    members: int = 1  # consumers of a stream, all of one group


@dataclass(frozen=True)
class Lesson:
    """A lesson as its folder describes it."""

    slug: str
    number: int
    title: str
    summary: str
    topic: str  # that the stage shows; empty: none
    readable: bool  # whether it shows, too, from where to where a consumer can read it
    blocks: tuple[Block, ...]  # the page's
    notebook: tuple[Block, ...]  # the same and the cells
    exercises: tuple[Exercise, ...]
    terms: tuple[Term, ...]  # that can be tapped

    @property
    def part(self) -> str:
        return PARTS[0] if self.number <= 8 else PARTS[1]

    def exercise(self, exercise_id: str) -> Exercise:
        """Raises: KeyError."""
        return {exercise.id: exercise for exercise in self.exercises}[exercise_id]


@dataclass(frozen=True)
class LeftOut:
    """A lesson that could not be loaded."""

    folder: str
    mistake: str

    def __str__(self) -> str:
        return f"The lesson {self.folder} is left out. {self.mistake}"


def lessons() -> tuple[Lesson, ...]:
    """All lessons, by number. One with a mistake takes down nothing but itself: see `left_out`."""
    return _loaded()[0]


def left_out() -> tuple[LeftOut, ...]:
    """The lessons that could not be loaded. `up` says them."""
    return _loaded()[1]


def _loaded() -> tuple[tuple[Lesson, ...], tuple[LeftOut, ...]]:
    """By one thread: of two that import modules that import one another, one may get a module that is only half there."""
    with _loading:
        return _course()


@cache
def _course() -> tuple[tuple[Lesson, ...], tuple[LeftOut, ...]]:
    return load_all(folders())


def load_all(folders: Iterable[Path]) -> tuple[tuple[Lesson, ...], tuple[LeftOut, ...]]:
    found, wrong = [], []
    for folder in sorted(folders):
        try:
            found.append(load(folder))
        except Exception as error:  # whatever an author's code raises
            wrong.append(LeftOut(folder.name, mistake_in(folder, error)))
            _log.error("%s", wrong[-1])
    return tuple(sorted(found, key=lambda lesson: lesson.number)), tuple(wrong)


def mistake_in(folder: Path, error: Exception) -> str:
    """What an author's code has raised: the file of the lesson, mostly a line, and what it is."""
    return mistake_at(_where(error, folder), error)


def mistake_at(where: str, error: Exception) -> str:
    return f"{where}: {type(error).__name__}: {error}"


def _where(error: Exception, folder: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = [each for each in extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(folder)]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else str(folder / "lesson.md")


def folders(course: Path = HERE) -> list[Path]:
    """The lessons' folders. A name that begins with an underscore is no lesson: `newlesson` copies `_template`."""
    return [path.parent for path in course.glob("[!_]*/lesson.md")]


def get_lesson(slug: str) -> Lesson:
    """Raises: KeyError."""
    return {lesson.slug: lesson for lesson in lessons()}[slug]


def all_exercises() -> tuple[Exercise, ...]:
    return tuple(exercise for lesson in lessons() for exercise in lesson.exercises)


def exercise_titles() -> dict[str, str]:
    """By the exercise's id."""
    return {exercise.id: exercise.title for exercise in all_exercises()}


def load(folder: Path) -> Lesson:
    """The lesson in a folder, e.g. `creating_topics/`. Raises: ValueError."""
    facts, body = read(folder)
    exercises: Sequence[Exercise] = import_module(f"lessons.course.{folder.name}.checks").EXERCISES
    blocks = tuple(_blocks(body))
    lesson = Lesson(
        slug=folder.name.replace("_", "-"),
        number=facts["number"],
        title=facts["title"],
        summary=facts["summary"],
        topic=facts.get("topic", ""),
        readable=facts.get("readable", False),
        blocks=tuple(block for block in blocks if block.kind != "cell"),
        notebook=blocks,
        exercises=tuple(exercises),
        terms=terms_in(body),
    )
    shown = [block.name for block in lesson.blocks if block.kind == "exercise"]
    if shown != [exercise.id.partition(".")[2] for exercise in lesson.exercises]:
        raise ValueError(f"{folder.name}: lesson.md shows the exercises {shown}, but checks.py lists others.")
    if unknown := {block.name for block in lesson.blocks if block.kind == "afterwards"} - set(shown):
        raise ValueError(
            f"{folder.name}: lesson.md has text for after {sorted(unknown)}, which are no exercises of it."
        )
    return lesson


def read(folder: Path) -> tuple[dict[str, Any], str]:
    """The settings at the top of a folder's `lesson.md`, and the text below them. Raises: ValueError."""
    head, _, body = (folder / "lesson.md").read_text(encoding="utf-8").partition("\n+++\n")
    return tomllib.loads(head.removeprefix("+++\n")), body


def _blocks(body: str) -> Iterator[Block]:
    position = 0
    for match in _BLOCK.finditer(body):
        yield from _text(body[position : match.start()])
        yield _block(match)
        position = match.end()
    yield from _text(body[position:])


def _block(match: re.Match[str]) -> Block:
    if title := match["title"]:
        return Block("aside", name=title.strip(), html=render(match["inside"]), markdown=plain(match["inside"]))
    if match["kind"] == "afterwards":
        inside = match["inside"]
        return Block("afterwards", name=match["name"], html=render(inside), markdown=plain(inside))
    fields = tomllib.loads(match["inside"])
    of_stream = {}
    if match["kind"] == "stream":
        of_stream = {name: fields.pop(name) for name in ("oldest_first", "members") if name in fields}
    return Block(match["kind"], name=match["name"], fields=fields, **of_stream)


def _text(markdown: str) -> Iterator[Block]:
    if markdown.strip():
        yield Block("text", html=render(markdown), markdown=plain(markdown))


def plain(markdown: str) -> str:
    """For a notebook, where nothing can be tapped."""
    return without_terms(markdown).strip()


def render(markdown: str) -> str:
    """Our Markdown as HTML. Raw HTML in it is escaped."""
    return str(_markdown.render(markdown))
