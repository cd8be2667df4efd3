"""`manage.py newlesson NAME`: make the folder of a new lesson, complete and ready to be rewritten."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from lessons.course import loader

TEMPLATE = loader.HERE / "_template"
LONGEST_SLUG = 40  # what Act.lesson holds
_LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9]*([ _-]+[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Names:
    """The names of one lesson in different places, e.g. `Consumer groups`."""

    title: str  # Consumer groups
    folder: str  # consumer_groups, a package's name
    slug: str  # consumer-groups, in addresses and in the ids of exercises


class Command(BaseCommand):
    help = "Copy the template of a lesson to a new folder, with the next number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='e.g. "Consumer groups"')
        parser.add_argument("--course", type=Path, default=loader.HERE, help="folder of the course (default: ours)")

    def handle(self, *_args: Any, name: str, course: Path, **_options: Any) -> None:
        names = names_of(name)
        refuse_taken(names, course)
        number = next_number(course)
        folder = copy_template(names, number=number, course=course)
        self.stdout.write(
            f"Lesson {number}, “{names.title}”, is in {folder}: write its lesson.md and its checks.py.\n"
            "The points of an exercise never change, so a test repeats them. Add this to"
            " test_points_never_change in tests/course/test_course.py:\n"
        )
        for exercise_id, points in points_of_template(names).items():
            self.stdout.write(f'        "{exercise_id}": {points},')


def names_of(name: str) -> Names:
    """Raises: CommandError."""
    words = re.split(r"[ _-]+", name)
    if not _LEGAL.fullmatch(name):
        raise CommandError(
            f"“{name}” cannot be the name of a lesson. A name begins with a letter and has letters from a to z, digits,"
            ' and between them spaces, - or _. For example: manage.py newlesson "Consumer groups"'
        )
    title = " ".join(words)
    names = Names(title[0].upper() + title[1:], folder="_".join(words).lower(), slug="-".join(words).lower())
    if keyword.iskeyword(names.folder):
        raise CommandError(
            f"“{name}” cannot be the name of a lesson: {names.folder} is a Python keyword. Choose another."
        )
    if len(names.slug) > LONGEST_SLUG:
        raise CommandError(
            f"“{name}” is too long for a lesson: {len(names.slug)} characters, and the limit is {LONGEST_SLUG}."
            " You can make the title in lesson.md longer afterwards."
        )
    return names


def refuse_taken(names: Names, course: Path) -> None:
    """Raises: CommandError. The name of a module of the course is taken too: a package would hide the module."""
    for taken in (course / names.folder, course / f"{names.folder}.py"):
        if taken.exists():
            raise CommandError(f"{taken} exists already. Choose another name.")


def next_number(course: Path) -> int:
    """The number after the last lesson's. A gap stays: somebody may have planned it."""
    return 1 + max((loader.read(folder)[0]["number"] for folder in loader.folders(course)), default=0)


def copy_template(names: Names, *, number: int, course: Path) -> Path:
    """Copy the template and return the new folder."""
    head = {
        "number = 0\n": f"number = {number}\n",
        'title = "Template"\n': f'title = "{names.title}"\n',
        "authors: Template\n": f"authors: {names.title}\n",
    }
    folder = course / names.folder
    folder.mkdir()
    for source in TEMPLATE.glob("*.*"):
        text = source.read_text(encoding="utf-8").replace('id = "template.', f'id = "{names.slug}.')
        if source.suffix == ".md":
            for old, new in head.items():
                text = text.replace(old, new, 1)
        (folder / source.name).write_text(text, encoding="utf-8")
    return folder


def points_of_template(names: Names) -> dict[str, int]:
    lesson = loader.load(TEMPLATE)
    return {exercise.id.replace("template.", f"{names.slug}.", 1): exercise.points for exercise in lesson.exercises}
