"""What the room costs the server: 300 students of whom 15 do something each second, as when each acts once in 20 s.

    .venv/bin/python -m tests.benchmarks.class_overview

CPU milliseconds: of the first drawing of the class, and of each further second of an open room.
It makes a database of its own and asks no Kafka.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from tests.benchmarks import report

if TYPE_CHECKING:
    from lessons.classroom.changes import Changed

SEATS, FRESH_A_SECOND, SECONDS = 300, 15, 40
ACTS_EACH, ATTEMPTS_EACH = 200, 40


def main() -> None:
    options = report.arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"KAFKACLASS_DATA": folder, "DJANGO_SETTINGS_MODULE": "kafkaclass.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        number = count(1)
        report.show(options, report.medians_of(options.runs, lambda: measure(f"many-{next(number)}")))


def measure(slug: str) -> list[report.Row]:
    from lessons.classroom.models import Class, Role
    from lessons.classroom.people.seats import take_seat
    from lessons.cluster.snapshots import Snapshot
    from lessons.web.live import room

    klass = Class.objects.create(name="Three hundred", slug=slug)
    ines = take_seat(klass, "Ines", role=Role.INSTRUCTOR)
    seats = [take_seat(klass, f"Student {number:03}") for number in range(SEATS)]
    fill(seats)
    page, empty = room.RoomPage(ines), Snapshot(time.time(), None, (), (), None)
    page.opened()
    first_ms = cpu_ms(lambda: page.changes(empty))
    quiet = [cpu_ms(lambda: page.changes(empty)) for _ in range(10)]
    busy, sent = [], []
    for _ in range(SECONDS):
        for changed in act(random.sample(seats, FRESH_A_SECOND)):
            page._overview.hear(changed)
            page.note(changed)
        changes: dict[str, str] = {}
        busy.append(cpu_ms(lambda changes=changes: changes.update(page.changes(empty))))
        sent.append(sum(len(html) for html in changes.values()) / 1024)
    return [
        report.Row("the first drawing", {"CPU ms": first_ms, "most": first_ms}),
        report.Row("a second in which nothing happens", {"CPU ms": statistics.median(quiet), "most": max(quiet)}),
        report.Row(
            f"a second with {FRESH_A_SECOND} of {SEATS} busy", {"CPU ms": statistics.median(busy), "most": max(busy)}
        ),
        report.Row("sent in it", {"KiB": statistics.mean(sent)}),
    ]


def cpu_ms(call) -> float:
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000


def fill(seats: list) -> None:
    from django.utils import timezone

    from lessons.classroom.models import Act, Attempt
    from lessons.course.loader import all_exercises, lessons

    now, slugs, exercises = timezone.now(), [lesson.slug for lesson in lessons()], [e.id for e in all_exercises()]
    acts = [
        Act(
            member=seat, kind="create-topic", lesson=slugs[number * len(slugs) // ACTS_EACH], fields={"name": "a"},
            state="done" if number % 5 else "refused", answer={"words": "No."},
            settled_at=now - timedelta(seconds=20 * (ACTS_EACH - number)),
        )
        for seat in seats for number in range(ACTS_EACH)
    ]  # fmt: skip
    attempts = [
        Attempt(
            member=seat, exercise=exercises[number * 10 // ATTEMPTS_EACH], check_hash="",
            state="done" if number % 3 == 2 else "not_yet", decided_at=now - timedelta(minutes=60 - number),
            verdict={"misconception": random.choice(["", "missing", "partitions"]), "seen": "x" * 80, "why": "y" * 80},
        )
        for seat in seats for number in range(ATTEMPTS_EACH)
    ]  # fmt: skip
    Act.objects.bulk_create(acts, batch_size=500)
    Attempt.objects.bulk_create(attempts, batch_size=500)


def act(seats: list) -> Iterator[Changed]:
    """Each of these acts, and is checked. Yields what the process is told of it."""
    from django.utils import timezone

    from lessons.classroom import changes
    from lessons.classroom.models import Act, Attempt
    from lessons.course.loader import all_exercises

    exercises = [exercise.id for exercise in all_exercises()]
    for seat in seats:
        done = Act.objects.create(member=seat, kind="produce", fields={}, state="refused", answer={"words": "No."}, settled_at=timezone.now(), lesson="producing")  # fmt: skip
        state = random.choice(["done", "not_yet"])
        attempt = Attempt.objects.create(
            member=seat, exercise=random.choice(exercises), state=state, verdict={"seen": "z"}, check_hash=""
        )
        yield from (changes.of_act(done), changes.of_attempt(attempt))


if __name__ == "__main__":
    main()
