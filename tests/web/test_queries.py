"""What a page asks of the database does not grow with the class."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.models import Act, Attempt, Hand, Member
from lessons.classroom.people.seats import take_seat
from lessons.course.loader import all_exercises
from tests.signing_in import browser_of

LESSON = "creating-topics"
EXERCISE = next(each.id for each in all_exercises() if each.id.startswith(LESSON))
OF_A_STUDENT = {
    "lessons": [],
    "lesson": [LESSON],
    "cluster": [],
    "my-work": [],
    "playground": [],
}
OF_STAFF = ("room", "grading", "people", "seat", "evidence")

pytestmark = pytest.mark.usefixtures("kafka")


def works(seat: Member) -> None:
    """Has acted, was checked, and asks for help; has begun all other exercises, too."""
    act = Act.objects.create(
        member=seat, lesson=LESSON, kind="create-topic", fields={"name": "test1p", "partitions": 1, "replicas": 1},
        state="done", settled_at=timezone.now(), feed_offset=0,
    )  # fmt: skip
    Attempt.objects.bulk_create(
        Attempt(member=seat, exercise=each.id, state="not_yet", check_hash="", feed_offset=0)
        for each in all_exercises()
    )
    Attempt.objects.create(member=seat, exercise=EXERCISE, state="done", check_hash="", deciding_act=act, feed_offset=0)
    Hand.objects.create(member=seat, lesson=LESSON, words="Help!", feed_offset=0)


def queries(member: Member, url: str) -> list[str]:
    """Of the second visit."""
    browser = browser_of(member)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(url).status_code == 200
    return [each["sql"] for each in asked]


def address(page: str, seat: Member) -> str:
    more = {"seat": [seat.slug], "evidence": [seat.slug, EXERCISE], **OF_A_STUDENT}
    return reverse(page, args=[seat.klass.slug, *more.get(page, [])])


@pytest.mark.parametrize("page", [*OF_A_STUDENT, *OF_STAFF])
def test_more_students_cost_no_more_queries(page, classroom):
    works(classroom.alice)
    works(classroom.bob)
    reader, url = classroom.ines if page in OF_STAFF else classroom.alice, address(page, classroom.alice)
    with_two = queries(reader, url)
    for number in range(8):
        works(take_seat(classroom.klass, f"Student {number}"))
    assert len(queries(reader, url)) == len(with_two)


@pytest.mark.parametrize("page", OF_A_STUDENT)
def test_a_page_reads_once_how_a_student_stands(page, classroom):
    works(classroom.alice)
    asked = queries(classroom.alice, address(page, classroom.alice))
    assert len([sql for sql in asked if "lessons_attempt" in sql and "GROUP BY" in sql]) == 1
