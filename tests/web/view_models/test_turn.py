from lessons.classroom.grading.standings import DONE, Standing
from lessons.classroom.models import Class, Member, Role
from lessons.course.loader import Lesson, lessons
from lessons.web.view_models.rail import go_on
from lessons.web.view_models.turn import turn

ALL = lessons()


def student() -> Member:
    return Member(klass=Class(slug="kafka", lessons_off=[]), role=Role.STUDENT, name="Alice", slug="7KQ4")


def done(*finished: Lesson) -> dict[str, Standing]:
    return {exercise.id: Standing(state=DONE) for lesson in finished for exercise in lesson.exercises}


def test_a_lesson_that_is_not_done_leads_to_its_neighbours_and_says_nothing():
    shown = turn(student(), ALL[1], done(ALL[0]))
    assert shown.state == "open"
    assert shown.previous and shown.previous.title == ALL[0].title  # noqa: PT018
    assert shown.next and shown.next.title == ALL[2].title  # noqa: PT018


def test_a_lesson_that_is_done_offers_the_next_one_that_is_not():
    shown = turn(student(), ALL[0], done(ALL[0], ALL[1]))
    assert shown.state == "lesson_done"
    assert shown.go_on and shown.go_on.title == ALL[2].title  # noqa: PT018


def test_after_the_last_lesson_what_was_left_out_before_is_offered():
    shown = turn(student(), ALL[-1], done(*ALL[1:]))
    assert shown.state == "lesson_done"
    assert shown.go_on and shown.go_on.title == ALL[0].title  # noqa: PT018


def test_the_end_of_the_class_is_there_when_all_is_done_and_not_before():
    assert turn(student(), ALL[-1], done(*ALL)).state == "all_done"
    assert turn(student(), ALL[0], done(*ALL)).state == "all_done"


def test_the_list_starts_then_continues_where_something_is_left_and_ends():
    def rows(*states: str):
        return [{"lessons": [{"number": number, "state": state} for number, state in enumerate(states, start=1)]}]

    assert go_on(rows("open", "open")) == {"number": 1, "state": "open", "is_first": True}
    assert go_on(rows("done", "begun", "open")) == {"number": 2, "state": "begun", "is_first": False}
    assert go_on(rows("done", "done")) is None
