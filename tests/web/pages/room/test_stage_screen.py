"""A stage on the wall: the right topic, live, and nobody's name."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")


def shown(classroom, name: str, *args: str, status: int = 200) -> str:
    answer = browser_of(classroom.ines).get(reverse(name, args=[classroom.klass.slug, *args]))
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def test_a_students_stage_has_its_topic_and_no_name_and_leads_back_to_the_students_page(classroom):
    alice, klass = classroom.alice, classroom.klass.slug
    page = shown(classroom, "seat-stage-screen", "producing", alice.slug)
    assert f'data-url="/ws/c/{klass}/watch/?seat={alice.slug}" data-topic="test1p"' in page
    assert f"/ws/c/{klass}/live/stage/?lesson=producing&seat={alice.slug}" in page
    assert alice.name not in page
    assert classroom.ines.name not in page
    back = reverse("seat-lesson", args=[klass, alice.slug, "producing"])
    assert f'href="{back}" data-leave' in page
    assert reverse("seat-stage-screen", args=[klass, "producing", alice.slug]) in shown(
        classroom, "seat-lesson", alice.slug, "producing"
    )


def test_whoever_teaches_shows_their_own_and_a_lesson_without_a_topic_has_none(classroom):
    klass = classroom.klass.slug
    page = shown(classroom, "stage-screen", "producing")
    assert f'data-url="/ws/c/{klass}/watch/" data-topic="test1p"' in page
    assert reverse("stage-screen", args=[klass, "producing"]) in shown(classroom, "lesson", "producing")
    shown(classroom, "stage-screen", "kafka-and-its-cluster", status=404)
    assert "stage-screen" not in shown(classroom, "lesson", "kafka-and-its-cluster")
