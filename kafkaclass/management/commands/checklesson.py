"""`manage.py checklesson NAME`: what is wrong with a lesson, and the course's own tests of it, on real brokers."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.management.base import OutputWrapper

from kafkaclass.management.commands import test
from lessons.course import loader


class Command(BaseCommand):
    help = "Say where a lesson has a mistake; if it has none, run what the course's tests have of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of its folder, such as creating_topics")

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        slug = checked(name, say=self.stdout)
        # Each exercise, its wrong ways and its other ways are tests by the exercise's id.
        test.Command().run_from_argv(["manage.py", "test", "tests/course", "-k", f"{slug}.", "--long", "--every-way"])


def checked(name: str, *, say: OutputWrapper) -> str:
    """The lesson's slug. Raises: CommandError."""
    folders = {folder.name: folder for folder in loader.folders()}
    folder = folders.get(name.replace("-", "_"))
    if folder is None:
        raise CommandError(f"There is no lesson {name}. There are: {', '.join(sorted(folders))}.")
    try:
        lesson = loader.load(folder)
    except Exception as error:
        where = loader.where_it_went_wrong(error, folder)
        raise CommandError(f"{where}: {type(error).__name__}: {error}") from error
    exercises = ", ".join(exercise.title for exercise in lesson.exercises)
    say.write(f"Lesson {lesson.number}, “{lesson.title}”. Its exercises: {exercises}")
    say.flush()
    return lesson.slug
