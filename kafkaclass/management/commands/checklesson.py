"""`manage.py checklesson NAME`: what is wrong with a lesson, and the course's own tests of it, on real brokers."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from kafkaclass.management.commands import test
from lessons.course import loader
from lessons.course.loader import Lesson


class Command(BaseCommand):
    help = "Say where a lesson has a mistake; if it has none, run what the course's tests have of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of its folder, such as creating_topics")

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        lesson = loaded(name)
        exercises = ", ".join(exercise.title for exercise in lesson.exercises)
        self.stdout.write(f"Lesson {lesson.number}, “{lesson.title}”. Its exercises: {exercises}")
        self.stdout.flush()
        test.Command().run_from_argv(["manage.py", "test", *chosen_for(lesson)])


def chosen_for(lesson: Lesson) -> list[str]:
    """What pytest is told. Each exercise, its wrong ways and its other ways are tests by the exercise's id; those that stop
    brokers have brokers of their own."""
    return ["tests/course", "tests/outages/test_lessons.py", "-k", f"{lesson.slug}.", "--long", "--every-way"]


def loaded(name: str) -> Lesson:
    """Raises: CommandError."""
    folders = {folder.name: folder for folder in loader.folders()}
    folder = folders.get(name.replace("-", "_"))
    if folder is None:
        raise CommandError(f"There is no lesson {name}. There are: {', '.join(sorted(folders))}.")
    try:
        return loader.load(folder)
    except Exception as error:
        raise CommandError(loader.mistake_in(folder, error)) from error
