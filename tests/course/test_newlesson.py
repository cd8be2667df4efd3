"""`manage.py newlesson`: what it copies is a whole lesson, and the course's own test holds for it."""

from __future__ import annotations

import shutil
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

import lessons.course
from lessons.course import loader
from lessons.course.loader import Lesson
from tests.course import test_course
from tests.course.taking import assert_done_by_its_solution

LAST_NUMBER = max(lesson.number for lesson in loader.lessons())


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A copy of the course to write into, in which the loader finds the checks of what is new."""
    copy = tmp_path / "course"
    shutil.copytree(loader.HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(lessons.course, "__path__", [*lessons.course.__path__, str(copy)])
    known = set(sys.modules)
    yield copy
    for name in set(sys.modules) - known:
        if name.startswith("lessons.course."):
            del sys.modules[name]


def new_lesson(name: str, course: Path) -> str:
    """What the command said."""
    said = StringIO()
    call_command("newlesson", name, course=course, stdout=said)
    return said.getvalue()


@pytest.fixture
def lesson(course) -> Lesson:
    new_lesson("My first lesson", course)
    return loader.load(course / "my_first_lesson")


def test_the_template_itself_is_no_lesson():
    assert "-template" not in {lesson.slug for lesson in loader.lessons()}
    assert loader.load(loader.HERE / "_template").number == 0


def test_a_new_lesson_has_the_next_number_its_title_and_an_exercise_of_its_own(lesson):
    assert (lesson.slug, lesson.number, lesson.title) == ("my-first-lesson", LAST_NUMBER + 1, "My first lesson")
    assert [exercise.id for exercise in lesson.exercises] == ["my-first-lesson.own-topic"]


def test_two_new_lessons_get_two_numbers(course):
    new_lesson("one", course)
    new_lesson("Two-B", course)
    both = [loader.load(course / folder) for folder in ("one", "two_b")]
    assert [(each.title, each.number) for each in both] == [("One", LAST_NUMBER + 1), ("Two B", LAST_NUMBER + 2)]


def test_the_line_that_the_course_test_needs_is_said(course):
    assert '        "my-first-lesson.own-topic": 1,\n' in new_lesson("My first lesson", course)


def test_the_first_lesson_of_an_empty_course_is_number_1(tmp_path):
    assert new_lesson("One", tmp_path).startswith("Lesson 1, “One”")


def test_the_acts_on_its_page_are_acts_with_such_fields_and_its_ids_name_it(lesson, monkeypatch):
    monkeypatch.setattr(test_course, "lessons", lambda: (lesson,))
    monkeypatch.setattr(test_course, "EXERCISES", lesson.exercises)
    test_course.test_exercise_ids_are_unique_and_name_their_lesson()
    test_course.test_every_act_in_a_lesson_is_an_act_with_such_fields()


@pytest.mark.usefixtures("kafka")
def test_on_the_cluster_what_holds_for_every_exercise_holds_for_its_own(lesson, alice):
    assert_done_by_its_solution(alice, lesson.exercises[0], times=2)


@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize("index", [0, 1])
def test_each_of_its_wrong_answers_fails_for_its_own_reason(index, lesson, alice):
    [exercise] = lesson.exercises
    assert len(exercise.wrong_ways) == 2
    test_course.test_a_known_wrong_answer_fails_for_its_own_reason(exercise, exercise.wrong_ways[index], alice)


@pytest.mark.parametrize("name", ["", "  ", "2 late", "../etc", "a/b", "naïve", "a.b", "a-", "a\n", "a\tb", "_a"])
def test_an_illegal_name_is_refused_with_an_example(name, course):
    before = sorted(course.iterdir())
    with pytest.raises(CommandError, match=r'cannot be the name of a lesson.*manage\.py newlesson "Consumer groups"'):
        new_lesson(name, course)
    assert sorted(course.iterdir()) == before


@pytest.mark.parametrize("name", ["Producing", "creating-topics", "creating_Topics", "loader"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_overwritten(name, course):
    before = (course / "producing" / "lesson.md").read_text()
    with pytest.raises(CommandError, match=r".* exists already\. Choose another name\."):
        new_lesson(name, course)
    assert (course / "producing" / "lesson.md").read_text() == before


def test_a_word_of_python_and_a_name_that_is_too_long_are_refused(course):
    with pytest.raises(CommandError, match="class is a Python keyword"):
        new_lesson("Class", course)
    with pytest.raises(CommandError, match="41 characters, and the limit is 40"):
        new_lesson("a" * 41, course)
    new_lesson("a" * 40, course)


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("checks.py", "def (:\n", "checks.py, line 1: SyntaxError"),
        ("checks.py", "\nEXERCISES = [nothing]\n", "checks.py, line 2: NameError"),
        ("lesson.md", "+++\nnumber =\n+++\n", "lesson.md: TOMLDecodeError"),
    ],
)
def test_a_lesson_with_a_mistake_takes_down_nothing_but_itself_and_where_it_is_is_said(course, file, text, where):
    new_lesson("My first lesson", course)
    (course / "my_first_lesson" / file).write_text(text)
    found, [wrong] = loader.load_all(loader.folders(course))
    assert [lesson.slug for lesson in found] == [lesson.slug for lesson in loader.lessons()]
    assert f"my_first_lesson/{where}" in str(wrong)
