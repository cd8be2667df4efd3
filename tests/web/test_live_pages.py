"""What a lesson's page draws, and when: by what has changed, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from django.db import OperationalError

from lessons.classroom.changes import Changed, Kind
from lessons.classroom.checks.attempts import check_lesson
from lessons.cluster import topics
from lessons.cluster.snapshot import Snapshot
from lessons.course.loader import get_lesson
from lessons.web.live import lesson as live_lesson
from lessons.web.live.lesson import LessonPage

pytestmark = [pytest.mark.usefixtures("kafka"), pytest.mark.django_db]
NINE, NINE_CARD = "producing.nine-delivered", "exercise-producing-nine-delivered"
SUMS = {"part-progress", "part-rail", "part-turn"}


@pytest.fixture
def snapshot(alice, own_process) -> Snapshot:
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    return own_process.snapshots.latest(alice.namespace, max_age_s=0)


@pytest.fixture
def page(alice, snapshot) -> LessonPage:
    """As it was sent once."""
    page = LessonPage(alice, get_lesson("producing"))
    assert {"part-diagram", "part-stage", NINE_CARD, *SUMS} <= page.changes(snapshot).keys()
    return page


def with_records(alice, snapshot: Snapshot, number: int) -> Snapshot:
    return replace(snapshot, ends=MappingProxyType({(alice.namespace.full("test1p"), 0): number}))


def verdict(alice, exercise: str) -> Changed:
    return Changed(Kind.ATTEMPT, alice.attempts.order_by("-pk").first().pk, alice.klass_id, alice.pk, exercise)


def drawn(page: LessonPage, snapshot: Snapshot) -> set[str]:
    """What it takes the trouble to draw, whether it is as it was or not."""
    news, page._news = page._news, set()
    return {dom_id for dom_id, draw in page.parts(snapshot, news).items() if draw()}


def test_nothing_new_draws_nothing(page, snapshot):
    assert drawn(page, snapshot) == set()


def test_new_records_draw_the_picture_and_the_cards_that_were_drawn_from_them(alice, page, snapshot):
    assert drawn(page, with_records(alice, snapshot, 3)) == {
        "part-diagram",
        "part-topics",
        "part-brokers",
        "part-stage",
    }


def test_a_verdict_draws_the_card_of_its_exercise_and_the_sums_once_they_are_others(alice, page, snapshot):
    assert check_lesson(alice, get_lesson("producing")) is False  # nothing was begun
    attempt = alice.attempts.create(exercise=NINE, state="not_yet", verdict={"state": "not_yet"}, check_hash="")
    page.note(verdict(alice, NINE))
    assert drawn(page, snapshot) == {NINE_CARD, *SUMS}
    attempt.pk = None
    attempt.save(force_insert=True)
    page.note(verdict(alice, NINE))
    assert drawn(page, snapshot) == {NINE_CARD}
    page.note(verdict(alice, "creating-topics.boxes"))
    assert drawn(page, snapshot) == set()


def test_a_drawing_that_failed_loses_nothing_of_what_else_was_new(alice, page, snapshot, monkeypatch):
    alice.attempts.create(exercise=NINE, state="done", verdict={"state": "done"}, check_hash="")
    page.note(verdict(alice, NINE))

    def busy(member):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(live_lesson, "standings_of", busy)
        with pytest.raises(OperationalError):
            page.changes(with_records(alice, snapshot, 3))
    assert {"part-topics", "part-stage", NINE_CARD, "part-progress"} <= page.changes(
        with_records(alice, snapshot, 3)
    ).keys()
