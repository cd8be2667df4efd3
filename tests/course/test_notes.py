"""Where the facts of a lesson come from stands beside it, and what is said to show them is there."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from lessons.course.loader import Lesson, folders, lessons

FIRST = 9  # the first of the lessons that go on where the notebook stops
COLUMNS = "| What the lesson says | Source | How it was seen |"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(?:(\w+)::)?(\w+))?")

noted = pytest.mark.parametrize(
    "lesson", [each for each in lessons() if each.number >= FIRST], ids=lambda each: each.slug
)


def notes_of(lesson: Lesson) -> str:
    [folder] = [each for each in folders() if each.name.replace("_", "-") == lesson.slug]
    return (folder / "notes.md").read_text(encoding="utf-8")


def rows_of(notes: str) -> list[list[str]]:
    _, _, table = notes.partition(COLUMNS)
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


@noted
def test_each_fact_has_its_source_and_what_shows_it(lesson: Lesson) -> None:
    notes = notes_of(lesson)
    assert notes.startswith(f"# Notes for authors: {lesson.title}\n")
    rows = rows_of(notes)
    assert rows
    assert [row for row in rows if len(row) != 3 or not all(row)] == []


@noted
def test_the_tests_that_are_named_are_there(lesson: Lesson) -> None:
    for path, _class, name in TEST.findall(notes_of(lesson)):
        text = (settings.BASE_DIR / path).read_text(encoding="utf-8")
        assert not name or re.search(rf"^\s*(async )?(def|class) {name}\b", text, re.MULTILINE), f"{path}::{name}"
