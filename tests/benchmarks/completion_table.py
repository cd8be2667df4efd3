"""How long the grader's table takes to be made, for a large class.

    .venv/bin/python -m tests.benchmarks.completion_table [--students 500] [--exercises 40] [--looks 3]

The rows are made in a database of their own, and no broker is needed. Each line stands beside the least that it could take:
reading one column of every attempt that the table is made of. The page is the whole request: access, filter, table,
template. With DATABASE_URL it runs on PostgreSQL, in a test database.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.benchmarks import report


def main() -> None:
    asked = report.arguments(__doc__)
    for name, usual in (("students", 500), ("exercises", 40), ("looks", 3)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KAFKACLASS_DATA"] = folder
        import django

        django.setup()
        from django.db import connection
        from django.test.utils import setup_test_environment, teardown_test_environment

        setup_test_environment()
        connection.creation.create_test_db(verbosity=0)
        try:
            measure(wanted)
        finally:
            connection.creation.destroy_test_db(":memory:", verbosity=0)
            teardown_test_environment()


def measure(wanted: argparse.Namespace) -> None:
    from django.urls import reverse

    from lessons.classroom import process
    from lessons.classroom.grading.completion import Query, completion
    from lessons.classroom.grading.standings import class_standings
    from lessons.classroom.models import Attempt
    from lessons.web.view_models.completion_table import table_html
    from tests.signing_in import browser_of

    lengthen_course(wanted.exercises)
    klass, grader = make_class(wanted.students, wanted.looks)
    browser = browser_of(grader)
    address = reverse("grading", args=[klass.slug])
    table = completion(klass)
    size = len(browser.get(address).content)

    def run() -> list[report.Row]:
        least = took_ms(lambda: list(Attempt.objects.values_list("state", flat=True)))
        took = {
            "the least: a column of each attempt": least,
            "how everything stands": took_ms(lambda: class_standings(klass)),
            "the same, where nothing has changed": took_ms(lambda: process.current().standings.of_class(klass)),
            "the rows, sorted": took_ms(lambda: completion(klass, Query(sort="-points"))),
            "the cells as HTML": took_ms(lambda: table_html(table, klass, Query())),
            "the page": took_ms(lambda: browser.get(address)),
            "the page of those who did it late": took_ms(lambda: browser.get(address, {"late": "1"})),
        }
        made_of = {"attempts": Attempt.objects.count(), "page MiB": size / 2**20}
        return [
            report.Row(f"{len(table.rows)} students × {len(table.exercises)} exercises", made_of),
            *(report.Row(name, {"ms": each, "beside the least": each / least}) for name, each in took.items()),
        ]

    report.show(wanted, report.medians_of(wanted.runs, run))


def took_ms(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def lengthen_course(exercises: int) -> None:
    """More exercises of the same kinds, in this process only."""
    from lessons.course.loader import all_exercises, lessons

    number = 0
    while (missing := exercises - len(all_exercises())) > 0:
        for lesson in lessons()[:missing]:
            number += 1
            first = type(lesson.exercises[0])
            more = type(f"More{number}", (first,), {"id": f"{first.id}-{number}", "__module__": first.__module__})
            object.__setattr__(lesson, "exercises", (*lesson.exercises, more()))


def make_class(students: int, looks: int, *, slug: str = "large") -> tuple[Any, Any]:
    """Of seats that have done two of three exercises, each after some looks, and a tenth of it late."""
    from django.utils import timezone

    from lessons.classroom.models import Act, Attempt, Class, Member, Observation, Role, User
    from lessons.classroom.people.seats import take_seat
    from lessons.course.loader import all_exercises, lessons

    lesson_of = {exercise.id: lesson.slug for lesson in lessons() for exercise in lesson.exercises}
    now, chance = timezone.now(), random.Random(7)
    klass = Class.objects.create(name="A large class", slug=slug, due_at=now, late_rule="half")
    users = User.objects.bulk_create(User(username=f"{slug}-{n}") for n in range(students))
    members = Member.objects.bulk_create(
        Member(user=user, klass=klass, name=f"Student {n}", slug=f"{n:04d}", code_hash=f"{slug}-{n}")
        for n, user in enumerate(users)
    )
    cells = [(member, each.id) for member in members for each in all_exercises() if chance.random() < 0.9]
    acts = Act.objects.bulk_create(
        Act(
            member=member, kind="create-topic", fields={"name": "test1p", "partitions": 1, "replicas": 1}, state="done",
            line="test1p with 1 partition", lesson=lesson_of[exercise], feed_offset=0, started_at=now - timedelta(hours=6),
            settled_at=now + timedelta(hours=chance.choice([-5, -4, -3, -2, -1, -1, -1, -1, -1, 1])),
        )
        for member, exercise in cells
    )  # fmt: skip
    looked = [
        (member, exercise, act) for (member, exercise), act in zip(cells, acts, strict=True) for _ in range(looks)
    ]
    seen = Observation.objects.bulk_create(
        Observation(member=member, exercise=exercise, version=1, data={"topics": {}}) for member, exercise, _ in looked
    )
    done = [number % looks == looks - 1 and chance.random() < 0.75 for number in range(len(looked))]
    Attempt.objects.bulk_create(
        Attempt(
            member=member, exercise=exercise, observation=observation, check_hash="0" * 64,
            state="done" if is_done else "not_yet", deciding_act=act if is_done else None, feed_offset=0,
        )
        for (member, exercise, act), observation, is_done in zip(looked, seen, done, strict=True)
    )  # fmt: skip
    return klass, take_seat(klass, "Greta", role=Role.GRADER)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafkaclass.settings")
    main()
